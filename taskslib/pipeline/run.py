"""Walk through a plan: stages as gates, suites side by side, one queue for all events.

Suites run in threads, those of the next stage as far as their gate; the calling thread hands
their events on, in order, so that consumers never see two at once. A signal cancels: children end,
stacks come down, and the report says so.
"""

from __future__ import annotations

import queue
import time
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, suppress
from dataclasses import dataclass, field

from taskslib.cancellation import Cancellation
from taskslib.errors import Interrupted
from taskslib.events import (
    Event,
    RunFinished,
    RunStarted,
    Sink,
    State,
    SuiteFinished,
    SuiteId,
    SuiteResult,
)
from taskslib.pipeline.numbering import Numbering
from taskslib.pipeline.order import Order, stage_started
from taskslib.pipeline.plan import Plan, StagePlan, SuitePlan, longest_first
from taskslib.pipeline.report import Report, judged
from taskslib.pipeline.slow import SlowTests
from taskslib.pipeline.timeline import Timeline
from taskslib.pipeline.turns import Gate, Slots, Turn

_POLL = 0.2
"""Seconds; on Windows a wait without a limit can't be interrupted by Ctrl-C."""

RunSuite = Callable[[SuitePlan, Sink, Turn], SuiteResult]
"""Runs one suite from its first step to its last; raises nothing that is expected."""


@dataclass(frozen=True, slots=True)
class Runner:
    """Runs plans."""

    run_suite: RunSuite
    cancellation: Cancellation
    sink: Sink
    jobs: int
    """How many suites' tests run at once."""
    stacks: int = 4
    """How many stacks are up at once on an engine."""
    durations: Mapping[SuiteId, float] = field(default_factory=dict)
    """How long suites usually take, as far as it is known."""
    may_go_ahead: Callable[[], bool] = lambda: True
    """Whether the machine has room for what is begun ahead of its stage."""

    def run(self, plan: Plan) -> Report:
        """Run all that a plan says and return what it came to."""
        began = time.monotonic()
        with _Run(self, plan) as run:
            try:
                run.walk()
            except BaseException:
                # A consumer broke: end what runs before its threads are waited for.
                self.cancellation.request(0)
                raise
        results = tuple(
            run.numbering.result(result) for stage in run.stages for result in stage.results()
        )
        if plan.request.shard is None:  # of a share, the others may have the tests that fit
            ended, results = results, judged(results)
            for before, now in zip(ended, results, strict=True):
                if now != before:
                    self.sink(SuiteFinished(now))
        path = run.timeline.critical_path(plan, began)
        seconds = time.monotonic() - began
        slow = run.slow.slowest_first
        report = Report(results, seconds, self.cancellation.signum, path, slow)
        legs = tuple((leg.suite, leg.step, leg.seconds) for leg in path)
        self.sink(RunFinished(time.monotonic(), report.exit_code, legs))
        return report


@dataclass(frozen=True, slots=True)
class _Tested:
    """A suite's tests have ended, or it will have none."""

    stage: int
    green: bool


class _Run(ExitStack):
    """One walk through a plan. The calling thread alone decides; suites only say things."""

    def __init__(self, runner: Runner, plan: Plan) -> None:
        super().__init__()
        self.runner = runner
        self.said: queue.SimpleQueue[tuple[int, Event] | _Tested | BaseException] = (
            queue.SimpleQueue()
        )
        self.processes = Slots(runner.jobs)
        self.stacks: defaultdict[str, Slots] = defaultdict(lambda: Slots(runner.stacks))
        """By engine."""
        self.stages = [_Stage(self, number, one) for number, one in enumerate(plan.stages)]
        self.timeline = Timeline()
        self.numbering = Numbering()
        self.slow = SlowTests(plan.project.slow.by_stage)
        self._plan = plan
        self._order = Order(plan.stages)

    def walk(self) -> None:
        """Run all stages, and give their events to the sink until every suite has ended."""
        stages = (stage_started(stage) for stage in self._plan.stages)
        self._show([RunStarted(tuple(stages), time.monotonic())])
        self._begin(0)
        while not self._order.done:
            try:
                said = self.said.get(timeout=_POLL)
            except queue.Empty:
                continue
            if isinstance(said, BaseException):
                raise said
            if isinstance(said, _Tested):
                self._decide(said)
            else:
                self._show(self._order.add(*said))

    def _show(self, events: Iterable[Event]) -> None:
        for event in events:
            self.timeline.add(event)
            self.slow.add(event)
            self.runner.sink(self.numbering.event(event))

    def _begin(self, number: int) -> None:
        """Open a stage's gate, and begin the next stage as far as its own."""
        if number >= len(self.stages) or self.stages[number].gate.is_closed:
            return  # the last suite of a stage can be green after another was red
        self._show(self._order.decide(number, begins=True))
        self.stages[number].start()
        self.stages[number].open()
        # What is to be kept must not come up for tests that may never run.
        keep, last = self._plan.request.kept, number + 1 == len(self.stages)
        if last or keep or not self.stages[number + 1].runs:
            return
        if self.runner.may_go_ahead():
            self.stages[number + 1].start()

    def _decide(self, tested: _Tested) -> None:
        """See what follows from the end of a suite's tests."""
        stage = self.stages[tested.stage]
        stage.untested -= 1
        if self.runner.cancellation.requested:
            self._close(tested.stage + 1, "")
        elif not tested.green and not self._plan.request.keep_going:
            self._close(tested.stage + 1, f"stage {stage.plan.stage} failed")
        elif not stage.untested:
            self._begin(tested.stage + 1)

    def _close(self, number: int, reason: str) -> None:
        for later in range(number, len(self.stages)):
            self.stages[later].close(reason)
            self._show(self._order.decide(later, begins=self.stages[later].gate.is_open))


class _Stage:
    """The suites of a stage under way."""

    def __init__(self, run: _Run, number: int, plan: StagePlan) -> None:
        self.plan = plan
        self.gate = Gate()
        self.untested = len(plan.suites)
        self._run = run
        self._number = number
        self._cancellation = run.runner.cancellation.child()
        self._blocked = ""
        """Why it never begins."""
        self._started = False
        self._results: dict[SuiteId, SuiteResult] = {}

    def start(self) -> None:
        """Begin all suites, each in a thread; their tests wait at the gate."""
        if self._started or self.gate.is_closed:
            return
        self._started = True
        runner = self._run.runner
        suites = self.runs
        if not suites:
            return
        crowded = len(suites) > runner.jobs
        order = longest_first(suites, runner.durations) if crowded else suites
        engines = {entry.engine for entry in suites}
        threads = min(len(suites), runner.jobs + runner.stacks * len(engines))
        pool = ThreadPoolExecutor(threads, thread_name_prefix=self.plan.stage)
        self._run.enter_context(pool)
        for place, entry in enumerate(order):
            self._first_wanted(entry).expect((self._number, place))
        for place, entry in enumerate(order):
            pool.submit(self._one, entry, place)

    def open(self) -> None:
        """Let the tests begin, and tell again what is known."""
        self.gate.open()
        for entry in self._cached():
            self._one(entry, -1)

    def close(self, reason: str) -> None:
        """Let it never begin: end what was begun ahead, and have that come to nothing."""
        if self.gate.is_open or self.gate.is_closed:
            return
        self._blocked = reason
        self._cancellation.request(0)
        self.gate.close()
        for entry in self._cached() if self._started else self.plan.suites:
            self._finish(self._unrun(entry))

    @property
    def runs(self) -> list[SuitePlan]:
        """The suites whose result is not known."""
        return [entry for entry in self.plan.suites if entry.cached is None]

    def _cached(self) -> list[SuitePlan]:
        return [entry for entry in self.plan.suites if entry.cached is not None]

    def results(self) -> list[SuiteResult]:
        """Return what its suites came to, in the plan's order."""
        return [self._results[entry.suite.id] for entry in self.plan.suites]

    def _first_wanted(self, entry: SuitePlan) -> Slots:
        """Return what a suite needs first: a stack, or a process for its tests."""
        run = self._run
        return run.stacks[entry.engine] if entry.suite.stack is not None else run.processes

    def _one(self, entry: SuitePlan, place: int) -> None:
        run, rank = self._run, (self._number, place)
        turn = Turn(
            rank,
            self.gate,
            run.processes,
            run.stacks[entry.engine],
            self._cancellation,
            tell=lambda green: run.said.put(_Tested(self._number, green)),
        )
        try:
            result = self._outcome(entry, turn)
            turn.tested(green=result.state.green)
            self._finish(result)
        except BaseException as error:  # noqa: BLE001 — raised in the thread that waits
            run.said.put(error)
        finally:
            self._first_wanted(entry).forgo(rank)

    def _outcome(self, entry: SuitePlan, turn: Turn) -> SuiteResult:
        """Run a suite; what goes wrong ahead of its stage counts only if that begins."""
        if self._cancellation.requested:
            return self._unrun(entry)
        result = self._run.runner.run_suite(entry, self._emit, turn)
        if self.gate.is_open:
            return result
        with suppress(Interrupted):
            self.gate.wait(self._cancellation)
            return result
        interrupted = result.state is State.INTERRUPTED and not self._blocked
        return result if interrupted or self.gate.is_open else self._unrun(entry)

    def _unrun(self, entry: SuitePlan) -> SuiteResult:
        if self._blocked:
            return SuiteResult(entry.suite.id, State.BLOCKED, reason=self._blocked)
        return SuiteResult(entry.suite.id, State.INTERRUPTED, reason="not begun")

    def _emit(self, event: Event) -> None:
        self._run.said.put((self._number, event))

    def _finish(self, result: SuiteResult) -> None:
        self._results[result.suite] = result
        self._emit(SuiteFinished(result))
