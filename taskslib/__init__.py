"""Invoke tasks for any repo with several services in containers.

In a repo's tasks.py, `from taskslib import ns` is all it takes; `make_ns(...)` gives a fresh
collection to configure and to add tasks to.
"""

from __future__ import annotations

from taskslib.version import __version__

TYPE_CHECKING = False  # `typing` itself takes longer to import than a cached run may
if TYPE_CHECKING:
    from typing import Any

    from invoke.tasks import task

    from taskslib.cli.namespace import make_ns, ns

__all__ = ["__version__", "make_ns", "ns", "task"]


def __getattr__(name: str) -> Any:
    """Import on first use: services import `taskslib.testing` without Invoke or anything else."""
    if name == "task":
        from invoke.tasks import task

        return task
    if name in {"make_ns", "ns"}:
        try:
            from taskslib.cli import namespace
        except KeyboardInterrupt:  # Ctrl-C while `inv` loads; later the task itself takes it
            from taskslib.interruption import end

            end()
        return getattr(namespace, name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
