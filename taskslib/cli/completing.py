"""What completes a value on the command line: services, stages, formats, environments.

Invoke's `--complete` knows tasks and flags. It makes each task's arguments before it looks at the
words, and that is where a task of ours, if it is the one being typed, answers instead.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from invoke.exceptions import Exit
from invoke.parser.argument import Argument
from invoke.tasks import Task

from taskslib.cli.path_task import WordTask

COMPLETE = "--complete"
"""Invoke's flag; what follows `--` after it is the line, the word at the cursor as the last."""

_OWN_STACK = "own test stack"
"""What the help of an argument says that takes only a service with one."""
_SHELLS = Path(__file__).parent / "completion"
_EMPTY = '""'
"""How PowerShell gives an empty word."""


def shells() -> tuple[str, ...]:
    """Return the shells that there are scripts for."""
    return tuple(sorted(path.name for path in _SHELLS.iterdir() if path.is_file()))


def script(shell: str) -> str:
    """Return what a shell reads to complete our commands."""
    return (_SHELLS / shell).read_text("utf-8").rstrip()


def answer_completion(task: Task[Any], overrides: Mapping[str, object]) -> None:
    """Let a task answer where a value of its own is being typed.

    Args:
        task: The task, under the name that it has.
        overrides: What `make_ns` was given.
    """
    arguments_of = task.get_arguments

    def get_arguments(ignore_unknown_help: bool | None = None) -> list[Argument]:
        arguments = arguments_of(ignore_unknown_help)
        words = ["" if word == _EMPTY else word for word in sys.argv[1:]]
        words = words[words.index("--") + 2 :] if "--" in words else []
        # A word that may be left out: where there is nothing to offer, the next task is.
        optional, fits = (task.parameter, task.fits) if isinstance(task, WordTask) else ("", bool)
        found = typed_value(words, {task.name, *task.aliases}, arguments, optional, fits)
        if found is not None:
            argument, given = found
            values = tuple(_values(argument, overrides))
            if values or argument.name != optional:
                for one in _completed(given, values):
                    print(one)
                raise Exit
        return arguments

    # Of the instance: which class a task has is its own affair.
    task.get_arguments = get_arguments  # type: ignore[method-assign]


def typed_value(
    words: Sequence[str],
    names: set[str],
    arguments: Iterable[Argument],
    optional: str = "",
    fits: Callable[[str], bool] = bool,
) -> tuple[Argument, str] | None:
    """Return which argument of a task is being typed, and what is there of it.

    Args:
        words: The line without the program; the last word is the one at the cursor.
        names: What the task is called.
        arguments: The task's.
        optional: Which of them may stand as a word of its own, or be left out.
        fits: Tells whether a word can be that one, and not the next task.

    None is none: the line is about another task, or it is a flag or a task that is being typed.
    """
    called = {name.replace("_", "-") for name in names}
    at = [i for i, word in enumerate(words[:-1]) if word.rpartition(".")[2] in called]
    if not at:
        return None
    flags = {f"--{name}": one for one in arguments for name in one.names}
    waiting = [one for one in arguments if one.positional or one.name == optional]
    pending: Argument | None = None
    for word in words[at[-1] + 1 : -1]:
        if word == "=":  # bash splits there
            continue
        if pending is not None:
            pending = None
        elif word.startswith("-"):
            one = flags.get(word)
            pending = one if one is not None and one.takes_value else None
        elif waiting and (waiting[0].name != optional or fits(word)):
            waiting.pop(0)
        else:
            return None  # the next task
    return _typed(words[-1], pending, waiting, flags)


def _typed(
    last: str, pending: Argument | None, waiting: list[Argument], flags: Mapping[str, Argument]
) -> tuple[Argument, str] | None:
    if pending is not None:
        return pending, "" if last == "=" else last
    flag, joined, _ = last.partition("=")
    if joined and flag in flags:
        return flags[flag], last
    if waiting and not last.startswith("-"):
        return waiting[0], last
    return None


def _completed(given: str, values: Iterable[str]) -> Iterator[str]:
    """Yield what `given`, perhaps a list or with its flag before it, can become."""
    flag, joined, value = given.partition("=") if given.startswith("--") else ("", "", given)
    before, comma, _ = value.rpartition(",")
    taken = set(before.split(","))
    for one in values:
        if one not in taken:
            yield f"{flag}{joined}{before}{comma}{one}"


def _values(argument: Argument, overrides: Mapping[str, object]) -> Iterable[str]:
    """Return the values that an argument can have, as far as they are known; else the shell asks.

    A `--format` has those that its help lists, a `name` is a service's where its help says so, one
    with a stack of its own where it speaks of that, and an `env` is any folder of an environment
    where it says so, else one that rules are for.
    """
    words = argument.help or ""
    match argument.name:
        case "service" | "name" if "service" in words:
            return _services(overrides, with_stack=_OWN_STACK in words)
        case "env":
            return _environments() if "folder" in words else _linted()
        case "id":
            return _failures(overrides)
        case "format":
            return re.findall(r"[a-z]+", re.sub(r"\(.*?\)|\bor\b", "", words))
        case "stage" | "shell" | "rule" | "explain" | "kind" | "ci" | "datastore" as choice:
            return _choices(choice)
    return ()


def _services(overrides: Mapping[str, object], *, with_stack: bool = False) -> tuple[str, ...]:
    from taskslib.errors import TaskslibError
    from taskslib.project import find_root, load

    try:
        found = load(find_root(Path.cwd()), overrides)
        names = found.service_names()
        return tuple(one for one in names if not with_stack or found.service_stack(one))
    except (TaskslibError, OSError):
        return ()  # the command itself will say what is wrong


def _rules() -> tuple[str, ...]:
    from taskslib.lint.catalogue import OWN, catalogue

    return (*OWN, *catalogue())


def _failures(overrides: Mapping[str, object]) -> tuple[str, ...]:
    """Return what the failures of the last run are called."""
    from taskslib import api
    from taskslib.errors import TaskslibError
    from taskslib.project import find_root

    try:
        return tuple(api.last_failures(api.Session(find_root(Path.cwd()), overrides)))
    except (TaskslibError, OSError):
        return ()


def _choices(name: str) -> tuple[str, ...]:
    if name == "stage":
        return ("unit", "service", "integration")
    if name == "shell":
        return shells()
    if name in {"rule", "explain"}:
        return _rules()
    from taskslib.scaffold.answers import DATASTORES, PROVIDERS
    from taskslib.scaffold.naming import Kind

    return {"kind": tuple(Kind), "ci": PROVIDERS, "datastore": DATASTORES}[name]


def _environments() -> tuple[str, ...]:
    from taskslib.project import find_root
    from taskslib.project.environments import environments

    return tuple(environments(find_root(Path.cwd())))


def _linted() -> tuple[str, ...]:
    from taskslib.lint.environments import Environment

    return tuple(dict.fromkeys((*Environment, *_environments())))
