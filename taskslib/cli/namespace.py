"""The collections that a repo's tasks.py imports."""

from __future__ import annotations

import copy
import re
import sys
from collections.abc import Iterable, Sequence
from fnmatch import fnmatchcase
from types import ModuleType
from typing import Any

from invoke.collection import Collection
from invoke.tasks import Task

from taskslib.cli import (
    ci_tasks,
    deploy_tasks,
    dev_tasks,
    info_tasks,
    infra_tasks,
    lint_tasks,
    pipeline_tasks,
    release_tasks,
    report_tasks,
    scaffold_tasks,
    selection_tasks,
    setup_tasks,
)
from taskslib.cli.collected import Tasks, refused
from taskslib.cli.completing import COMPLETE, answer_completion
from taskslib.cli.session import CONFIG_KEY
from taskslib.errors import ConfigError, did_you_mean

GROUPS: dict[str, tuple[ModuleType, ...]] = {
    "Tests": (pipeline_tasks,),
    "Results": (report_tasks,),
    "Stacks": (infra_tasks,),
    "Development": (dev_tasks,),
    "Project": (info_tasks, selection_tasks, lint_tasks, scaffold_tasks),
    "Release": (release_tasks, deploy_tasks),
    "CI": (ci_tasks,),
    "Machine": (setup_tasks,),
}
"""The files of tasks, as `taskslib --list` shows them."""


def make_ns(
    *, include: Iterable[str] | None = None, prefix: str = "", **overrides: object
) -> Collection:
    """Return a fresh collection of tasks, to be a repo's root or a part of another collection.

    A task added to it whose name is taken ends the command line with exit code 2, naming both.

    Args:
        include: Names of the tasks that are wanted, or patterns such as `infra-*`; all by default.
            An empty list is refused: it would be none.
        prefix: What stands before every name: `prefix="lib-"` makes `test` `lib-test`.
        overrides: Keys of `[tool.taskslib]` with values that win over pyproject.toml, such as
            `project="shop"`. They are checked when a task runs, as the file's are.

    Raises:
        Exit: A pattern fits no task, there is none, or the prefix can't begin a name (exit code 2).
    """
    if not re.fullmatch(r"([A-Za-z][\w-]*)?", prefix):
        raise refused(ConfigError(f"make_ns(prefix={prefix!r}): a task can't be called so"))
    collection = Tasks()
    for original in _chosen(
        [task for files in GROUPS.values() for file in files for task in file.TASKS], include
    ):
        # Each collection needs tasks of its own: parsing one takes its help texts out of it.
        task = copy.copy(original)
        task.help = dict(original.help)
        task._name = f"{prefix}{typed_name(original)}"  # noqa: SLF001 — Invoke has no other way
        task.aliases = tuple(f"{prefix}{alias}" for alias in original.aliases)
        if COMPLETE in sys.argv:
            answer_completion(task, overrides)
        collection.add_task(task)
    collection.configure({CONFIG_KEY: overrides})
    return collection


def _chosen(tasks: Sequence[Task[Any]], include: Iterable[str] | None) -> list[Task[Any]]:
    if include is None:
        return list(tasks)
    patterns = [include] if isinstance(include, str) else list(include)
    names = [typed_name(task) for task in tasks]
    if not patterns:
        raise refused(
            ConfigError(
                "make_ns(include=[]): no task at all",
                hint=f"leave it out for all of them, or name some: {', '.join(sorted(names))}",
            )
        )
    for pattern in patterns:
        if not any(fnmatchcase(name, pattern) for name in names):
            raise refused(
                ConfigError(
                    f"make_ns(include=…): no task {pattern!r}",
                    hint=f"{did_you_mean(pattern, names)}tasks: {', '.join(sorted(names))}",
                )
            )
    wanted = (any(fnmatchcase(name, pattern) for pattern in patterns) for name in names)
    return [task for task, one in zip(tasks, wanted, strict=True) if one]


def typed_name(task: Task[Any]) -> str:
    """Return what a task is called on the command line."""
    return task.name.replace("_", "-")


ns: Collection = make_ns()
"""All tasks, configured by the repo's layout and its pyproject.toml alone."""
