"""A collection in which no task silently takes another one's name."""

from __future__ import annotations

import inspect
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

from invoke.collection import Collection
from invoke.exceptions import Exit
from invoke.tasks import Task

from taskslib.cli.outcome import error_words
from taskslib.errors import ConfigError, TaskslibError


class Tasks(Collection):
    """Invoke's collection, but a name that is taken is an error that says by what.

    Invoke lets the last task of a name win, so that a repo's own `test` would replace ours, or
    ours its own, without a word.
    """

    def add_task(
        self,
        task: Task[Any],
        name: str | None = None,
        aliases: tuple[str, ...] | None = None,
        default: bool | None = None,
    ) -> None:
        """Add a task. Ends with exit code 2 where one of its names is taken."""
        main = self.transform(name or task.name)
        for one in (main, *map(self.transform, (*task.aliases, *(aliases or ())))):
            self._refuse_taken(one, f"task {_described(task)}")
        super().add_task(task, name, aliases, default)

    def add_collection(
        self,
        coll: Collection | ModuleType,
        name: str | None = None,
        default: bool | None = None,
    ) -> None:
        """Add a collection below this one. Ends with exit code 2 where its name is taken."""
        nested = Collection.from_module(coll) if isinstance(coll, ModuleType) else coll
        if called := name or nested.name:
            self._refuse_taken(self.transform(called), "a collection")
        super().add_collection(nested, name, default)

    def _refuse_taken(self, name: str, by: str) -> None:
        if name in self.tasks:
            there = f"task {_described(self.tasks[name])}"
        elif name in self.collections:
            there = "a collection"
        else:
            return
        raise refused(
            ConfigError(
                f"two tasks are called {name!r}: {there}, and {by}",
                hint='rename yours, or ours: make_ns(prefix="lib-"), make_ns(include=["infra-*"])',
            )
        )


def refused(error: TaskslibError) -> Exit:
    """Return what ends a command line while tasks are loaded, with the error's words."""
    return Exit(error_words(error), code=int(error.exit_code))


def _described(task: Task[Any]) -> str:
    return " of ".join(_name_and_place(task))


def _name_and_place(task: Task[Any]) -> Iterator[str]:
    body = inspect.unwrap(task.body)
    yield repr(getattr(body, "__name__", task.name))
    code = getattr(body, "__code__", None)
    if code is not None:
        yield f"{Path(code.co_filename)}:{code.co_firstlineno}"
