"""Nothing has changed, and one service has: what it costs to find that out, against turbo."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from taskslib.errors import EnvironmentFailure
from tests.bench import repos
from tests.bench.commands import INV, NOOP, TASKSLIB, bare_tasks
from tests.bench.context import Bench
from tests.bench.figures import By, Figure, Target
from tests.bench.measure import Usage, in_turns

NAME = "cached"
_SIZES = (10, 100, 1000)
_JUDGED = (100, 1000)
"""Sizes that have a target."""
_BY_INV = 100
_TEST = (TASKSLIB, "test")


@dataclass(frozen=True, slots=True)
class _Repo:
    """A generated repo in which both have run all tests once."""

    bench: Bench
    root: Path
    count: int
    note: str = ""

    @property
    def what(self) -> str:
        return f"nothing changed, {self.count} services"

    def run(self, *argv: str) -> Usage:
        return self.bench.run(argv, self.root)


def measure(bench: Bench) -> Iterator[Figure]:
    """Yield the figures, size by size."""
    for count in _SIZES:
        with bench.folder() as folder:
            bench.say(f"{NAME}: a repo of {count} services, all tests run once by both")
            repo = _made(bench, folder / "bench", count)
            yield from _against_turbo(repo)
            if count == _BY_INV:
                yield _by_inv(repo, folder / "bare")
                yield _one_changed(repo)


def _made(bench: Bench, root: Path, count: int) -> _Repo:
    repos.generate(root, count, bench.run)
    repo = _Repo(bench, root, count)
    turbo = _turbo(repo)[0]
    repo.run(*turbo)
    told = repo.run(*turbo).output
    if f"{count} cached, {count} total" not in told:
        raise EnvironmentFailure("turbo did not find its cache", details=told[-2000:])
    repo.run(*_TEST)
    before = _reports(root)
    repo.run(*_TEST)
    again = len(_reports(root) - before)
    note = f"{again} of {count} suites ran again although nothing had changed" if again else ""
    return _Repo(bench, root, count, note)


def _against_turbo(repo: _Repo) -> Iterator[Figure]:
    launcher, native = _turbo(repo)
    commands = (_TEST, launcher, *([native] if native else []))
    rounds = 1 if repo.note else repo.bench.rounds(11)

    usages = in_turns(rounds, *(partial(repo.run, *argv) for argv in commands))
    peers = (("turbo, npm's launcher", 0.6), ("turbo, native binary", 1.0))
    for number, (peer, most) in enumerate(peers, 1):
        theirs = usages[number] if number < len(usages) else ()
        target = Target(By.RATIO, most) if repo.count in _JUDGED else None
        for unit, pick in (("ms CPU", _cpu), ("ms wall", _wall)):
            yield Figure(
                NAME,
                repo.what,
                unit,
                tuple(map(pick, usages[0])),
                peer,
                tuple(map(pick, theirs)),
                target,
                repo.note,
            )


def _by_inv(repo: _Repo, bare: Path) -> Figure:
    bare_tasks(bare, 1)
    ours, theirs = in_turns(
        1 if repo.note else repo.bench.rounds(11),
        lambda: _cpu(repo.run(INV, "test")),
        lambda: _cpu(repo.bench.run((INV, NOOP), bare)),
    )
    target = Target(By.EXTRA, 90)
    return Figure(
        NAME, f"{repo.what}, inv test", "ms CPU", ours, "bare inv noop", theirs, target, repo.note
    )


def _one_changed(repo: _Repo) -> Figure:
    """Change a service that none depends on, each time; its own test is what can't be saved."""
    number = repo.count - 1
    folder = repo.root / "services" / repos.service(number)
    changes = 0

    def ours() -> float:
        nonlocal changes
        changes += 1
        repos.edit(repo.root, number, f"change {changes}")
        return _cpu(repo.run(*_TEST))

    usual, alone = in_turns(
        1 if repo.note else repo.bench.rounds(11),
        ours,
        lambda: _cpu(repo.bench.run(("node", "test.js"), folder)),
    )
    target = Target(By.EXTRA, 150)
    return Figure(
        NAME,
        f"one changed of {repo.count}",
        "ms CPU",
        usual,
        "its test alone",
        alone,
        target,
        repo.note,
    )


def _turbo(repo: _Repo) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return the commands by npm's launcher and by the binary; the second may be empty."""
    # As we do, a line a service instead of its whole output, which is also the faster way.
    arguments = ("run", "test", "--output-logs=new-only")
    native = repos.native_turbo(repo.root)
    launcher = str(repo.root / "node_modules" / ".bin" / "turbo")
    return (launcher, *arguments), (str(native), *arguments) if native else ()


def _reports(root: Path) -> set[tuple[str, int]]:
    return {
        (path.parent.parent.name, path.stat().st_mtime_ns)
        for path in root.glob(f"services/*/{repos.REPORT}")
    }


def _cpu(usage: Usage) -> float:
    return usage.cpu * 1000


def _wall(usage: Usage) -> float:
    return usage.wall * 1000
