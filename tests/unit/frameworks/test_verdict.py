from __future__ import annotations

import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from taskslib.events import Counts, Failure, Outcome, Stage, State, SuiteId, SuiteResult
from taskslib.frameworks.messages import (
    Begun,
    Collected,
    Deselected,
    Ended,
    Finished,
    Message,
    Reported,
    Started,
    Stopped,
    Unhandled,
    Unreadable,
)
from taskslib.frameworks.tally import Tally
from taskslib.frameworks.verdict import Exit, verdict

SUITE = SuiteId("api", Stage.UNIT)


def reported(
    test: str,
    outcome: Outcome,
    what: tuple[str, str, str, int] = ("", "", "", 0),
    *,
    final: bool = False,
) -> Reported:
    message, text, path, line = what
    return Reported(test, outcome, 0.1, final, message, text, path, line)


BEGUN = Begun("pytest 9.2.0")
PASSES = (Started("a"), Finished("a", Outcome.PASSED, 0.1))
FAILS = (
    Started("b"),
    reported("b", Outcome.FAILED, ("E: no", "report", "b.py", 2)),
    Finished("b", None, 0.0),
)
SKIPS = (
    Started("c"),
    reported("c", Outcome.SKIPPED),
    Finished("c", None, 0.0),
)
FILE_SKIPS = reported("d.py", Outcome.SKIPPED, final=True)
LOST = Unhandled("worker lost", "its last words\n")


IN_ORDER = Exit(0)


def judge(*messages: Message, end: Exit = IN_ORDER, output: str = "the output\n") -> SuiteResult:
    tally = Tally(SUITE)
    for message in messages:
        tally.add(message)
    return verdict(tally, end, output)


def test_a_whole_red_result() -> None:
    assert judge(BEGUN, Collected(4), *PASSES, *FAILS, Ended(1), end=Exit(1, 2.5)) == SuiteResult(
        SUITE,
        State.FAILED,
        Counts(passed=1, failed=1),
        (Failure("b", Outcome.FAILED, "E: no", "report", "b.py", 2),),
        seconds=2.5,
        reason="1 failed, 2 not run",
    )


def test_a_whole_green_result() -> None:
    assert judge(BEGUN, Collected(1), *PASSES, Ended(0), end=Exit(0, 2.5)) == SuiteResult(
        SUITE, State.PASSED, Counts(passed=1), seconds=2.5, settled=True
    )


@pytest.mark.parametrize(
    ("messages", "code", "settled"),
    [
        ((Collected(2), *PASSES, *FAILS, Ended(1)), 1, True),
        ((Collected(2), *PASSES, *FAILS, Ended(0)), 7, True),  # who announces no code may have any
        ((Collected(2), *PASSES, *FAILS, Ended(1)), 3, False),
        ((Collected(2), *PASSES, *FAILS, Ended(7)), 7, False),
        ((Collected(2), *PASSES, *FAILS, Ended(1)), -9, False),
        ((Collected(3), *PASSES, *FAILS, Ended(1)), 1, False),
        ((Collected(2), *PASSES, *FAILS, LOST, Ended(1)), 1, False),
        ((Collected(2), *PASSES, *FAILS, Stopped("x"), Ended(1)), 1, False),
        ((Collected(2), *PASSES, *FAILS, Unreadable(), Ended(1)), 1, False),
        ((Collected(2), *FAILS, Started("a"), Ended(1)), 1, False),
        ((Collected(1), *PASSES, Ended(0)), 1, False),
    ],
)
def test_whether_red_tests_are_all_that_is_wrong(
    messages: tuple[Message, ...], code: int, *, settled: bool
) -> None:
    result = judge(BEGUN, *messages, end=Exit(code))
    assert (result.state, result.settled) == (State.FAILED, settled)


CASES: list[tuple[tuple[Message, ...], Exit, State, str, str]] = [
    ((BEGUN, *SKIPS, Ended(0)), Exit(0), State.PASSED, "", ""),
    ((), Exit(0), State.CRASHED, "ended with exit code 0 before any test was collected", "output"),
    ((BEGUN,), Exit(0), State.CRASHED, "ended with exit code 0 in the middle of the run", "output"),
    (
        (BEGUN, *PASSES, Started("b")),
        Exit(3),
        State.CRASHED,
        "ended with exit code 3 in the middle of the run during b",
        "output",
    ),
    (
        (BEGUN, *FAILS, Started("a"), Started("c")),
        Exit(1),
        State.CRASHED,
        "ended with exit code 1 in the middle of the run during a (and 1 more)",
        "output",
    ),
    ((BEGUN, Started("b"), Ended(0)), Exit(0), State.CRASHED, "the run ended during b", "output"),
    (
        (BEGUN, *PASSES, Stopped("Exit: bye"), Ended(0)),
        Exit(0),
        State.CRASHED,
        "stopped by Exit: bye",
        "output",
    ),
    (
        (BEGUN, *PASSES, LOST, Ended(0)),
        Exit(0),
        State.CRASHED,
        "worker lost",
        "output+words",
    ),
    (
        (BEGUN, *FAILS, LOST, LOST, Ended(1)),
        Exit(1),
        State.FAILED,
        "1 failed, worker lost (and 1 more)",
        "words+words",
    ),
    (
        (BEGUN, *PASSES, Unreadable(), Ended(0)),
        Exit(0),
        State.CRASHED,
        "1 unreadable event",
        "output",
    ),
    (
        (BEGUN, *PASSES, Ended(0)),
        Exit(1),
        State.FAILED,
        "no test failed, but pytest 9.2.0 ended with exit code 1",
        "output",
    ),
    (
        (BEGUN, *PASSES, Ended(1)),
        Exit(0),
        State.FAILED,
        "no test failed, but pytest 9.2.0 ended with exit code 1",
        "output",
    ),
    ((BEGUN, Ended(5)), Exit(5), State.NO_TESTS, "no test was collected", "output"),
    ((BEGUN, Ended(0)), Exit(0), State.NO_TESTS, "no test was collected", "output"),
    (
        (BEGUN, Deselected(3), Ended(5)),
        Exit(5),
        State.NO_TESTS,
        "no test ran: 3 deselected",
        "output",
    ),
    (
        (BEGUN, Collected(2), Ended(0)),
        Exit(0),
        State.NO_TESTS,
        "no test ran: 2 collected",
        "output",
    ),
    (
        (BEGUN, FILE_SKIPS, Ended(5)),
        Exit(5),
        State.NO_TESTS,
        "no test ran: 1 file skipped in collection",
        "output",
    ),
    (
        (BEGUN, *FAILS, Started("a")),
        Exit(-9, timed_out=60),
        State.TIMED_OUT,
        "did not end within 60 s during a",
        "output",
    ),
    (
        (BEGUN, *FAILS, Started("a"), Ended(2)),
        Exit(None, interrupted=True),
        State.INTERRUPTED,
        "interrupted during a",
        "",
    ),
]
EVIDENCE = {
    "": "",
    "output": "the output",
    "output+words": "the output\n\nits last words",
    "words+words": "its last words\n\nits last words",
}


@pytest.mark.parametrize(("messages", "end", "state", "reason", "details"), CASES)
def test_cases(
    messages: tuple[Message, ...], end: Exit, state: State, reason: str, details: str
) -> None:
    result = judge(*messages, end=end)
    assert (result.state, result.reason, result.details) == (state, reason, EVIDENCE[details])


@pytest.mark.skipif(sys.platform == "win32", reason="no signals there")
def test_signals_have_names() -> None:
    assert judge(BEGUN, *PASSES, Ended(0), end=Exit(-11)).reason == (
        "killed by SIGSEGV after its last test"
    )
    assert judge(BEGUN, end=Exit(-99)).reason == (
        "ended with exit code -99 in the middle of the run"
    )


@given(
    st.lists(
        st.sampled_from(
            [BEGUN, Collected(2), *PASSES, *FAILS, *SKIPS, LOST, Stopped("x"), Unreadable()]
        )
    ),
    st.sampled_from([Exit(0), Exit(1), Exit(5), Exit(-9), Exit(None), Exit(0, timed_out=1.0)]),
    st.sampled_from([Ended(0), Ended(1), Ended(5), Stopped("y")]),
)
def test_green_means_everything_is_in_order(
    messages: list[Message], end: Exit, last: Message
) -> None:
    result = judge(*messages, last, end=end)
    in_order = (
        end == Exit(0)
        and last == Ended(0)
        and BEGUN in messages
        and result.counts.failed + result.counts.errors == 0
        and result.counts != Counts()
        and not any(isinstance(m, Unhandled | Stopped | Unreadable) for m in messages)
        and all(
            Finished(m.test, o, s) in messages[i:]
            for i, m in enumerate(messages)
            if isinstance(m, Started)
            for o, s in [(Outcome.PASSED, 0.1) if m.test == "a" else (None, 0.0)]
        )
    )
    assert result.state.green == in_order
    # Every other state says why.
    assert bool(result.reason) != result.state.green
