"""Runs suites with a memory: what is known is told again, what passes is remembered."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass

from taskslib.cancellation import Cancellation
from taskslib.events import Sink, SuiteResult, SuiteStarted
from taskslib.pipeline.plan import SuitePlan
from taskslib.pipeline.results.memory import Collecting, Memory, replayed


@dataclass(frozen=True, slots=True)
class Remembering:
    """Runs a suite, unless its result is known."""

    run_suite: Callable[[SuitePlan, Sink], SuiteResult]
    """Runs the suites whose result isn't."""
    memory: Memory
    cancellation: Cancellation

    def __call__(self, entry: SuitePlan, emit: Sink) -> SuiteResult:
        """Return what a suite came to, now or when it ran."""
        suite = entry.suite
        if entry.cached is not None:
            emit(SuiteStarted(suite.id, time.monotonic()))
            return replayed(entry.cached, suite.id, emit)
        self.memory.began(suite)
        collecting = Collecting(emit)
        result = self.run_suite(entry, collecting)
        if not self.cancellation.requested:
            self.memory.ended(suite, result, collecting.tests)
        return result
