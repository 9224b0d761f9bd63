"""The order in which events are shown, though suites of two stages are under way. Pure.

Consumers see a stage begin only when every suite of the one before has finished. What a suite that
was begun ahead tells before is held back, but for where it is.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from taskslib.events import (
    Event,
    StackUp,
    StageStarted,
    StepFinished,
    StepProgress,
    StepStarted,
    SuiteFinished,
    SuiteStarted,
)
from taskslib.pipeline.plan import StagePlan

_AT_ONCE = (SuiteStarted, StepStarted, StepProgress, StepFinished, StackUp)


def stage_started(stage: StagePlan) -> StageStarted:
    """Return the event that a stage begins."""
    return StageStarted(stage.stage, tuple(entry.suite.id for entry in stage.suites))


class Order:
    """Puts the events of all stages in order."""

    def __init__(self, stages: Sequence[StagePlan]) -> None:
        self._stages = stages
        self._shown = -1
        """The stage whose events pass."""
        self._left = 0
        """How many of its suites have not finished."""
        self._begins: dict[int, bool] = {}
        """Of each stage of which it is decided, whether it begins."""
        self._held: list[list[Event]] = [[] for _ in stages]

    @property
    def done(self) -> bool:
        """Whether every suite has finished."""
        return not self._left and self._shown == len(self._stages) - 1

    def decide(self, stage: int, *, begins: bool) -> Iterator[Event]:
        """Take note of whether a stage begins, and yield what may be shown now."""
        self._begins.setdefault(stage, begins)
        yield from self._go_on()

    def add(self, stage: int, event: Event) -> Iterator[Event]:
        """Take in an event of a stage's suite, and yield those that may be shown now."""
        if stage == self._shown:
            yield from self._pass(event)
            yield from self._go_on()
        elif isinstance(event, _AT_ONCE):
            yield event
        else:
            self._held[stage].append(event)

    def _pass(self, event: Event) -> Iterator[Event]:
        """Yield an event, of a stage that never begins only how its suites finished."""
        if isinstance(event, SuiteFinished):
            self._left -= 1
            yield event
        elif self._begins[self._shown]:
            yield event

    def _go_on(self) -> Iterator[Event]:
        while not self._left and self._shown + 1 in self._begins:
            self._shown += 1
            stage, held = self._stages[self._shown], self._held[self._shown]
            self._left = len(stage.suites)
            yield stage_started(stage)
            for event in held:
                yield from self._pass(event)
