"""Red tests that are run again."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from taskslib.events import (
    Counts,
    Event,
    Failure,
    Outcome,
    Sink,
    Stage,
    State,
    SuiteId,
    SuiteResult,
    TestFinished,
)
from taskslib.frameworks.retry import with_retries

SUITE = SuiteId("api", Stage.UNIT)
A, B = Failure("a", Outcome.FAILED, "no"), Failure("b", Outcome.ERROR, "no")
RED = SuiteResult(
    SUITE, State.FAILED, Counts(3, 1, 1), (A, B), reason="1 failed, 1 error", settled=True
)


class Tries:
    """Plays tries: what passes in each."""

    def __init__(self, *passing: str, state: State = State.FAILED) -> None:
        self.asked: list[list[str]] = []
        self.events: list[Event] = []
        self._passing = passing
        self._state = state

    def __call__(self, number: int, tests: Sequence[str], sink: Sink) -> SuiteResult:
        self.asked.append(list(tests))
        passing = self._passing[number - 1]
        for test in ("other", *tests):
            outcome = Outcome.PASSED if test in passing or test == "other" else Outcome.FAILED
            sink(TestFinished(SUITE, test, outcome, 0.5))
        state = State.PASSED if set(tests) <= set(passing) else self._state
        return SuiteResult(SUITE, state, settled=state is not State.CRASHED)

    def retried(self, first: SuiteResult, tries: int) -> SuiteResult:
        return with_retries(first, tries, self, self.events.append)


def test_what_passes_at_last_is_green_and_flaky() -> None:
    tries = Tries("a", "b", "")
    assert tries.retried(RED, 3) == SuiteResult(
        SUITE, State.PASSED, Counts(passed=5), settled=True, flaky=("a", "b")
    )
    assert tries.asked == [["a", "b"], ["b"]]
    assert tries.events == [
        TestFinished(SUITE, "a", Outcome.PASSED, 0.5, flaky=True),
        TestFinished(SUITE, "b", Outcome.PASSED, 0.5, flaky=True),
    ]


def test_what_stays_red_stays_red() -> None:
    result = Tries("b", "").retried(RED, 2)
    assert result == SuiteResult(
        SUITE, State.FAILED, Counts(4, 1, 0), (A,), reason="1 failed", settled=True, flaky=("b",)
    )


@pytest.mark.parametrize(
    "first",
    [
        SuiteResult(SUITE, State.PASSED, Counts(passed=1), settled=True),
        SuiteResult(SUITE, State.CRASHED, Counts(failed=1), (A,), reason="died"),
        SuiteResult(SUITE, State.FAILED, reason="pytest ended with exit code 4"),
        SuiteResult(SUITE, State.FAILED, Counts(failed=1), (A,), reason="1 failed, 1 not run"),
    ],
)
def test_what_no_test_can_make_good_is_not_tried(first: SuiteResult) -> None:
    tries = Tries("ab")
    assert tries.retried(first, 1) == first
    assert tries.asked == []


def test_without_retries_nothing_is_tried() -> None:
    tries = Tries("ab")
    assert tries.retried(RED, 0) == RED
    assert tries.asked == []


def test_a_try_that_dies_changes_nothing() -> None:
    tries = Tries("a", "", state=State.CRASHED)
    assert tries.retried(RED, 2) == RED
    assert tries.events == []
