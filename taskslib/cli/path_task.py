"""Tasks with a word of their own that may be left out: `inv test PATH`, `inv dev-logs SERVICE`."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any, ClassVar

from invoke.parser.argument import Argument
from invoke.tasks import Task

from taskslib.cli.collected import refused
from taskslib.errors import UsageError


class WordTask(Task[Any]):
    """A task with an optional word of its own, the service that it is about.

    Invoke knows only words that are required: any other is taken for the next task. So whether
    one was given is looked up before the command line is parsed.
    """

    parameter: ClassVar[str] = "service"
    """The parameter that gets it; its default is None, which Invoke takes for missing."""

    @staticmethod
    def fits(word: str) -> bool:
        """Tell whether a word is the task's own, and not the next task."""
        return bool(word)

    def get_arguments(self, ignore_unknown_help: bool | None = None) -> list[Argument]:
        """Return the arguments, with the word among the required ones where there is one."""
        self.positional: Iterable[str] = ()
        arguments = super().get_arguments(ignore_unknown_help)
        name = str(self.name).replace("_", "-")  # as it is called on the command line
        valued = {flag for one in arguments if one.takes_value for flag in _flags(one)}
        if given_word(sys.argv[1:], name, valued, self.fits) is not None:
            for one in arguments:
                one.positional = one.name == self.parameter
        return arguments


class PathTask(WordTask):
    """A task that takes a path. Only what looks like one is: `inv test lint` names two tasks."""

    parameter = "path"

    @staticmethod
    def fits(word: str) -> bool:
        """Tell whether a word looks like a path."""
        return any(sign in word for sign in ("/", "\\", "::")) or word.endswith(_ENDINGS)


class FailureTask(WordTask):
    """A task that takes a failure of the last run: `inv show F1`."""

    parameter = "id"

    @staticmethod
    def fits(word: str) -> bool:
        """Tell whether a word is one of our ids."""
        return word[:1] in {"F", "f"} and word[1:].isdecimal()


class FolderTask(WordTask):
    """A task that takes a folder: as a word of its own, or by its option."""

    parameter = "folder"

    def get_arguments(self, ignore_unknown_help: bool | None = None) -> list[Argument]:
        """Return the arguments. Ends with exit code 2 where there are two folders."""
        arguments = super().get_arguments(ignore_unknown_help)
        words = sys.argv[1 : sys.argv.index("--")] if "--" in sys.argv else sys.argv[1:]
        option = next((one for one in words if one.partition("=")[0] == "--folder"), None)
        if option is not None and any(one.name == "folder" and one.positional for one in arguments):
            raise refused(
                UsageError(
                    f"{self.name} takes one folder, and there are two: "
                    "a word of its own and --folder",
                    hint="leave out one of them",
                )
            )
        return arguments


def given_word(
    argv: Sequence[str], task: str, valued: set[str], fits: Callable[[str], bool]
) -> str | None:
    """Return a task's own word; None where there is none.

    Args:
        argv: The command line, without the program.
        task: The name of the task.
        valued: Its flags that take a value.
        fits: Tells whether a word is the task's own.
    """
    words = list(argv[: argv.index("--")] if "--" in argv else argv)
    named = next((i for i, word in enumerate(words) if word.rpartition(".")[2] == task), None)
    if named is None:
        return None
    return next(filter(fits, _plain(words[named + 1 :], valued)), None)


def _plain(words: Sequence[str], valued: set[str]) -> Iterator[str]:
    value = False
    for word in words:
        if value or word.startswith("-"):
            value = not value and word in valued
        else:
            yield word


def _flags(argument: Argument) -> Iterator[str]:
    yield from (f"--{name}" if len(name) > 1 else f"-{name}" for name in argument.names)


_ENDINGS = (".py", ".js", ".jsx", ".ts", ".tsx", ".mjs", ".cjs", ".mts", ".cts")
"""Of a file in the folder where the user is."""
