"""Where the time of a run went: the steps that everything else waited for. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from taskslib.events import Event, StepFinished, StepStarted, SuiteId
from taskslib.pipeline.plan import Plan, Step

_SHARE = 0.05
"""Of the whole: legs below it are left out."""
_CLOSE = 0.05
"""Seconds between the end of one thing and the begin of the next that waited for it."""
_NO_WORK = (Step.READY, Step.STOP)
"""Steps that are a wait for others, or delay nobody."""


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
        """Return what the run waited for, in order, back from the tests that ended last.

        Before a suite's step comes what it had waited for: its own step before, the tests of an
        earlier stage, or those that held the last free process: whichever ended last. A stack that
        came up ahead of its stage is in it where it, and not the tests meanwhile, was the slower.
        """
        stages = [[entry.suite.id for entry in stage.suites] for stage in plan.stages]
        lasts = [(self._tested(one), number, one) for number, one in self._lasts(stages)]
        legs: list[Leg] = []
        reached = lasts[-1] if lasts else None
        while reached is not None:
            until, number, suite = reached
            begin = until
            for one in reversed(self._worked(suite, until)):
                if begin - one.ended > _CLOSE:
                    break
                legs.append(Leg(suite, one.step, one.ended - max(one.began, began)))
                begin = min(begin, one.began)
            reached = self._before(stages, number, suite, begin) if began < begin else None
        whole = sum(leg.seconds for leg in legs)
        return tuple(leg for leg in reversed(legs) if leg.seconds > whole * _SHARE)

    def _before(
        self, stages: Sequence[Sequence[SuiteId]], number: int, suite: SuiteId, begin: float
    ) -> tuple[float, int, SuiteId] | None:
        """Return what ended last before a suite went on: when, of which stage, and which suite."""
        by = begin + _CLOSE
        own = [one.ended for one in self._worked(suite, by) if one.began < begin]
        found = [(ended, number, suite) for ended in own]
        found += [
            (ended, stage, last)
            for stage, last in self._lasts(stages[:number])
            if (ended := self._tested(last)) <= by
        ]
        ready = max((ended for ended, *_ in found), default=0.0) + _CLOSE
        found += [
            (one.ended, number, other)  # which had its place
            for other in stages[number]
            for one in self._worked(other, by)
            if other != suite and one.step == Step.TEST and one.began < begin and ready < one.ended
        ]
        return max(found, default=None)

    def _worked(self, suite: SuiteId, until: float) -> list[Span]:
        """Return the steps of a suite, up to its tests, that had ended at a time."""
        spans = sorted(self._spans.get(suite, ()), key=lambda one: one.ended)
        return [one for one in spans if one.step not in _NO_WORK and one.ended <= until]

    def _lasts(self, stages: Sequence[Sequence[SuiteId]]) -> Iterator[tuple[int, SuiteId]]:
        """Yield stages that had tests, by number, each with the suite whose tests ended last."""
        for number, suites in enumerate(stages):
            if (last := self._last(suites)) is not None:
                yield number, last

    def _last(self, suites: Sequence[SuiteId]) -> SuiteId | None:
        tested = [suite for suite in suites if self._tested(suite)]
        return max(tested, key=self._tested, default=None)

    def _tested(self, suite: SuiteId) -> float:
        spans = self._spans.get(suite, ())
        return max((one.ended for one in spans if one.step == Step.TEST), default=0.0)
