"""What is gathered from a run's events."""

from __future__ import annotations

from taskslib.events import Counts, Event, Outcome, State, SuiteFinished, SuiteResult, TestFinished
from taskslib.pipeline.history import Collector, TestRun
from tests.unit.pipeline.history.support import API, WORKER


def test_tests_belong_to_their_suites_and_the_last_attempt_counts() -> None:
    seen: list[Event] = []
    collector = Collector(seen.append)
    events: list[Event] = [
        TestFinished(API, "a", Outcome.FAILED, 1.0),
        TestFinished(WORKER, "a", Outcome.SKIPPED, 0.0),
        TestFinished(API, "a", Outcome.PASSED, 2.0),
        SuiteFinished(SuiteResult(WORKER, State.PASSED, seconds=3.0)),
        SuiteFinished(SuiteResult(API, State.PASSED, Counts(passed=1), seconds=4.0)),
    ]
    for event in events:
        collector(event)
    assert seen == events
    worker, api = collector.suites({API: "0f"}, {})
    assert (api.suite, api.seconds, api.fingerprint, api.counts) == (API, 4.0, "0f", Counts(1))
    assert api.tests == (TestRun("a", Outcome.PASSED, 2.0),)
    assert (worker.suite, worker.fingerprint) == (WORKER, "")
    assert worker.tests == (TestRun("a", Outcome.SKIPPED, 0.0),)


def test_what_others_ended_is_not_remembered() -> None:
    collector = Collector(lambda _: None)
    for state in State:
        collector(SuiteFinished(SuiteResult(API, state)))
    assert [one.state for one in collector.suites({}, {})] == [
        State.PASSED, State.FAILED, State.CRASHED, State.TIMED_OUT, State.NO_TESTS, State.ERROR
    ]  # fmt: skip
