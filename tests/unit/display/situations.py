"""Runs of every kind, as their events: what the golden texts show."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from taskslib.errors import ExitCode
from taskslib.events import (
    Counts,
    Event,
    Failure,
    Note,
    Outcome,
    RunStarted,
    Stage,
    StageStarted,
    State,
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
from taskslib.pipeline.slow import SlowTest
from taskslib.pipeline.timeline import Leg

API, WORKER, WEB = (SuiteId(name, Stage.UNIT) for name in ("api", "worker", "frontend"))
SERVICE = SuiteId("api", Stage.SERVICE)
LONG = SuiteId("payments-and-invoices-gateway", Stage.UNIT)
UNITS = StageStarted(Stage.UNIT, (API, WORKER, WEB))
SERVICES = StageStarted(Stage.SERVICE, (SERVICE,))
NOW = 1_700_000_000.0
"""The time of day at which everything is looked at."""


@dataclass(frozen=True)
class Situation:
    """A run, and how it is looked at."""

    before: tuple[Event, ...]
    """What has happened at the moment at which the table is looked at, and"""
    after: tuple[Event, ...]
    """what happens later."""
    now: float = 22.3
    """The moment."""
    width: int = 80
    height: int = 24
    encoding: str = "utf-8"
    environ: Mapping[str, str] = field(default_factory=lambda: {"NO_COLOR": "1"})
    signum: int = 0
    slow: tuple[SlowTest, ...] = ()
    path: tuple[Leg, ...] = ()

    @property
    def events(self) -> tuple[Event, ...]:
        return (*self.before, *self.after)

    @property
    def results(self) -> tuple[SuiteResult, ...]:
        return tuple(one.result for one in self.events if isinstance(one, SuiteFinished))


def passed(suite: SuiteId, count: int, seconds: float) -> SuiteFinished:
    return SuiteFinished(SuiteResult(suite, State.PASSED, Counts(passed=count), seconds=seconds))


def blocked(suite: SuiteId = SERVICE) -> tuple[Event, ...]:
    told = SuiteResult(suite, State.BLOCKED, reason="stage unit failed")
    return StageStarted(suite.stage, (suite,)), SuiteFinished(told)


def under_way(suite: SuiteId, total: int, done: int, now: str = "") -> tuple[Event, ...]:
    """Return the events of a suite whose tests run."""
    file = "tests/unit/test_prices.py"
    return (
        SuiteStarted(suite, 10.0),
        StepStarted(suite, "test", 10.0),
        TestsCollected(suite, total),
        *(TestFinished(suite, f"{file}::test_{n}", Outcome.PASSED, 0.0) for n in range(done)),
        *([TestStarted(suite, f"{file}::{now}", 19.2)] if now else []),
    )


BEGUN: tuple[Event, ...] = (RunStarted((UNITS, SERVICES), 9.0), UNITS)
STARTING: tuple[Event, ...] = (
    SuiteStarted(SERVICE, 20.0),
    StepStarted(SERVICE, "wait", 20.0),
    StepProgress(SERVICE, "api starting, database healthy", 180.0),
)
BAD = Failure(
    "tests/unit/test_prices.py::test_tea",
    Outcome.FAILED,
    "AssertionError: assert 3 == 4",
    "    def test_tea():\n>       assert price('tea') == 4\nE       AssertionError: assert 3 == 4\n"
    "E        +  where 3 = price('tea')\n\ntests/unit/test_prices.py:7: AssertionError\n"
    "----------------------------- Captured stdout call -----------------------------\n"
    "looking up tea\n",
    "tests/unit/test_prices.py",
    7,
    "F1",
)
OTHER = replace(BAD, test="tests/unit/test_prices.py::test_more_tea", id="F2")
RED = SuiteFinished(
    SuiteResult(API, State.FAILED, Counts(passed=94, failed=2), (BAD, OTHER), 12.6,
                reason="2 failed", withheld=("SECRET",))
)  # fmt: skip
TOLD: tuple[Event, ...] = (
    TestFinished(API, BAD.test, Outcome.FAILED, 0.1, BAD),
    TestFinished(API, OTHER.test, Outcome.FAILED, 0.1, OTHER),
)
LATE = Failure(
    "tests/integration/test_orders.py::test_order[tea::green]",
    Outcome.FAILED,
    "assert 500 == 201",
    "    def test_order(client):\n>       assert client.post('/orders').status == 201\n"
    "E       assert 500 == 201\n",
    "tests/integration/test_orders.py",
    31,
    "F1",
)
GREEN = Situation(
    (
        *BEGUN, *under_way(API, 955, 497, "test_data_quality_validation"), passed(WORKER, 74, 3.2),
        *STARTING,
    ),
    (
        passed(API, 955, 24.1), passed(WEB, 45, 3.5), SERVICES, *under_way(SERVICE, 24, 24),
        passed(SERVICE, 24, 12.5),
    ),
    slow=(SlowTest(API, "tests/unit/test_prices.py::test_data_quality_validation", 3.42),),
    path=(Leg(API, "test", 24.1), Leg(SERVICE, "wait", 6.5), Leg(SERVICE, "test", 6.0)),
)  # fmt: skip
RED_UNIT = Situation(
    (*BEGUN, *under_way(API, 96, 50), *TOLD, *STARTING),
    (RED, passed(WORKER, 74, 3.2), passed(WEB, 45, 3.5), *blocked()),
)
RED_SERVICE = Situation(
    (
        *BEGUN, passed(API, 955, 24.1), passed(WORKER, 74, 3.2), passed(WEB, 45, 3.5), SERVICES,
        *under_way(SERVICE, 24, 5), Note("api:service: port 8000 is published as another", SERVICE),
        TestFinished(SERVICE, LATE.test, Outcome.FAILED, 0.1, LATE),
    ),
    (
        SuiteFinished(
            SuiteResult(
                SERVICE, State.FAILED, Counts(passed=23, failed=1), (LATE,), 12.5,
                reason="1 failed",
                logs="api-1       | KeyError: 'tea'\ndatabase-1  | ready to accept connections",
            )
        ),
    ),
)  # fmt: skip
CRASH = Situation(
    (*BEGUN, *under_way(API, 96, 3, "test_native"), passed(WORKER, 74, 3.2)),
    (
        SuiteFinished(
            SuiteResult(
                API, State.CRASHED, Counts(passed=3), seconds=4.0,
                reason="killed by SIGSEGV during tests/unit/test_prices.py::test_native",
                details="Fatal Python error: Segmentation fault",
            )
        ),
        passed(WEB, 45, 3.5), *blocked(),
    ),
)  # fmt: skip
COLLECTION = Situation(
    (*BEGUN, SuiteStarted(API, 10.0), StepStarted(API, "test", 10.0), passed(WORKER, 74, 3.2)),
    (
        SuiteFinished(
            SuiteResult(
                API, State.FAILED, Counts(errors=1),
                (
                    Failure(
                        "tests/unit/test_prices.py", Outcome.ERROR,
                        "ModuleNotFoundError: No module named 'prices'",
                        "tests/unit/test_prices.py:1: in <module>\n    import prices\n"
                        "E   ModuleNotFoundError: No module named 'prices'\n",
                        "tests/unit/test_prices.py", 1, "F1",
                    ),
                ),
                0.9, reason="1 error",
            )
        ),
        passed(WEB, 45, 3.5), *blocked(),
    ),
)  # fmt: skip
STACK = Situation(
    (*BEGUN, passed(API, 955, 24.1), passed(WORKER, 74, 3.2), passed(WEB, 45, 3.5), *STARTING),
    (
        SERVICES,
        SuiteFinished(
            SuiteResult(
                SERVICE, State.ERROR, seconds=9.9, reason="api exited with 3",
                details="logs of api:\napi-1  | no such table: prices",
                hint="inv infra-up --service api", code=ExitCode.ENGINE,
            )
        ),
    ),
)  # fmt: skip
INTERRUPTED = Situation(
    (*BEGUN, *under_way(API, 955, 497, "test_tea"), passed(WORKER, 74, 3.2), *STARTING),
    (
        SuiteFinished(
            SuiteResult(API, State.INTERRUPTED, Counts(passed=497), seconds=13.0,
                        reason="interrupted during tests/unit/test_prices.py::test_tea")
        ),
        SuiteFinished(SuiteResult(WEB, State.INTERRUPTED, reason="not begun")),
        SERVICES,
        SuiteFinished(SuiteResult(SERVICE, State.INTERRUPTED, seconds=2.3, reason="during wait")),
    ),
    signum=2,
)  # fmt: skip


def cached(suite: SuiteId, count: int, age: float) -> SuiteFinished:
    told = SuiteResult(suite, State.PASSED, Counts(passed=count), seconds=3.0, cached_at=NOW - age)
    return SuiteFinished(told)


CACHED = Situation(
    (*BEGUN, cached(WORKER, 74, 10_800), cached(WEB, 45, 90), *under_way(API, 955, 497)),
    (passed(API, 955, 24.1), SERVICES, cached(SERVICE, 24, 500_000)),
)
ALL_CACHED = Situation(
    (*BEGUN, cached(API, 955, 10_800), cached(WORKER, 74, 10_800), cached(WEB, 45, 10_800)),
    (SERVICES, cached(SERVICE, 24, 10_800)),
)


def cached_now() -> Situation:
    """Return a run of which a suite passed so long ago that the age stays while it is looked at."""
    passed_at = time.time() - 49 * 3_600
    old = SuiteResult(WORKER, State.PASSED, Counts(passed=74), seconds=3.0, cached_at=passed_at)
    return Situation((*BEGUN, SuiteFinished(old)), (passed(API, 955, 24.1), passed(WEB, 45, 3.5)))


MANY = tuple(SuiteId(f"service-{number:03}", Stage.UNIT) for number in range(200))
MANY_STARTED = StageStarted(Stage.UNIT, MANY)
MANY_SUITES = Situation(
    (
        RunStarted((MANY_STARTED,), 9.0), MANY_STARTED,
        *(passed(one, 12, 1.5) for one in MANY[:120]),
        SuiteFinished(SuiteResult(MANY[120], State.FAILED, Counts(passed=11, failed=1), seconds=2)),
        *under_way(MANY[121], 12, 6, "test_now"), *under_way(MANY[122], 12, 3),
        SuiteStarted(MANY[123], 21.0), StepStarted(MANY[123], "environment", 21.0),
    ),
    tuple(passed(one, 12, 1.5) for one in MANY[121:]),
)  # fmt: skip
MANY_CACHED = Situation(
    (
        RunStarted((MANY_STARTED,), 9.0), MANY_STARTED,
        *(cached(one, 12, 3_600 * (2 + place)) for place, one in enumerate(MANY[:199])),
        *under_way(MANY[199], 12, 6),
    ),
    (passed(MANY[199], 12, 1.5),),
)  # fmt: skip
NARROW_UNITS = StageStarted(Stage.UNIT, (API, LONG, WORKER, WEB))
NARROW = Situation(
    (
        RunStarted((NARROW_UNITS, SERVICES), 9.0), NARROW_UNITS,
        *under_way(API, 955, 497, "test_data_quality_validation"), cached(WORKER, 74, 10_800),
        *under_way(LONG, 12, 4), *STARTING,
    ),
    (
        SuiteFinished(
            SuiteResult(API, State.PASSED, Counts(passed=950, skipped=3, xfailed=2), seconds=24.1,
                        flaky=(BAD.test,))
        ),
        SuiteFinished(SuiteResult(LONG, State.FAILED, Counts(passed=11, failed=1), (BAD,), 9.5)),
        passed(WEB, 45, 3.5), *blocked(),
    ),
    slow=GREEN.slow,
    path=GREEN.path,
    width=40,
)  # fmt: skip
SITUATIONS = {
    "green": GREEN,
    "green-colour": replace(GREEN, environ={}),
    "green-ascii": replace(GREEN, encoding="ascii"),
    "red-unit": RED_UNIT,
    "red-unit-colour": replace(RED_UNIT, environ={"FORCE_COLOR": "1"}),
    "red-unit-ascii": replace(RED_UNIT, encoding="ascii"),
    "red-service": RED_SERVICE,
    "crash": CRASH,
    "collection-error": COLLECTION,
    "stack-error": STACK,
    "interrupted": INTERRUPTED,
    "cached": CACHED,
    "all-cached": ALL_CACHED,
    "200-suites": MANY_SUITES,
    "200-cached": MANY_CACHED,
    "200-columns": replace(GREEN, width=200),
    "40-columns": NARROW,
}
