"""The next stage is begun ahead, as far as its gate; what comes of that counts only if it opens."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from taskslib.cancellation import Cancellation
from taskslib.errors import Interrupted
from taskslib.events import (
    Counts,
    Event,
    Note,
    Sink,
    Stage,
    StageStarted,
    State,
    SuiteFinished,
    SuiteId,
    SuiteResult,
    SuiteStarted,
)
from taskslib.pipeline.ahead import Ahead
from taskslib.pipeline.order import Order
from taskslib.pipeline.plan import Plan, SuitePlan, make_plan, with_results
from taskslib.pipeline.request import TestRequest
from taskslib.pipeline.results.store import Stored
from taskslib.pipeline.run import Runner
from taskslib.pipeline.turns import Slots, Turn
from taskslib.project import load
from tests.support.projects import COMPOSE, multi, write

PATIENCE = 20.0
UNIT = SuiteId("web", Stage.UNIT)
SERVICE = SuiteId("web", Stage.SERVICE)
INTEGRATION = SuiteId("shop", Stage.INTEGRATION)


def planned(folder: Path, *services: str, **asked: object) -> Plan:
    """Plan a project of three stages; `services` have service tests and nothing else."""
    files = multi(
        **{
            "deploy/test/docker-compose.yml": COMPOSE.format(context="."),
            "tests/integration/test_all.py": "",
        }
    )
    for name in services:
        files[f"services/{name}/Dockerfile"] = "FROM scratch\n"
        files[f"services/{name}/deploy/test/docker-compose.yml"] = COMPOSE.format(context=".")
        files[f"services/{name}/tests/integration/test_it.py"] = ""
    return make_plan(load(write(folder / "shop", files)), TestRequest(**asked))  # type: ignore[arg-type]


@dataclass
class Script:
    """Plays suites: each does what it is told to, before, during and after its tests."""

    ahead: dict[SuiteId, Callable[[], object]] = field(default_factory=dict)
    tests: dict[SuiteId, Callable[[], object]] = field(default_factory=dict)
    after: dict[SuiteId, Callable[[], object]] = field(default_factory=dict)
    states: dict[SuiteId, State] = field(default_factory=dict)
    broken: tuple[SuiteId, ...] = ()
    """These come to an error before their tests."""
    tested: list[SuiteId] = field(default_factory=list)
    shown: list[str] = field(default_factory=list)

    def __call__(self, entry: SuitePlan, emit: Sink, turn: Turn) -> SuiteResult:
        suite = entry.suite.id
        emit(SuiteStarted(suite, 0.0))
        emit(Note(f"of {suite}", suite))
        try:
            if entry.suite.stack is None:
                return self._test(suite, turn)
            with turn.stack():
                self.ahead.get(suite, lambda: None)()
                if suite in self.broken:
                    return SuiteResult(suite, State.ERROR, reason="it does not build")
                result = self._test(suite, turn)
                turn.tested(green=result.state.green)
                self.after.get(suite, lambda: None)()
                return result
        except Interrupted:
            return SuiteResult(suite, State.INTERRUPTED, reason="ended")

    def _test(self, suite: SuiteId, turn: Turn) -> SuiteResult:
        with turn.testing():
            self.tested.append(suite)
            self.tests.get(suite, lambda: None)()
            return SuiteResult(suite, self.states.get(suite, State.PASSED))

    def show(self, event: Event) -> None:
        match event:
            case StageStarted(stage):
                self.shown.append(f"{stage} begins")
            case SuiteFinished(result):
                self.shown.append(f"{result.suite} {result.state}: {result.reason}".rstrip(": "))
            case Note(message):
                self.shown.append(message)

    def run(self, plan: Plan, *, stacks: int = 4, cancellation: Cancellation | None = None) -> None:
        cancellation = cancellation or Cancellation()
        runner = Runner(self, cancellation, self.show, jobs=2, stacks=stacks)
        self.report = runner.run(plan)

    def states_of(self, *suites: SuiteId) -> list[State]:
        found = {one.suite: one.state for one in self.report.results}
        return [found[suite] for suite in suites]


def waits_for(event: threading.Event) -> Callable[[], None]:
    def wait() -> None:
        assert event.wait(PATIENCE)

    return wait


def test_the_next_stages_stack_comes_up_while_tests_run(tmp_path: Path) -> None:
    up = threading.Event()
    script = Script(ahead={SERVICE: up.set}, tests={UNIT: waits_for(up)})
    script.run(planned(tmp_path))
    assert script.report.green
    assert script.tested == [UNIT, SERVICE, INTEGRATION]
    assert script.shown == [
        "unit begins", "of web:unit", "web:unit passed",
        "service begins", "of web:service", "web:service passed",
        "integration begins", "of shop:integration", "shop:integration passed",
    ]  # fmt: skip


def test_no_stage_is_begun_two_ahead(tmp_path: Path) -> None:
    begun: list[str] = []
    script = Script(
        ahead={SERVICE: lambda: begun.append("service"), INTEGRATION: lambda: begun.append("all")},
        tests={SERVICE: lambda: begun.append("service tests")},
        states={UNIT: State.FAILED},
    )
    script.run(planned(tmp_path))
    assert "all" not in begun


def test_a_red_stage_ends_what_was_begun_ahead_and_shows_nothing_of_it(tmp_path: Path) -> None:
    up = threading.Event()
    script = Script(
        ahead={SERVICE: up.set}, tests={UNIT: waits_for(up)}, states={UNIT: State.FAILED}
    )
    script.run(planned(tmp_path))
    assert script.tested == [UNIT]
    assert script.shown == [
        "unit begins", "of web:unit", "web:unit failed",
        "service begins", "web:service blocked: stage unit failed",
        "integration begins", "shop:integration blocked: stage unit failed",
    ]  # fmt: skip


def test_a_suite_that_passes_after_another_failed_begins_no_stage(tmp_path: Path) -> None:
    """What is cached in the next stage has been told of as blocked, and is told of once."""
    last = SuiteId("worker", Stage.SERVICE)
    red, decided = threading.Event(), threading.Event()
    stored = Stored("key", str(INTEGRATION), 1.0, 1.0, Counts(passed=1))
    shown: list[Event] = []

    def run_suite(entry: SuitePlan, emit: Sink, turn: Turn) -> SuiteResult:
        suite = entry.suite.id
        green = suite != SERVICE
        if suite == last:
            assert red.wait(PATIENCE)
        with turn.testing():
            turn.tested(green=green)
        if suite == last:
            # Events are taken in order: when this is shown, it is decided what follows.
            emit(Note("tested", suite))
            assert decided.wait(PATIENCE)
        return SuiteResult(suite, State.PASSED if green else State.FAILED)

    def show(event: Event) -> None:
        shown.append(event)
        match event:
            case SuiteFinished(result) if result.suite == SERVICE:
                red.set()
            case Note():
                decided.set()

    plan = with_results(planned(tmp_path, "worker"), {INTEGRATION: stored})
    runner = Runner(run_suite, Cancellation(), show, jobs=2)
    running = threading.Thread(target=runner.run, args=(plan,), daemon=True)
    running.start()
    running.join(PATIENCE)
    assert not running.is_alive()
    ended = [event.result for event in shown if isinstance(event, SuiteFinished)]
    assert [(one.suite, one.state) for one in ended] == [
        (UNIT, State.PASSED),
        (SERVICE, State.FAILED),
        (last, State.PASSED),
        (INTEGRATION, State.BLOCKED),
    ]


def test_what_breaks_ahead_counts_only_if_its_stage_begins(tmp_path: Path) -> None:
    up = threading.Event()
    red = Script(
        ahead={SERVICE: up.set},
        tests={UNIT: waits_for(up)},
        states={UNIT: State.FAILED},
        broken=(SERVICE,),
    )
    red.run(planned(tmp_path))
    assert red.states_of(SERVICE, INTEGRATION) == [State.BLOCKED, State.BLOCKED]
    green = Script(ahead={SERVICE: up.set}, tests={UNIT: waits_for(up)}, broken=(SERVICE,))
    green.run(planned(tmp_path))
    assert green.states_of(UNIT, SERVICE, INTEGRATION) == [
        State.PASSED,
        State.ERROR,
        State.BLOCKED,
    ]


def test_the_end_of_a_stack_delays_nobody_and_is_shown_in_order(tmp_path: Path) -> None:
    begun = threading.Event()
    script = Script(tests={INTEGRATION: begun.set}, after={SERVICE: waits_for(begun)})
    script.run(planned(tmp_path))
    assert script.report.green
    assert script.shown[-4:] == [
        "web:service passed", "integration begins", "of shop:integration",
        "shop:integration passed",
    ]  # fmt: skip


def test_keep_going_runs_all_stages(tmp_path: Path) -> None:
    script = Script(states={UNIT: State.FAILED, SERVICE: State.FAILED})
    script.run(planned(tmp_path, keep_going=True))
    assert script.tested == [UNIT, SERVICE, INTEGRATION]
    assert script.states_of(INTEGRATION) == [State.PASSED]


def test_what_is_to_be_kept_does_not_come_up_ahead(tmp_path: Path) -> None:
    begun: list[SuiteId] = []
    script = Script(ahead={SERVICE: lambda: begun.append(SERVICE)}, states={UNIT: State.FAILED})
    script.run(planned(tmp_path, keep=True))
    assert begun == []


@pytest.mark.parametrize("stacks", [1, 2])
def test_few_stacks_are_enough_for_many_suites(tmp_path: Path, stacks: int) -> None:
    script = Script()
    script.run(planned(tmp_path, "a", "b", "c"), stacks=stacks)
    assert script.report.green
    assert len(script.tested) == 6


def test_a_signal_while_a_stack_waits_at_its_gate(tmp_path: Path) -> None:
    cancellation = Cancellation()
    up = threading.Event()

    def interrupt() -> None:
        waits_for(up)()
        cancellation.request(15)

    script = Script(ahead={SERVICE: up.set}, tests={UNIT: interrupt})
    script.run(planned(tmp_path), cancellation=cancellation)
    assert script.states_of(SERVICE, INTEGRATION) == [State.INTERRUPTED, State.INTERRUPTED]
    assert script.report.exit_code == 143
    assert script.tested == [UNIT]


def test_slots_are_taken_in_the_order_of_ranks() -> None:
    slots, cancellation = Slots(1), Cancellation()
    ranks = [(0, 0), (0, 1), (1, 0)]
    taken: list[tuple[int, int]] = []
    for rank in (*ranks, (0, 2)):
        slots.expect(rank)

    def take(rank: tuple[int, int]) -> None:
        with slots.one(rank, cancellation):
            taken.append(rank)

    threads = [threading.Thread(target=take, args=(rank,)) for rank in reversed(ranks)]
    for thread in threads:
        thread.start()
    slots.forgo((0, 2))
    for thread in threads:
        thread.join(PATIENCE)
    assert taken == ranks


def test_one_run_of_a_machine_goes_ahead(tmp_path: Path) -> None:
    with Ahead(tmp_path / "locks") as first, Ahead(tmp_path / "locks") as second:
        assert first.taken()
        assert first.taken()
        assert not second.taken()
        first.close()
        assert second.taken()


def test_without_room_the_next_stage_begins_with_its_gate(tmp_path: Path) -> None:
    script = Script(ahead={SERVICE: lambda: script.tested.append(SERVICE)})
    runner = Runner(script, Cancellation(), script.show, jobs=2, may_go_ahead=lambda: False)
    assert runner.run(planned(tmp_path)).green
    assert script.tested == [UNIT, SERVICE, SERVICE, INTEGRATION]


def test_order_needs_no_event_twice(tmp_path: Path) -> None:
    plan = planned(tmp_path)
    order = Order(plan.stages)
    finished = [
        (number, SuiteFinished(SuiteResult(entry.suite.id, State.PASSED)))
        for number, stage in enumerate(plan.stages)
        for entry in stage.suites
    ]
    shown: list[Event] = []
    for number, event in reversed(finished):
        shown += order.add(number, event)
    assert shown == []
    for number in range(3):
        shown += order.decide(number, begins=True)
    assert order.done
    assert [type(one).__name__ for one in shown] == ["StageStarted", "SuiteFinished"] * 3
