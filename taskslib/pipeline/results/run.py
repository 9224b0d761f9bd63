"""Runs suites with a memory: what is known is told again, what passes is remembered."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass

from taskslib.events import Event, Sink, StepStarted, SuiteResult, SuiteStarted
from taskslib.pipeline.plan import Step, SuitePlan
from taskslib.pipeline.results.memory import Collecting, Memory, replayed
from taskslib.pipeline.turns import Turn


@dataclass(frozen=True, slots=True)
class Remembering:
    """Runs a suite, unless its result is known."""

    run_suite: Callable[[SuitePlan, Sink, Turn], SuiteResult]
    """Runs the suites whose result isn't."""
    memory: Memory | None
    """Remembers what passes; None where nothing is to be stored."""

    def __call__(self, entry: SuitePlan, emit: Sink, turn: Turn) -> SuiteResult:
        """Return what a suite came to, now or when it ran."""
        suite = entry.suite
        memory = self.memory
        if entry.cached is not None:
            if memory is not None:
                memory.seen(suite)
            emit(SuiteStarted(suite.id, time.monotonic()))
            return replayed(entry.cached, suite.id, emit)

        if memory is None:
            return self.run_suite(entry, emit, turn)

        def hand_on(event: Event) -> None:
            if isinstance(event, StepStarted) and event.step == Step.TEST:
                memory.began(suite)
            emit(event)

        collecting = Collecting(hand_on)
        result = self.run_suite(entry, collecting, turn)
        if not turn.cancellation.requested:
            memory.ended(suite, result, collecting.tests)
        return result
