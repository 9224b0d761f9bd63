"""What is going on right now, as lines: a row a running suite. Pure: events in, text out."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from taskslib.display.text import Glyphs, duration
from taskslib.events import (
    Event,
    StepStarted,
    SuiteFinished,
    SuiteId,
    SuiteStarted,
    TestFinished,
    TestsCollected,
    TestStarted,
)

_STEPS = {
    "environment": "preparing its environment",
    "build": "building its images",
    "start": "starting its stack",
    "wait": "waiting until its stack is healthy",
    "ready": "ready for its stage",
    "test": "collecting",
    "stop": "ending its stack",
}
_NAME_WIDTH = 15
_BAR = 20
_ROOM_FOR_BAR = 72
_ROOM_FOR_TIME = 48
"""Columns from which a row has a bar, and from which it has the time."""


@dataclass(slots=True)
class _Row:
    began: float
    step: str = ""
    total: int | None = None
    done: set[str] = field(default_factory=set)
    red: set[str] = field(default_factory=set)
    open: dict[str, None] = field(default_factory=dict)


class Board:
    """The running suites, in the order in which they began."""

    def __init__(self) -> None:
        self._rows: dict[SuiteId, _Row] = {}

    def add(self, event: Event) -> None:
        """Take in an event."""
        match event:
            case SuiteStarted(suite, at):
                self._rows[suite] = _Row(at)
            case SuiteFinished(result):
                self._rows.pop(result.suite, None)
            case StepStarted(suite, step):
                self._row(suite).step = step
            case TestsCollected(suite, total):
                self._row(suite).total = total
            case TestStarted(suite, test):
                self._row(suite).open[test] = None
            case TestFinished(suite, test, outcome):
                row = self._row(suite)
                row.open.pop(test, None)
                row.done.add(test)
                if outcome.red:
                    row.red.add(test)

    def lines(self, now: float, width: int, height: int, glyphs: Glyphs) -> list[str]:
        """Return the rows that fit, each shorter than `width`.

        Args:
            now: Seconds, of the clock of the events.
            width: Columns of the terminal.
            height: Lines that may be used.
            glyphs: Marks that the terminal can show.
        """
        rows = list(self._rows.items())
        # Where each suite's current test would not fit too, none is shown.
        tests = len(rows) * 2 <= height
        lines = [
            line
            for suite, row in rows
            for line in _row_lines(suite, row, now, width, glyphs, tests=tests)
        ]
        if len(lines) > height:
            hidden = len(lines) - height + 1
            lines = [*lines[: height - 1], f"  … and {hidden} more"]
        return [line[: width - 1] for line in lines]

    def _row(self, suite: SuiteId) -> _Row:
        return self._rows.setdefault(suite, _Row(0.0))


def _row_lines(
    suite: SuiteId, row: _Row, now: float, width: int, glyphs: Glyphs, *, tests: bool
) -> Iterator[str]:
    time = f"{duration(max(0.0, now - row.began)):>8}" if width >= _ROOM_FOR_TIME else ""
    yield f"  {glyphs.running} {suite.name:{_NAME_WIDTH}} {_words(row, width, glyphs)}{time}"
    if tests and row.open and row.step == "test":
        yield f"      {glyphs.arrow} {next(iter(row.open))}"


def _words(row: _Row, width: int, glyphs: Glyphs) -> str:
    red = f", {len(row.red)} failed" if row.red else ""
    if row.step != "test" or row.total is None:
        so_far = f"{len(row.done)} so far{red}" if row.done else _STEPS.get(row.step, row.step)
        return f"{so_far:{_BAR + 16}}"
    done = min(len(row.done), row.total)
    share = done / row.total if row.total else 0.0
    count = f"{f'{done}/{row.total}':>9}{red}"
    if width < _ROOM_FOR_BAR:
        return count
    full = int(share * _BAR)
    bar = glyphs.full * full + glyphs.empty * (_BAR - full)
    return f"{bar} {share:4.0%} {count:10}"
