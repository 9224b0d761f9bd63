"""Stages are gates; one queue orders all events; the report says what it came to."""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from taskslib.cancellation import Cancellation
from taskslib.errors import ExitCode
from taskslib.events import (
    Counts,
    Event,
    Sink,
    Stage,
    StageStarted,
    State,
    SuiteFinished,
    SuiteId,
    SuiteResult,
)
from taskslib.pipeline.plan import Plan, SuitePlan, make_plan
from taskslib.pipeline.report import Report
from taskslib.pipeline.request import TestRequest
from taskslib.pipeline.run import Runner
from taskslib.pipeline.turns import Turn
from taskslib.project import load
from tests.support.projects import multi, write


def planned(tmp_path: Path, **asked: object) -> Plan:
    files = multi(**{"services/api/tests/unit/test_a.py": ""})
    return make_plan(load(write(tmp_path / "shop", files)), TestRequest(**asked))  # type: ignore[arg-type]


def walk(
    plan: Plan,
    states: dict[str, State],
    *,
    cancellation: Cancellation | None = None,
    sink: Sink | None = None,
    meet: Callable[[], object] = lambda: None,
) -> tuple[Report, list[str]]:
    """Run a plan whose suites come to given states; return the report and what was shown."""
    shown: list[str] = []

    def show(event: Event) -> None:
        match event:
            case StageStarted(stage):
                shown.append(f"{stage} begins")
            case SuiteFinished(result):
                shown.append(f"{result.suite} {result.state}")

    def run_suite(entry: SuitePlan, emit: Sink, turn: Turn) -> SuiteResult:
        del emit, turn
        meet()
        state = states.get(str(entry.suite.id), State.PASSED)
        counts = Counts() if state is State.NONE_FITS else Counts(passed=1)
        return SuiteResult(entry.suite.id, state, counts)

    runner = Runner(run_suite, cancellation or Cancellation(), sink or show, jobs=2)
    return runner.run(plan), shown


def test_the_next_stage_runs_only_if_all_passed(tmp_path: Path) -> None:
    report, shown = walk(planned(tmp_path), {"api:unit": State.FAILED})
    assert sorted(shown[1:3]) == ["api:unit failed", "web:unit passed"]
    assert [shown[0], *shown[3:]] == ["unit begins", "service begins", "web:service blocked"]
    assert report.exit_code is ExitCode.FAILED
    assert [one.reason for one in report.results] == ["", "", "stage unit failed"]


def test_keep_going_runs_all_and_is_still_red(tmp_path: Path) -> None:
    report, shown = walk(planned(tmp_path, keep_going=True), {"api:unit": State.FAILED})
    assert shown[-1] == "web:service passed"
    assert report.exit_code is ExitCode.FAILED


def test_green(tmp_path: Path) -> None:
    report, _ = walk(planned(tmp_path), {})
    assert report.green
    assert report.counts == Counts(passed=3)


def test_a_test_that_fits_may_be_in_a_later_stage(tmp_path: Path) -> None:
    none = {f"{name}:unit": State.NONE_FITS for name in ("api", "web")}
    report, shown = walk(planned(tmp_path), none)
    assert (shown[-1], report.exit_code) == ("web:service passed", ExitCode.PASSED)
    report, shown = walk(planned(tmp_path), {**none, "web:service": State.NONE_FITS})
    assert [one.state for one in report.results] == [State.NO_TESTS] * 3
    assert sorted(shown[-3:]) == ["api:unit no tests", "web:service no tests", "web:unit no tests"]
    assert report.exit_code is ExitCode.FAILED
    # Of a share that is not known.
    report, _ = walk(planned(tmp_path, shard=(1, 2), stages=(Stage.UNIT,)), none)
    assert report.exit_code is ExitCode.PASSED


def test_suites_of_a_stage_run_side_by_side(tmp_path: Path) -> None:
    both = threading.Barrier(2, timeout=20)  # breaks, and fails, unless two suites meet in it
    report, _ = walk(planned(tmp_path, stages=(Stage.UNIT,)), {}, meet=both.wait)
    assert report.green


def test_a_cancelled_run_begins_nothing_more(tmp_path: Path) -> None:
    cancellation = Cancellation()
    report, shown = walk(
        planned(tmp_path),
        {},
        cancellation=cancellation,
        meet=lambda: cancellation.request(signal.SIGTERM),
    )
    assert shown[-1] == "web:service interrupted"
    assert report.exit_code is ExitCode.TERMINATED


def test_a_consumer_that_breaks_ends_the_run(tmp_path: Path) -> None:
    def broken(event: Event) -> None:
        raise OSError(event)

    with pytest.raises(OSError, match="StageStarted"):
        walk(planned(tmp_path), {}, sink=broken)


@pytest.mark.parametrize(
    ("states", "signum", "code"),
    [
        ([State.PASSED], 0, 0),
        ([State.PASSED, State.FAILED, State.BLOCKED], 0, 1),
        ([State.CRASHED], 0, 1),
        ([State.TIMED_OUT], 0, 1),
        ([State.NO_TESTS], 0, 1),
        ([State.PASSED, State.NONE_FITS], 0, 0),
        ([State.FAILED, State.ERROR], 0, 3),
        ([State.INTERRUPTED, State.ERROR], signal.SIGINT, 130),
        ([State.INTERRUPTED], signal.SIGTERM, 143),
        ([State.PASSED], 1, 129),
    ],
)
def test_exit_codes(states: list[State], signum: int, code: int) -> None:
    suite = SuiteId("api", Stage.UNIT)
    codes = {State.ERROR: ExitCode.ENGINE}
    results = tuple(SuiteResult(suite, one, code=codes.get(one, ExitCode.PASSED)) for one in states)
    assert Report(results, 1.0, signum).exit_code == code
