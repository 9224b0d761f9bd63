"""What it costs to load our tasks: `inv --list`, against a bare tasks.py with as many."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from pathlib import Path

from tests.bench.commands import INV, bare_tasks
from tests.bench.context import Bench
from tests.bench.figures import By, Figure, Target
from tests.bench.measure import in_turns

NAME = "start-up"


def measure(bench: Bench) -> Iterator[Figure]:
    """Yield the figures."""
    from taskslib import make_ns

    count = len(make_ns().tasks)
    with bench.folder() as folder:
        ours, bare = folder / "ours", folder / "bare"
        ours.mkdir()
        (ours / "tasks.py").write_text("from taskslib import ns\n", "utf-8")
        bare_tasks(bare, count)
        yield _list(bench, ours, bare, count)


def _list(bench: Bench, ours: Path, bare: Path, count: int) -> Figure:
    bench.say(f"{NAME}: inv --list with {count} tasks")
    command = (INV, "--list")
    usages = in_turns(
        bench.rounds(21), partial(bench.run, command, ours), partial(bench.run, command, bare)
    )
    cpu = [tuple(one.cpu * 1000 for one in column) for column in usages]
    return Figure(
        NAME,
        f"inv --list, {count} tasks",
        "ms CPU",
        cpu[0],
        "a bare tasks.py",
        cpu[1],
        Target(By.RATIO, 1.2),
    )
