"""Run a command to its end and say what it took: wall time, and CPU time of all its processes."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from taskslib.cancellation import Cancellation
from taskslib.errors import EnvironmentFailure

T = TypeVar("T")

_LOOK = 0.05
"""Seconds between two looks at whether the end was asked for; no measurement depends on it."""
_TO_END = 120.0
"""Seconds that a command may take to end its stacks when it is interrupted."""
_TO_FOLLOW = 20.0
"""Seconds within which what a command leaves behind (a watchdog) has ended too."""
_OF_OURS = ("TASKSLIB_", "TEST_", "PYTEST_", "GITHUB", "COMPOSE_", "PYTHONDONTWRITEBYTECODE")


@dataclass(frozen=True, slots=True)
class Usage:
    """What a command took, in seconds, and what it printed."""

    wall: float
    cpu: float
    """Of its whole tree, what it left behind included."""
    code: int
    output: str


def environment(**changes: str) -> dict[str, str]:
    """Return our environment without what would change what is measured."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(_OF_OURS)}
    git = {
        f"GIT_{who}_{what}": f"bench{sign}"
        for who in ("AUTHOR", "COMMITTER")
        for what, sign in (("NAME", ""), ("EMAIL", "@example.org"))
    }
    return {**kept, **git, "TURBO_TELEMETRY_DISABLED": "1", "DO_NOT_TRACK": "1", **changes}


def run(
    argv: Sequence[str],
    folder: Path,
    cancellation: Cancellation,
    *,
    env: Mapping[str, str] | None = None,
    codes: Sequence[int] = (0,),
) -> Usage:
    """Run a command and return what it took.

    Raises `EnvironmentFailure` where it ends with a code that isn't among `codes`, `Interrupted`
    where the end was asked for: by then the command has ended, as it does on Ctrl-C.
    """
    cancellation.check()
    with tempfile.TemporaryFile() as output:
        before = _cpu_of_children()
        with _orphans_followed(argv):
            began = time.perf_counter()
            child = subprocess.Popen(
                argv,
                cwd=folder,
                env=env or environment(),
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                start_new_session=True,
            )
            wall = _wait(child, cancellation) - began
        cpu = _cpu_of_children() - before
        output.seek(0)
        text = output.read().decode(errors="replace")
    cancellation.check()
    if child.returncode not in codes:
        raise EnvironmentFailure(
            f"{' '.join(map(str, argv))} in {folder} ended with {child.returncode}",
            details="\n".join(text.splitlines()[-30:]),
        )
    return Usage(wall, cpu, child.returncode, text)


def in_turns(runs: int, *measured: Callable[[], T]) -> list[tuple[T, ...]]:
    """Measure several things in turns, so that what else the machine does meets all alike.

    Returns a sequence for each: the same place in two of them is the same round. The first round is
    for warming up, and does not count.
    """
    rounds = [[one() for one in measured] for _ in range(runs + 1)][1:]
    return [tuple(column) for column in zip(*rounds, strict=True)]


def _wait(child: subprocess.Popen[bytes], cancellation: Cancellation) -> float:
    """Return when a child has ended; end it if the end is asked for."""
    ended = 0.0

    def wait() -> None:
        nonlocal ended
        child.wait()
        ended = time.perf_counter()

    waiter = threading.Thread(target=wait, daemon=True)  # its wait wakes at once, ours looks around
    waiter.start()
    while waiter.is_alive() and not cancellation.requested:
        waiter.join(_LOOK)
    for polite in (True, False):
        if waiter.is_alive():
            _end(child, polite=polite)
            waiter.join(_TO_END)
    return ended


def _end(child: subprocess.Popen[bytes], *, polite: bool) -> None:
    """End a child and its group, as Ctrl-C does or for certain."""
    if sys.platform == "win32":
        child.kill()
    else:
        with suppress(ProcessLookupError):
            os.killpg(child.pid, signal.SIGINT if polite else signal.SIGKILL)


def _cpu_of_children() -> float:
    """Return the seconds of processor time of all children that have ended, and of theirs."""
    if sys.platform == "win32":
        raise EnvironmentFailure("the benchmarks count processor time by POSIX means")
    else:  # noqa: RET506 — mypy knows of the platform by this branch alone
        import resource

        used = resource.getrusage(resource.RUSAGE_CHILDREN)
        return used.ru_utime + used.ru_stime


@contextmanager
def _orphans_followed(argv: Sequence[str]) -> Iterator[None]:
    """Wait at the end for what a command left behind, whose time would else be lost (Linux)."""
    before = _children()
    _adopt_orphans(wanted=True)
    try:
        yield
        until = time.monotonic() + _TO_FOLLOW
        while left := _children() - before:
            if time.monotonic() > until:
                raise EnvironmentFailure(f"{' '.join(argv)} left a process that does not end")
            for pid in left:
                _reap(pid)
            time.sleep(0.002)
    finally:
        _adopt_orphans(wanted=False)


def _children() -> set[int]:
    """Return the ids of this process's children (Linux)."""
    children = (path / "children" for path in Path("/proc/self/task").glob("*"))
    return {int(pid) for path in children if path.is_file() for pid in path.read_text().split()}


def _adopt_orphans(*, wanted: bool) -> None:
    """Become the parent of what our children leave behind, or no longer (Linux)."""
    if sys.platform == "linux":
        import ctypes

        set_child_subreaper = 36
        ctypes.CDLL(None).prctl(set_child_subreaper, int(wanted), 0, 0, 0)


def _reap(pid: int) -> None:
    if sys.platform != "win32":
        with suppress(ChildProcessError):
            os.waitpid(pid, os.WNOHANG)
