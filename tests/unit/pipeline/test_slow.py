"""Tests that took long."""

from __future__ import annotations

from taskslib.events import Outcome, Stage, State, SuiteFinished, SuiteId, SuiteResult, TestFinished
from taskslib.pipeline.slow import SlowTest, SlowTests

UNIT, SERVICE, CACHED = (
    SuiteId("api", Stage.UNIT),
    SuiteId("api", Stage.SERVICE),
    SuiteId("web", Stage.UNIT),
)


def test_by_stage_the_slowest_first_and_none_that_did_not_run() -> None:
    slow = SlowTests({Stage.UNIT: 1.0, Stage.SERVICE: 5.0})
    for suite, test, seconds in (
        (UNIT, "quick", 1.0),
        (UNIT, "slow", 1.5),
        (SERVICE, "quick", 4.9),
        (SERVICE, "slow", 6.0),
        (CACHED, "slow", 9.0),
        (SuiteId("shop", Stage.INTEGRATION), "of a stage without a limit", 99.0),
    ):
        slow.add(TestFinished(suite, test, Outcome.PASSED, seconds))
    slow.add(SuiteFinished(SuiteResult(CACHED, State.PASSED, cached_at=1.0)))
    assert slow.slowest_first == (SlowTest(SERVICE, "slow", 6.0), SlowTest(UNIT, "slow", 1.5))
