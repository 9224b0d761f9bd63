"""`python -m tests.engine.stacks.kills`: signals at random moments, and what is left afterwards.

Each cell starts a stack that builds, waits until it is healthy, is up for a moment and ends; a
signal comes at a random moment of that, sometimes twice. A table says what was left, and how long
it took until nothing was.
"""

from __future__ import annotations

import argparse
import os
import random
import secrets
import signal
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections import defaultdict
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from taskslib.stacks.watchdog.process import is_held, watchdog_lock
from taskslib.testing import wait_for
from tests.engine.stacks.bench import IMAGE, Bench
from tests.engine.stacks.moments import GUARDED, command_lines
from tests.support.leftovers import leftovers

STACK = """\
services:
  web:
    build: .
    init: true
    command: [sleep, "300"]
    volumes: ["data:/data"]
    healthcheck: {test: "true", interval: 1s, start_period: 30s, start_interval: 300ms}
volumes: {data: }
"""
LIFE = 4.5
"""Seconds within which the signals come; a cell beside others takes about as long."""
PATIENCE = 60.0
"""Seconds after which what is left counts as left."""


@dataclass(frozen=True)
class Cell:
    """What is sent, and when."""

    signal: str
    """Its name; with `to group`, as a terminal sends it."""
    delay: float
    """Seconds after the script has its handlers."""
    again: float | None
    """Seconds until it is sent once more."""


@dataclass(frozen=True)
class Outcome:
    """What a cell came to."""

    cell: Cell
    moment: str
    """The step in which the signal came."""
    code: int
    seconds: float
    """From the signal until nothing was left."""
    left: tuple[str, ...]


SIGNALS = ("SIGINT", "SIGINT to group", "SIGTERM", "SIGHUP", "SIGKILL")
CODES = {"SIGINT": 130, "SIGTERM": 143, "SIGHUP": 129, "SIGKILL": -9}


def cells(count: int, seed: int) -> Iterator[Cell]:
    """Yield cells, each signal as often as the others."""
    dice = random.Random(seed)  # noqa: S311 — not for secrets
    for number in range(count):
        again = dice.uniform(0, 1) if dice.random() < 1 / 3 else None
        yield Cell(SIGNALS[number % len(SIGNALS)], dice.uniform(0, LIFE), again)


def run_cell(cell: Cell) -> Outcome:
    """Run a cell in a folder of its own."""
    with tempfile.TemporaryDirectory() as parent:
        folder = Path(parent, f"kill{secrets.token_hex(4)}")
        bench = Bench(folder, STACK)
        (folder / "Dockerfile").write_text(f"FROM {IMAGE}\nRUN sleep 0.5 && touch /{folder.name}\n")
        try:
            return _signalled(bench, cell)
        finally:
            bench.lifetime.end(bench.spec().name)


def _signalled(bench: Bench, cell: Cell) -> Outcome:
    steps: list[str] = []
    with subprocess.Popen(
        [sys.executable, "-c", GUARDED, str(bench.folder), "1"],
        cwd=Path(__file__).parents[3],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        start_new_session=True,
    ) as child:
        assert child.stdout is not None
        assert child.stdout.readline() == "begin\n"
        reader = threading.Thread(
            target=lambda out: steps.extend(map(str.strip, out)), args=(child.stdout,)
        )
        reader.start()
        moment = "done"
        for number, delay in enumerate(filter(None, (cell.delay, cell.again))):
            if _wait(child, delay):
                break
            if number == 0:
                moment = steps[-1] if steps else "begin"
                sent = time.monotonic()
            _send(child.pid, cell.signal)
        else:
            _wait(child, PATIENCE)
        if moment == "done":
            sent = time.monotonic()
        code = child.wait(PATIENCE)
        reader.join()
    left = _what_stays(bench)
    return Outcome(cell, moment, code, time.monotonic() - sent, left)


def _send(pid: int, what: str) -> None:
    name, _, group = what.partition(" to ")
    if sys.platform != "win32":
        (os.killpg if group else os.kill)(pid, signal.Signals[name])


def _wait(child: subprocess.Popen[str], seconds: float) -> bool:
    """Wait for a child, and return whether it has ended."""
    try:
        child.wait(seconds)
    except subprocess.TimeoutExpired:
        return False
    return True


def _what_stays(bench: Bench) -> tuple[str, ...]:
    """Wait until nothing is left; return what is where that never comes."""
    found: list[str] = []

    def clean() -> bool:
        found[:] = [*leftovers(bench.folder.name), *bench.of_compose()]
        found.extend(bench.engine.leftovers(bench.spec().name))
        if is_held(watchdog_lock(bench.locks, bench.spec().name)):
            found.append("watchdog's lock")
        mark = bench.folder.name.encode()
        named = ((pid, b" ".join(words)) for pid, words in command_lines())
        found.extend(f"process {pid}" for pid, words in named if mark in words)
        return not found

    try:
        wait_for(clean, timeout=PATIENCE)
    except TimeoutError:
        return tuple(found)
    return ()


def wrong(outcome: Outcome) -> str:
    """Return what is wrong with a cell; empty if nothing is."""
    name = outcome.cell.signal.partition(" ")[0]
    expected = {CODES[name]}
    late = outcome.moment in {"done", "stop"}
    if late:
        expected.add(0)  # it came when all was done
    if late or outcome.cell.again is not None:
        expected.add(-signal.Signals[name])  # or when Python was already on its way out
    if outcome.code not in expected:
        return f"exit code {outcome.code}"
    return ", ".join(outcome.left)


def table(outcomes: Iterable[Outcome]) -> Iterator[str]:
    """Yield a line a signal and moment: how many cells, what was left, seconds until clean."""
    rows = defaultdict(list)
    for one in outcomes:
        rows[one.cell.signal, one.moment].append(one)
    yield f"{'signal':16} {'during':7} {'cells':>5} {'left':>5} {'median':>7} {'max':>6}"
    for (name, moment), found in sorted(rows.items()):
        seconds = [one.seconds for one in found]
        left = sum(bool(one.left) for one in found)
        yield (
            f"{name:16} {moment:7} {len(found):5} {left:5} "
            f"{statistics.median(seconds):6.1f}s {max(seconds):5.1f}s"
        )


def run(count: int, seed: int, jobs: int) -> list[Outcome]:
    """Run cells, several at once, and return what they came to."""
    with ThreadPoolExecutor(jobs) as pool:
        return list(pool.map(run_cell, cells(count, seed)))


def main() -> int:
    """Print the table; return 1 if anything was left or ended otherwise than it should."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=200)
    parser.add_argument("--seed", type=int, default=secrets.randbelow(1_000_000))
    parser.add_argument("--jobs", type=int, default=4)
    given = parser.parse_args()
    for name in ("SIGINT", "SIGHUP"):  # which a script's background job is started to ignore
        signal.signal(signal.Signals[name], signal.SIG_DFL)
    print(f"seed {given.seed}", flush=True)
    outcomes = run(given.count, given.seed, given.jobs)
    print("\n".join(table(outcomes)))
    found = [(one, words) for one in outcomes if (words := wrong(one))]
    for one, words in found:
        print(f"WRONG {one.cell} during {one.moment}: {words}")
    print(f"{len(outcomes)} cells, {len(found)} wrong")
    return int(bool(found))


if __name__ == "__main__":
    sys.exit(main())
