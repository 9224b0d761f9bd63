"""Walk through a plan: stages as gates, suites side by side, one queue for all events.

Suites run in threads; the calling thread hands their events on, in order, so that consumers
never see two at once. A signal cancels: children end, stacks come down, and the report says so.
"""

from __future__ import annotations

import queue
import time
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field

from taskslib.cancellation import Cancellation
from taskslib.events import (
    Event,
    Sink,
    Stage,
    StageStarted,
    State,
    SuiteFinished,
    SuiteId,
    SuiteResult,
)
from taskslib.pipeline.plan import Plan, StagePlan, SuitePlan, longest_first
from taskslib.pipeline.report import Report

_POLL = 0.2
"""Seconds; on Windows a wait without a limit can't be interrupted by Ctrl-C."""

RunSuite = Callable[[SuitePlan, Sink], SuiteResult]
"""Runs one suite from its first step to its last; raises nothing that is expected."""


@dataclass(frozen=True, slots=True)
class Runner:
    """Runs plans."""

    run_suite: RunSuite
    cancellation: Cancellation
    sink: Sink
    jobs: int
    durations: Mapping[SuiteId, float] = field(default_factory=dict)
    """How long suites usually take, as far as it is known."""

    def run(self, plan: Plan) -> Report:
        """Run all that a plan says and return what it came to."""
        began = time.monotonic()
        results: list[SuiteResult] = []
        blocker: Stage | None = None
        for stage in plan.stages:
            if self.cancellation.requested:
                results += self._skip(stage, State.INTERRUPTED, "not begun")
            elif blocker is not None and not plan.request.keep_going:
                results += self._skip(stage, State.BLOCKED, f"stage {blocker} failed")
            else:
                outcomes = self._run_stage(stage)
                results += outcomes
                if blocker is None and not all(one.state.green for one in outcomes):
                    blocker = stage.stage
        return Report(tuple(results), time.monotonic() - began, self.cancellation.signum)

    def _run_stage(self, stage: StagePlan) -> list[SuiteResult]:
        self.sink(StageStarted(stage.stage, tuple(entry.suite.id for entry in stage.suites)))
        # None says that a suite has ended and will send no more.
        events: queue.SimpleQueue[Event | None] = queue.SimpleQueue()
        crowded = len(stage.suites) > self.jobs
        order = longest_first(stage.suites, self.durations) if crowded else stage.suites
        with ThreadPoolExecutor(self.jobs, thread_name_prefix="suite") as pool:
            futures = {
                entry.suite.id: pool.submit(self._run_one, entry, events.put) for entry in order
            }
            for future in futures.values():
                future.add_done_callback(lambda _: events.put(None))
            try:
                self._hand_on(events, len(futures))
            except BaseException:
                # A consumer broke: end what runs before the pool waits for it.
                self.cancellation.request(0)
                raise
        return [futures[entry.suite.id].result() for entry in stage.suites]

    def _run_one(self, entry: SuitePlan, emit: Sink) -> SuiteResult:
        if self.cancellation.requested:
            result = SuiteResult(entry.suite.id, State.INTERRUPTED, reason="not begun")
        else:
            result = self.run_suite(entry, emit)
        emit(SuiteFinished(result))
        return result

    def _hand_on(self, events: queue.SimpleQueue[Event | None], running: int) -> None:
        """Give events to the sink, in order, until every suite has ended."""
        while running:
            with suppress(queue.Empty):
                event = events.get(timeout=_POLL)
                if event is None:
                    running -= 1
                else:
                    self.sink(event)

    def _skip(self, stage: StagePlan, state: State, reason: str) -> list[SuiteResult]:
        self.sink(StageStarted(stage.stage, tuple(entry.suite.id for entry in stage.suites)))
        results = [SuiteResult(entry.suite.id, state, reason=reason) for entry in stage.suites]
        for result in results:
            self.sink(SuiteFinished(result))
        return results
