"""What is going on, as lines: a row a suite, grouped by stage. Pure: events in, text out."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from taskslib.ages import Age, since
from taskslib.display.rows import (
    NAME_WIDTH,
    WIDE,
    fitted,
    folded,
    in_columns,
    on_engine,
    row,
    style_of,
)
from taskslib.display.text import TITLES, Glyphs, duration
from taskslib.events import (
    Event,
    Glimpse,
    RunStarted,
    Stage,
    StageStarted,
    StepProgress,
    StepStarted,
    SuiteFinished,
    SuiteId,
    SuiteResult,
    SuiteStarted,
    TestFinished,
    TestsCollected,
    TestStarted,
)
from taskslib.names import name_of
from taskslib.project.model import Slow

_STEPS = {
    "": "waiting for its turn",
    "environment": "preparing its environment",
    "build": "building its images",
    "start": "starting",
    "wait": "starting",
    "ready": "ready, waiting for its stage",
    "test": "collecting",
    "stop": "ending its stack",
}
_WAITING = ("", "ready")
"""Steps in which a suite waits for others, which is not counted among its seconds."""
_BAR = 20
_ROOM_FOR_TIME = 48
"""Columns from which a row has the time."""
_SLOW = Slow()

Styled = tuple[str, str]
"""A line and its style."""


@dataclass(slots=True)
class _Row:
    began: float | None = None
    """Later than it was by what it has waited for others."""
    step: str = ""
    since: float = 0.0
    """When the step began."""
    progress: str = ""
    limit: float = 0.0
    total: int | None = None
    done: set[str] = field(default_factory=set)
    red: set[str] = field(default_factory=set)
    open: dict[str, float] = field(default_factory=dict)
    guessed: bool = False
    """Whether what is known of the tests is only what was glimpsed."""
    result: SuiteResult | None = None
    engine: str = ""

    def add(self, event: Event) -> None:
        match event:
            case StepStarted(_, step, at):
                if self.step in _WAITING and self.began is not None:
                    self.began += at - (self.since or self.began)
                self.step, self.since, self.progress = step, at, ""
            case StepProgress(_, words, limit):
                self.progress, self.limit = words, limit
            case Glimpse():
                self.glimpse(event)
            case TestsCollected(_, total):
                if self.guessed:
                    self.guessed = False
                    self.done.clear()
                    self.open.clear()
                self.total = total
            case TestStarted(_, test, at):
                self.open[test] = at
            case TestFinished(_, test, outcome):
                self.open.pop(test, None)
                self.done.add(test)
                # A test that was run again is what it came to in the end.
                (self.red.add if outcome.red else self.red.discard)(test)

    def glimpse(self, event: Glimpse) -> None:
        self.guessed = True
        if event.total:
            self.total = event.total
        elif event.at:
            self.open[event.test] = event.at
        else:
            self.open.pop(event.test, None)
            self.done.add(event.test)

    @property
    def green(self) -> bool:
        return self.result is not None and self.result.state.green

    @property
    def running(self) -> bool:
        return self.began is not None and self.result is None


class Board:
    """All suites of a run, in the order of the plan."""

    def __init__(self, age: Age = since, slow: Slow = _SLOW) -> None:
        """Take what returns how long ago a suite passed that is cached, and which test is slow."""
        self._age = age
        self._slow = slow.by_stage
        self._stages: dict[Stage, dict[SuiteId, _Row]] = {}

    def add(self, event: Event) -> None:
        """Take in an event."""
        match event:
            case RunStarted(stages):
                for stage in stages:
                    self.add(stage)
            case StageStarted(_, suites):
                for suite in suites:
                    self._row(suite)
            case SuiteStarted(suite, at, engine):
                self._row(suite).began = at
                self._row(suite).engine = engine
            case SuiteFinished(result):
                self._row(result.suite).result = result
            case _:
                about: SuiteId | None = getattr(event, "suite", None)
                if about is not None:
                    self._row(about).add(event)

    def results(self) -> Iterator[tuple[Stage, list[SuiteResult]]]:
        """Yield the stages that anything ended of, each with its results in order."""
        for stage, rows in self._stages.items():
            ended = [one.result for one in rows.values() if one.result is not None]
            if ended:
                yield stage, ended

    def now(self, now: float) -> str:
        """Return in one line what runs at a moment; empty where nothing does."""
        running = [
            f"{suite} {_words(one, now)}"
            for rows in self._stages.values()
            for suite, one in rows.items()
            if one.running
        ]
        return ", ".join(running)

    def lines(self, now: float, width: int, height: int, glyphs: Glyphs) -> list[Styled]:
        """Return the rows that fit, each shorter than `width`.

        Args:
            now: Seconds, of the clock of the events.
            width: Columns of the terminal.
            height: Lines that may be used.
            glyphs: Marks that the terminal can show.
        """
        view = _View(now, width, glyphs, self._age, self._slow)
        lines: list[Styled] = []
        # What there is no room for goes in this order.
        for leave_out in ((), ("tests",), ("tests", "green"), ("tests", "green", "pending")):
            lines = [
                line
                for stage, rows in self._stages.items()
                for line in view.stage(stage, rows, frozenset(leave_out))
            ]
            if len(lines) <= height:
                break
        if len(lines) > height:
            hidden = len(lines) - height + 1
            lines = [*lines[: height - 1], (f"  {glyphs.more} and {hidden} more", "dim")]
        return [(fitted(line, width, glyphs), style) for line, style in lines]

    def _row(self, suite: SuiteId) -> _Row:
        return self._stages.setdefault(suite.stage, {}).setdefault(suite, _Row())


@dataclass(frozen=True, slots=True)
class _View:
    """How rows are drawn at one moment on one terminal."""

    now: float
    width: int
    glyphs: Glyphs
    age: Age
    slow: Mapping[Stage, float]
    """Seconds from which the current test is shown with its time."""

    def stage(
        self, stage: Stage, rows: dict[SuiteId, _Row], leave_out: frozenset[str]
    ) -> Iterator[Styled]:
        yield TITLES[stage], "bold"
        green = [one.result for one in rows.values() if one.green and one.result is not None]
        fold_green = len(green) > 1 and "green" in leave_out
        if fold_green:
            yield folded(green, self.glyphs, self.age, self.width), "green"
        pending = 0
        for suite, one in rows.items():
            if one.result is not None:
                if not (fold_green and one.green):
                    line = row(one.result, self.glyphs, self.age, self.width)
                    yield line, style_of(one.result.state)
            elif one.running:
                yield from self._running(suite, one, tests="tests" not in leave_out)
            elif "pending" in leave_out:
                pending += 1
            else:
                yield f"  {self.glyphs.waiting} {suite.name:{NAME_WIDTH}} pending", "dim"
        if pending:
            yield f"  {self.glyphs.waiting} {f'{pending} suites':{NAME_WIDTH}} pending", "dim"

    def _running(self, suite: SuiteId, one: _Row, *, tests: bool) -> Iterator[Styled]:
        began = self.now if one.began is None else one.began
        time = duration(max(0.0, self.now - began)) if self.width >= _ROOM_FOR_TIME else ""
        testing = one.step == "test"
        mark = self.glyphs.running if testing else self.glyphs.begun
        words = self._bar(one) if testing and one.total is not None else _words(one, self.now)
        words += on_engine(one.engine)
        if self.width >= WIDE:
            yield in_columns(mark, suite.name, words, time), ""
        else:
            yield f"  {mark} {suite.name} {words} {time}".rstrip(), ""
        if tests and one.open and testing:
            test, at = next(iter(one.open.items()))
            slow = self.now - at >= self.slow[suite.stage]
            words = f" ({duration(self.now - at)})" if slow else ""
            # Where there is no room for the file, the name says more than the file's beginning.
            room = self.width - len(f"      {self.glyphs.arrow} {words}")
            shown = test if len(test) < room else fitted(name_of(test), room, self.glyphs)
            yield f"      {self.glyphs.arrow} {shown}{words}", "yellow" if slow else "dim"

    def _bar(self, one: _Row) -> str:
        words = _words(one, self.now)
        if self.width < WIDE or not one.total:
            return words
        share = min(len(one.done), one.total) / one.total
        full = int(share * _BAR)
        bar = self.glyphs.full * full + self.glyphs.empty * (_BAR - full)
        return f"{bar} {share:4.0%}  {words}"


def _words(one: _Row, now: float) -> str:
    """Return where a running suite is."""
    red = f", {len(one.red)} failed" if one.red else ""
    if one.step == "test" and one.total is not None:
        return f"{min(len(one.done), one.total)}/{one.total}{red}"
    if one.step == "test" and one.done:
        return f"{len(one.done)} so far{red}"
    words = _STEPS.get(one.step, one.step)
    if one.progress:
        limit = f"/{one.limit:.0f}" if one.limit else ""
        return f"{words}: {one.progress} {max(0.0, now - one.since):.0f}{limit} s"
    return words
