"""The events of a run in which nearly everything happens."""

from __future__ import annotations

from taskslib.errors import ExitCode
from taskslib.events import (
    Counts,
    Event,
    Failure,
    Glimpse,
    Note,
    Outcome,
    Output,
    RunFinished,
    RunStarted,
    StackUp,
    Stage,
    StageStarted,
    State,
    StepFinished,
    StepProgress,
    StepStarted,
    SuiteFinished,
    SuiteId,
    SuiteResult,
    SuiteStarted,
    TestFinished,
    TestsCollected,
    TestStarted,
)

UNIT, WEB = SuiteId("api", Stage.UNIT), SuiteId("web", Stage.UNIT)
SERVICE, ALL = SuiteId("api", Stage.SERVICE), SuiteId("shop", Stage.INTEGRATION)
BAD = Failure(
    "tests/integration/test_a.py::test_b[x|y]",
    Outcome.FAILED,
    "AssertionError: assert 1 == 2",
    ">       assert 1 == 2\nE       assert 1 == 2\x00\x1b[31m\nüñí 日本",
    "tests/integration/test_a.py",
    7,
    "F1",
)
BROKEN = Failure("tests/integration/test_c.py", Outcome.ERROR, "ImportError: no", id="F2")
PASSED = SuiteResult(UNIT, State.PASSED, Counts(passed=2, skipped=1), seconds=1.25)
CACHED = SuiteResult(WEB, State.PASSED, Counts(passed=1), seconds=0.5, cached_at=1_700_000_000.0)
FAILED = SuiteResult(
    SERVICE,
    State.FAILED,
    Counts(passed=1, failed=1, errors=1),
    (BAD, BROKEN),
    4.0,
    reason="1 failed, 1 error",
    logs="api-1 | boom",
    withheld=("SECRET",),
)
BLOCKED = SuiteResult(ALL, State.BLOCKED, reason="stage service failed")
STAGES = (
    StageStarted(Stage.UNIT, (UNIT, WEB)),
    StageStarted(Stage.SERVICE, (SERVICE,)),
    StageStarted(Stage.INTEGRATION, (ALL,)),
)
EVENTS: tuple[Event, ...] = (
    RunStarted(STAGES, 100.0),
    STAGES[0],
    SuiteStarted(UNIT, 100.0),
    StepStarted(UNIT, "test", 100.25),
    TestsCollected(UNIT, 3),
    TestStarted(UNIT, "test_one", 100.5),
    TestFinished(UNIT, "test_one", Outcome.PASSED, 0.5),
    TestFinished(UNIT, "test_two", Outcome.PASSED, 0.25),
    TestFinished(UNIT, "test_three", Outcome.SKIPPED, 0.0),
    StepFinished(UNIT, "test", 101.25),
    SuiteFinished(PASSED),
    TestFinished(WEB, "test_web", Outcome.PASSED, 0.125),
    SuiteFinished(CACHED),
    STAGES[1],
    SuiteStarted(SERVICE, 101.5),
    StepStarted(SERVICE, "wait", 101.5),
    StepProgress(SERVICE, "api starting", 120.0),
    Glimpse(SERVICE, "adds", 5.0),
    StepFinished(SERVICE, "wait", 103.5),
    StackUp(SERVICE, (("api:8000", "http://127.0.0.1:32768"),)),
    Output(SERVICE, "::error::no"),
    TestFinished(SERVICE, "tests/integration/test_a.py::test_ok", Outcome.PASSED, 0.5),
    TestFinished(SERVICE, BAD.test, Outcome.FAILED, 0.5, BAD),
    Note("something to know", SERVICE),
    SuiteFinished(FAILED),
    STAGES[2],
    SuiteFinished(BLOCKED),
    RunFinished(105.25, ExitCode.FAILED, ((UNIT, "test", 1.0), (SERVICE, "wait", 2.0))),
)
RESULTS = (PASSED, CACHED, FAILED, BLOCKED)
