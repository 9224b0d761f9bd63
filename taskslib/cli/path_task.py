"""A task that takes a path: `inv test services/api/tests/unit/test_a.py::test_b`."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from invoke.parser.argument import Argument
from invoke.tasks import Task

NAME = "path"
"""The parameter that gets it; its default is None."""


class PathTask(Task[Any]):
    """A task with an optional word of its own.

    Invoke knows only words that are required: any other is taken for the next task. So whether
    one was given is looked up before the command line is parsed. Only what looks like a path is
    one: `inv test lint` names two tasks.
    """

    def get_arguments(self, ignore_unknown_help: bool | None = None) -> list[Argument]:
        """Return the arguments, with the path among the required ones where there is one."""
        self.positional: Iterable[str] = ()
        arguments = super().get_arguments(ignore_unknown_help)
        valued = {flag for one in arguments if one.takes_value for flag in _flags(one)}
        if given_path(sys.argv[1:], self.name, valued) is not None:
            for one in arguments:
                one.positional = one.name == NAME
        return arguments


def given_path(argv: Sequence[str], task: str, valued: set[str]) -> str | None:
    """Return the path among a task's words; None where there is none.

    Args:
        argv: The command line, without the program.
        task: The name of the task.
        valued: Its flags that take a value.
    """
    words = list(argv[: argv.index("--")] if "--" in argv else argv)
    named = next((i for i, word in enumerate(words) if word.rpartition(".")[2] == task), None)
    if named is None:
        return None
    return next(_paths(words[named + 1 :], valued), None)


def _paths(words: Sequence[str], valued: set[str]) -> Iterator[str]:
    value = False
    for word in words:
        if value or word.startswith("-"):
            value = not value and word in valued
        elif any(sign in word for sign in ("/", "\\", "::")) or word.endswith(_ENDINGS):
            yield word


def _flags(argument: Argument) -> Iterator[str]:
    yield from (f"--{name}" if len(name) > 1 else f"-{name}" for name in argument.names)


_ENDINGS = (".py", ".js", ".jsx", ".ts", ".tsx", ".mjs", ".cjs", ".mts", ".cts")
"""Of a file in the folder where the user is."""
