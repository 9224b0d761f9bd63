"""What the tests of the history share: short ways to say what a run came to."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from taskslib.events import Counts, Outcome, Stage, State, SuiteId
from taskslib.pipeline.history import History, Run, SuiteRun, TestRun

API = SuiteId("api", Stage.UNIT)
WORKER = SuiteId("worker", Stage.SERVICE)


def ran(**outcomes: Outcome) -> tuple[TestRun, ...]:
    return tuple(TestRun(name, outcome, 0.5) for name, outcome in outcomes.items())


def suite_run(
    suite: SuiteId = API,
    seconds: float = 1.0,
    state: State = State.PASSED,
    tests: tuple[TestRun, ...] = (),
    *,
    broken: bool = False,
) -> SuiteRun:
    return SuiteRun(suite, state, Counts(passed=len(tests)), seconds, tests, broken=broken)


def run(*suites: SuiteRun, branch: str = "main", whole: bool = True) -> Run:
    return Run(1.7e9, branch, "f" * 40, tuple(replace(one, whole=whole) for one in suites))


def history(folder: Path, said: list[str] | None = None) -> History:
    return History(folder, "shop", say=(said if said is not None else []).append)
