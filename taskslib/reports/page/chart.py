"""The steps of a run on a time line: where each bar stands, in percent. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from taskslib.events import Stage, SuiteId, SuiteResult
from taskslib.pipeline.timeline import Span
from taskslib.reports.record import Record, SuiteRecord

_LEAST = 0.15
"""Percent: a bar that is narrower can't be seen."""
_TICKS = 8
"""So many marks on the time line at most."""


@dataclass(frozen=True, slots=True)
class Bar:
    """A step."""

    step: str
    left: float
    """Percent of the whole run."""
    width: float
    seconds: float
    critical: bool
    """Whether everything else waited for it."""


@dataclass(frozen=True, slots=True)
class Row:
    """A suite."""

    suite: SuiteId
    result: SuiteResult | None
    bars: tuple[Bar, ...]


@dataclass(frozen=True, slots=True)
class Tick:
    """A mark on the time line."""

    left: float
    seconds: float


@dataclass(frozen=True, slots=True)
class Chart:
    """A whole run."""

    stages: tuple[tuple[Stage, tuple[Row, ...]], ...]
    ticks: tuple[Tick, ...]
    seconds: float


def chart_of(record: Record) -> Chart:
    """Return a run's chart; what is cached or was not run has a row without bars."""
    ends = (span.ended for suite in record.suites.values() for span in suite.spans)
    whole = max((record.seconds, *ends))
    rows = [_row(suite, record, whole) for suite in record.suites.values()]
    stages = ((stage, tuple(row for row in rows if row.suite.stage is stage)) for stage in Stage)
    return Chart(tuple(one for one in stages if one[1]), tuple(_ticks(whole)), whole)


def _row(suite: SuiteRecord, record: Record, whole: float) -> Row:
    bars = (
        _bar(span, whole, critical=(suite.id, span.step) in record.critical) for span in suite.spans
    )
    return Row(suite.id, suite.result, tuple(bars))


def _bar(span: Span, whole: float, *, critical: bool) -> Bar:
    seconds = max(0.0, span.ended - span.began)
    scale = 100 / whole if whole else 0.0
    left = min(max(0.0, span.began * scale), 100 - _LEAST)
    width = min(max(_LEAST, seconds * scale), 100 - left)
    return Bar(span.step, round(left, 3), round(width, 3), seconds, critical)


def _ticks(whole: float) -> Iterator[Tick]:
    step = _round_step(whole / _TICKS)
    count = int(whole / step) if step else 0
    for number in range(count + 1):
        yield Tick(round(100 * number * step / whole, 3) if whole else 0.0, number * step)


def _round_step(least: float) -> float:
    """Return the smallest step that people count in which is not below one."""
    steps: Sequence[float] = (0.1, 0.2, 0.5, 1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 1800, 3600)
    return next((step for step in steps if step >= least), steps[-1] * (int(least) // 3600 + 1))
