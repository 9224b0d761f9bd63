"""What the tasks do, as plain typed functions: a task is a few lines around one of these.

Every function takes a `Session`, which says where it works; expected errors are raised as
`TaskslibError`, a signal as `Interrupted`.
"""

from __future__ import annotations

from taskslib.api.debugging import debug
from taskslib.api.history import past
from taskslib.api.machine import setup, standins
from taskslib.api.pipeline import (
    plan,
    rerun_command,
    run_folder,
    test,
    test_specs,
)
from taskslib.api.results import answered, leave_answer, reasons, recall, why
from taskslib.api.runs import (
    combine_coverage,
    last_failures,
    last_red,
    uncovered,
    write_report,
)
from taskslib.api.selection import affected, graph
from taskslib.api.session import Session, project
from taskslib.api.stacks import (
    down,
    instance_id,
    instances,
    kept_spec,
    logs,
    prunable,
    prune,
    running,
    up,
)

__all__ = [
    "Session",
    "affected",
    "answered",
    "combine_coverage",
    "debug",
    "down",
    "graph",
    "instance_id",
    "instances",
    "kept_spec",
    "last_failures",
    "last_red",
    "leave_answer",
    "logs",
    "past",
    "plan",
    "project",
    "prunable",
    "prune",
    "reasons",
    "recall",
    "rerun_command",
    "run_folder",
    "running",
    "setup",
    "standins",
    "test",
    "test_specs",
    "uncovered",
    "up",
    "why",
    "write_report",
]
