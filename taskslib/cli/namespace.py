"""The collections that a repo's tasks.py imports."""

from __future__ import annotations

import copy

from invoke.collection import Collection

from taskslib.cli import (
    info_tasks,
    infra_tasks,
    lint_tasks,
    pipeline_tasks,
    release_tasks,
    report_tasks,
    selection_tasks,
    setup_tasks,
)
from taskslib.cli.session import CONFIG_KEY

_GROUPS = (
    pipeline_tasks,
    report_tasks,
    infra_tasks,
    info_tasks,
    selection_tasks,
    release_tasks,
    lint_tasks,
    setup_tasks,
)


def make_ns(**overrides: object) -> Collection:
    """Return a fresh collection of all tasks.

    Args:
        overrides: Keys of `[tool.taskslib]` with values that win over pyproject.toml, such as
            `project="shop"`. They are checked when a task runs, as the file's are.
    """
    collection = Collection()
    for group in _GROUPS:
        for original in group.TASKS:
            # Each collection needs tasks of its own: parsing one takes its help texts out of it.
            task = copy.copy(original)
            task.help = dict(original.help)
            collection.add_task(task)
    collection.configure({CONFIG_KEY: overrides})
    return collection


ns = make_ns()
"""All tasks, configured by the repo's layout and its pyproject.toml alone."""
