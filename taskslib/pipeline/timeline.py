"""Where the time of a run went: the steps that everything else waited for. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from taskslib.events import Event, StepFinished, StepStarted, SuiteId
from taskslib.pipeline.plan import Plan, Step

_SHARE = 0.05
"""Of the whole: legs below it are left out."""


@dataclass(frozen=True, slots=True)
class Leg:
    """A suite's step, as far as the run waited for it."""

    suite: SuiteId
    step: str
    seconds: float


@dataclass(frozen=True, slots=True)
class Span:
    """A step of a suite, from when to when."""

    step: str
    began: float
    ended: float


class Spans:
    """The steps of suites, each as it ends."""

    def __init__(self) -> None:
        self._open: dict[SuiteId, StepStarted] = {}

    def add(self, event: Event) -> tuple[SuiteId, Span] | None:
        """Take in an event; return the step that has ended with it."""
        match event:
            case StepStarted(suite):
                self._open[suite] = event
            case StepFinished(suite, step, at) if suite in self._open:
                return suite, Span(step, self._open.pop(suite).at, at)
        return None


class Timeline:
    """When each suite was in which step."""

    def __init__(self) -> None:
        self._spans: dict[SuiteId, list[Span]] = {}
        self._ending = Spans()

    def add(self, event: Event) -> None:
        """Take in an event."""
        if (ended := self._ending.add(event)) is not None:
            suite, span = ended
            self._spans.setdefault(suite, []).append(span)

    def critical_path(self, plan: Plan, began: float) -> tuple[Leg, ...]:
        """Return what the run waited for, in order: of each stage the suite whose tests ended last.

        Of that suite counts what it did after the tests of the stage before had ended: what it did
        ahead delayed nobody.
        """
        legs: list[Leg] = []
        opened = began
        for stage in plan.stages:
            last = self._last([entry.suite.id for entry in stage.suites])
            if last is not None:
                ended = self._tested(last)
                legs += self._within(last, opened, ended)
                opened = ended
        whole = sum(leg.seconds for leg in legs)
        return tuple(leg for leg in legs if leg.seconds > whole * _SHARE)

    def _last(self, suites: Sequence[SuiteId]) -> SuiteId | None:
        tested = [suite for suite in suites if self._tested(suite)]
        return max(tested, key=self._tested, default=None)

    def _tested(self, suite: SuiteId) -> float:
        spans = self._spans.get(suite, ())
        return max((one.ended for one in spans if one.step == Step.TEST), default=0.0)

    def _within(self, suite: SuiteId, begin: float, end: float) -> Iterator[Leg]:
        for one in self._spans[suite]:
            seconds = min(one.ended, end) - max(one.began, begin)
            if seconds > 0 and one.step != Step.READY:
                yield Leg(suite, one.step, seconds)
