"""How command lines run tests: recipes of make, lines of scripts. Pure: none of them is run."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType

from taskslib.scaffold.adoption.makefiles import Target
from taskslib.scaffold.adoption.starting import Started, located, makes, starts
from taskslib.scaffold.adoption.words import joined, parts, seen, words_of

_ASSIGNMENT = re.compile(r"(?P<name>[A-Za-z_]\w*)=(?P<value>.*)", re.DOTALL | re.ASCII)
_TAKES_VALUE = ("-k", "-m", "-n", "-p", "-c", "-o", "-W")
_OF_MAKE = re.compile(r"(?<!\$)\$[({][^)}]*[)}]?")
_NO_RUNNER = re.compile(
    r"\$[({]\w*?(?:PYTHON3?|PY|MAKE|SHELL|BASH|COMPOSE|DOCKER|PODMAN|NODE|NPM|ECHO|Q)[)}]"
)
"""Variables of programs that run anything, and of what comes before a command."""
_OTHERS = ("tox", "nox", "nose2", "hatch", "manage.py", "ward")
"""What runs tests in ways of its own."""


@dataclass(frozen=True, slots=True)
class Call:
    """A call of pytest or unittest."""

    folder: str = ""
    """Where, from the repo's root on."""
    env: tuple[tuple[str, str], ...] = ()
    unprintable: tuple[str, ...] = ()
    """Variables whose values have signs that no configuration could have."""
    paths: tuple[str, ...] = ()
    """What it is given to run, from the repo's root on."""
    containers: bool = False
    """Whether containers are started before it."""
    stack: tuple[str, ...] = ()
    """The Compose files that these are of, where they are named."""
    unknown: tuple[str, ...] = ()
    """Variables whose values only who runs it knows."""


def calls(
    told: Iterable[str],
    *,
    keep_folder: bool = False,
    before: Started | None = None,
    up: Mapping[str, Started] = MappingProxyType({}),
    env: Iterable[tuple[str, str]] = (),
) -> Iterator[Call]:
    """Yield the calls of tests in command lines.

    What has a variable in it is left out, since only who runs it knows what it is.

    Args:
        told: Lines of a recipe or a script.
        keep_folder: Whether a `cd` holds for the lines after it, as in a script.
        before: What is up before, if anything is.
        up: Targets that start something.
        env: Variables that all of them have.
    """
    exported = dict(env)
    for part, folder in located(told, keep_folder=keep_folder):
        words = words_of(part)
        if keep_folder and words[:1] == ["export"]:
            # What it works out is mostly for itself, such as the name of a Compose project.
            known = _assigned(words).items()
            exported |= {name: value for name, value in known if "$" not in value}
        elif folder is not None and (call := _call(words, folder, dict(exported))) is not None:
            files = before.files if before else ()
            yield replace(call, containers=before is not None, stack=files)
        made = next((up[one] for one in makes(part) if one in up), None)
        before = starts(part, folder) or made or before


def unread_recipes(targets: Iterable[Target]) -> Iterator[tuple[str, str]]:
    """Yield each target of tests whose recipe can't be read, and the word that nobody knows."""
    for target in targets:
        if "test" not in target.name.lower() or any(calls(target.recipe)):
            continue
        commands = (_command(words_of(part)) for line in target.recipe for part in parts(line))
        for word in commands:
            of_make = _OF_MAKE.match(word) and not _NO_RUNNER.match(word)
            if of_make or posixpath.basename(word) in _OTHERS:
                yield target.name, word
                break


def _command(words: list[str]) -> str:
    """Return the program that a command runs, or the module of Python's."""
    left = [one for one in words if not _ASSIGNMENT.fullmatch(one)]
    known = next((one for one in left if posixpath.basename(one) in _OTHERS), "")
    return known or (left[0] if left else "")


def _call(words: list[str], folder: str, env: dict[str, str]) -> Call | None:
    program = next((i for i, one in enumerate(words) if _runs_tests(words, i)), None)
    if program is None:
        return None
    env |= _assigned(words[:program])
    arguments = words[program + 1 :]
    if posixpath.basename(words[program]) == "unittest":
        written, top = _of_unittest(arguments)
        if top:
            env["PYTHONPATH"] = ":".join(one for one in (env.get("PYTHONPATH"), top) if one)
    else:
        written = _of_pytest(arguments)
    if "PYTHONPATH" in env:
        env["PYTHONPATH"] = _known_path(env["PYTHONPATH"], folder)
    paths = (joined(folder, seen(one, folder)) for one in written)
    return Call(
        folder,
        tuple((k, v) for k, v in env.items() if v.isprintable() and "$" not in v),
        tuple(name for name, value in env.items() if not value.isprintable()),
        tuple(one for one in paths if one is not None),
        unknown=tuple(name for name, value in env.items() if "$" in value and value.isprintable()),
    )


def _assigned(words: Iterable[str]) -> dict[str, str]:
    found = filter(None, map(_ASSIGNMENT.fullmatch, words))
    return {one["name"]: one["value"] for one in found}


def _runs_tests(words: list[str], place: int) -> bool:
    name = posixpath.basename(words[place])
    return name in {"pytest", "py.test"} or (
        name == "unittest" and place > 0 and words[place - 1] == "-m"
    )


def _known_path(value: str, folder: str) -> str:
    """Return Python's path without the folders that only who runs it knows."""
    known = (seen(one, folder) for one in value.split(":"))
    return ":".join(one for one in known if "$" not in one)


def _of_pytest(arguments: list[str]) -> list[str]:
    return [
        word.split("::")[0]
        for before, word in zip(("", *arguments), arguments, strict=False)
        if not word.startswith("-") and before not in _TAKES_VALUE
    ]


def _of_unittest(arguments: list[str]) -> tuple[list[str], str]:
    """Return what unittest is given to run, and the folder that it imports from."""
    discovers = arguments[:1] == ["discover"]
    told: dict[str, str] = {}
    names = []
    keys = {"-s": "-s", "--start-directory": "-s", "-t": "-t", "--top-level-directory": "-t"}
    rest = iter(arguments[1:] if discovers else arguments)
    for word in rest:
        key, equals, value = word.partition("=")
        if key in keys:
            told[keys[key]] = value if equals else next(rest, "")
        elif key in {"-p", "--pattern", "-k"}:
            _ = value if equals else next(rest, "")
        elif not word.startswith("-"):
            names.append(word)
    if not discovers:
        return [one if "/" in one else one.replace(".", "/") for one in names], ""
    told = dict(zip(("-s", "-p", "-t"), names, strict=False)) | told
    return [told.get("-s", ".")], told.get("-t", "")
