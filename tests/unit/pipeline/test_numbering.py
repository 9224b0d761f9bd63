"""How failures are called in a run."""

from __future__ import annotations

from taskslib.events import (
    Failure,
    Note,
    Outcome,
    Stage,
    State,
    SuiteFinished,
    SuiteId,
    SuiteResult,
    TestFinished,
)
from taskslib.pipeline.numbering import Numbering

UNIT, SERVICE = SuiteId("api", Stage.UNIT), SuiteId("api", Stage.SERVICE)


def failed(suite: SuiteId, test: str) -> TestFinished:
    return TestFinished(suite, test, Outcome.FAILED, 0.0, Failure(test, Outcome.FAILED, "no"))


def test_names_stay_whoever_tells_of_a_failure_again() -> None:
    numbering = Numbering()
    told = [numbering.event(failed(UNIT, "a")), numbering.event(failed(SERVICE, "a"))]
    assert [one.failure.id for one in told if isinstance(one, TestFinished) and one.failure] == [
        "F1",
        "F2",
    ]
    failures = tuple(Failure(name, Outcome.FAILED, "no") for name in ("b", "a"))
    result = SuiteResult(UNIT, State.FAILED, failures=failures)
    finished = numbering.event(SuiteFinished(result))
    assert isinstance(finished, SuiteFinished)
    assert [one.id for one in finished.result.failures] == ["F3", "F1"]
    assert numbering.result(result) == finished.result


def test_what_is_no_failure_is_as_it_was() -> None:
    numbering = Numbering()
    for event in (Note("a"), TestFinished(UNIT, "a", Outcome.PASSED, 0.0)):
        assert numbering.event(event) is event
    green = SuiteResult(UNIT, State.PASSED)
    assert numbering.result(green) is green
