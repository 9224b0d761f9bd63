"""What is affected and what depends on what, in a repo of a thousand services; memory of a run."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

from tests.bench import repos
from tests.bench.commands import INV, ROOT, forced, has_task
from tests.bench.context import Bench
from tests.bench.figures import By, Figure, Target
from tests.bench.measure import environment

NAME = "graph"
_LARGE, _USUAL = 1000, 100


def measure(bench: Bench) -> Iterator[Figure]:
    """Yield the figures."""
    with bench.folder() as folder:
        root = repos.generate(folder / "bench", _LARGE, bench.run)
        repos.edit(root, _LARGE - 1, "changed")
        repos.commit(root, "Change one service", bench.run)
        for arguments in (("affected", "--base", "HEAD~1"), ("graph",)):
            yield _task(bench, root, arguments)
    with bench.folder() as folder:
        yield _memory(bench, repos.generate(folder / "bench", _USUAL, bench.run))


def _task(bench: Bench, root: Path, arguments: tuple[str, ...]) -> Figure:
    name, target = arguments[0], Target(By.VALUE, 0.5)
    what = f"inv {name}, {_LARGE} services"
    bench.say(f"{NAME}: {what}")
    if not has_task(name, bench.cancellation):
        return Figure(NAME, what, "s CPU", target=target, note=f"there is no task {name}")
    cpu = [bench.run((INV, *arguments), root).cpu for _ in range(bench.rounds(7) + 1)][1:]
    return Figure(NAME, what, "s CPU", cpu, target=target)


def _memory(bench: Bench, root: Path) -> Figure:
    bench.say(f"{NAME}: memory of a run of {_USUAL} suites")
    argv = (sys.executable, "-m", "tests.bench.inside.memory", "test", *forced(bench.cancellation))
    env = environment()
    env["PYTHONPATH"] = ":".join(filter(None, (str(ROOT), env.get("PYTHONPATH", ""))))
    rounds = bench.rounds(3)
    told = [bench.run(argv, root, env=env).output.splitlines()[-1] for _ in range(rounds)]
    return Figure(
        NAME,
        f"memory of taskslib test, {_USUAL} services",
        "MB",
        [float(one) for one in told],
        target=Target(By.VALUE, 120),
    )
