"""One queue orders all events; what breaks inside a run does not hang it."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest

from taskslib.cancellation import Cancellation
from taskslib.errors import ExitCode
from taskslib.events import (
    Counts,
    Event,
    RunFinished,
    RunStarted,
    Sink,
    StageStarted,
    State,
    SuiteFinished,
    SuiteResult,
    SuiteStarted,
    TestStarted,
)
from taskslib.pipeline.plan import Plan, SuitePlan, make_plan
from taskslib.pipeline.report import Report
from taskslib.pipeline.request import TestRequest
from taskslib.pipeline.run import Runner
from taskslib.pipeline.turns import Turn
from taskslib.project import load
from tests.support.projects import multi, write


def planned(tmp_path: Path) -> Plan:
    more = {f"services/{name}/tests/unit/test_a.py": "" for name in ("api", "lib", "worker")}
    return make_plan(load(write(tmp_path / "shop", multi(**more))), TestRequest())


def talkative(entry: SuitePlan, emit: Sink, turn: Turn) -> SuiteResult:
    del turn
    emit(SuiteStarted(entry.suite.id, 0))
    for number in range(50):
        emit(TestStarted(entry.suite.id, str(number), 0))
    return SuiteResult(entry.suite.id, State.PASSED, Counts(passed=50))


def test_each_suites_events_are_in_order_and_never_two_at_once(tmp_path: Path) -> None:
    events: list[Event] = []
    threads: set[int] = set()

    def sink(event: Event) -> None:
        events.append(event)
        threads.add(threading.get_ident())

    report = Runner(talkative, Cancellation(), sink, jobs=4).run(planned(tmp_path))
    assert threads == {threading.get_ident()}
    assert report.counts.passed == 250
    suites = [entry.suite.id for stage in planned(tmp_path).stages for entry in stage.suites]
    for suite in suites:
        tests = [one.test for one in events if isinstance(one, TestStarted) and one.suite == suite]
        assert tests == [str(number) for number in range(50)]
    assert isinstance(events[0], RunStarted)
    assert [one.stage for one in events[0].stages] == ["unit", "service"]
    _, service = (i for i, one in enumerate(events) if isinstance(one, StageStarted))
    ended = [i for i, one in enumerate(events) if isinstance(one, SuiteFinished)]
    assert [i < service for i in ended] == [True] * 4 + [False]


def test_results_are_in_the_plans_order_however_suites_end(tmp_path: Path) -> None:
    plan = planned(tmp_path)
    first = plan.stages[0].suites[0].suite.id
    others_ended = threading.Event()
    ended: list[str] = []

    def run_suite(entry: SuitePlan, emit: Sink, turn: Turn) -> SuiteResult:
        del emit, turn
        if entry.suite.id == first:
            assert others_ended.wait(20)
        return SuiteResult(entry.suite.id, State.PASSED)

    def sink(event: Event) -> None:
        if isinstance(event, SuiteFinished):
            ended.append(event.result.suite.name)
            if len(ended) == 3:
                others_ended.set()

    report = Runner(run_suite, Cancellation(), sink, jobs=4).run(plan)
    assert [one.suite.name for one in report.results] == ["api", "lib", "web", "worker", "web"]
    assert ended[3:] == ["api", "web"]


@pytest.mark.parametrize("jobs", [1, 2])
def test_no_more_suites_at_once_than_jobs(tmp_path: Path, jobs: int) -> None:
    lock = threading.Lock()
    one_more = threading.Event()
    running = most = 0

    def run_suite(entry: SuitePlan, emit: Sink, turn: Turn) -> SuiteResult:
        nonlocal running, most
        del emit
        with turn.testing():
            with lock:
                running += 1
                most = max(most, running)
                if running > jobs:
                    one_more.set()
            one_more.wait(0.05)  # time for one more than may be there
            with lock:
                running -= 1
        return SuiteResult(entry.suite.id, State.PASSED)

    Runner(run_suite, Cancellation(), lambda _: None, jobs).run(planned(tmp_path))
    assert most == jobs


def test_a_fault_of_our_own_is_raised_and_does_not_hang(tmp_path: Path) -> None:
    def run_suite(entry: SuitePlan, emit: Sink, turn: Turn) -> SuiteResult:
        del emit, turn
        raise ZeroDivisionError(entry.suite.id)

    with pytest.raises(ZeroDivisionError, match="api:unit"):
        Runner(run_suite, Cancellation(), lambda _: None, jobs=2).run(planned(tmp_path))


def test_a_consumer_that_breaks_on_the_way_ends_what_runs(tmp_path: Path) -> None:
    cancellation = Cancellation()
    woken = []

    def run_suite(entry: SuitePlan, emit: Sink, turn: Turn) -> SuiteResult:
        del turn
        emit(SuiteStarted(entry.suite.id, 0))
        with pytest.raises(BaseException, match="0") as ended:
            cancellation.pause(20)
        woken.append(type(ended.value).__name__)
        return SuiteResult(entry.suite.id, State.INTERRUPTED)

    def sink(event: Event) -> None:
        if isinstance(event, SuiteStarted):
            raise BrokenPipeError

    with pytest.raises(BrokenPipeError):
        Runner(run_suite, cancellation, sink, jobs=2).run(planned(tmp_path))
    assert set(woken) == {"Interrupted"}


def test_a_run_that_was_cancelled_before_begins_nothing(tmp_path: Path) -> None:
    cancellation = Cancellation()
    cancellation.request(2)
    events: list[Event] = []
    report = Runner(talkative, cancellation, events.append, jobs=2).run(planned(tmp_path))
    assert {one.state for one in report.results} == {State.INTERRUPTED}
    assert {type(event) for event in events} == {
        RunStarted,
        StageStarted,
        SuiteFinished,
        RunFinished,
    }
    assert report.exit_code is ExitCode.INTERRUPT


def test_a_report_of_nothing_is_green() -> None:
    assert Report((), 0.0).green
