from __future__ import annotations

from taskslib import events
from taskslib.events import Counts, Event, Failure, Outcome, Stage, SuiteId
from taskslib.frameworks.messages import (
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

SUITE = SuiteId("api", Stage.UNIT)


def red(test: str, outcome: Outcome = Outcome.FAILED, *, final: bool = False) -> Reported:
    return Reported(test, outcome, 0.5, final, f"{outcome} message", f"{outcome} text", "a.py", 3)


def failure(test: str, outcome: Outcome = Outcome.FAILED) -> Failure:
    return Failure(test, outcome, f"{outcome} message", f"{outcome} text", "a.py", 3)


def started(test: str) -> Event:
    return events.TestStarted(SUITE, test, 1.0)


def finished(test: str, outcome: Outcome, seconds: float, why: Failure | None = None) -> Event:
    return events.TestFinished(SUITE, test, outcome, seconds, why)


def total(number: int) -> Event:
    return events.TestsCollected(SUITE, number)


def add_up(*messages: Message) -> tuple[Tally, list[Event]]:
    tally = Tally(SUITE)
    return tally, [event for message in messages for event in tally.add(message, 1.0)]


def test_nothing() -> None:
    tally, seen = add_up()
    assert (tally.total, tally.done, tally.open, tally.counts, seen) == (None, 0, (), Counts(), [])


def test_a_green_and_a_red_test() -> None:
    tally, seen = add_up(
        Collected(2),
        Started("a"),
        Finished("a", Outcome.PASSED, 0.1),
        Started("b"),
        red("b"),
        Finished("b", None, 0.0),
        Ended(1),
    )
    assert tally.counts == Counts(passed=1, failed=1)
    assert tally.failures == (failure("b"),)
    assert (tally.total, tally.done, tally.open, tally.ended) == (2, 2, (), 1)
    assert seen == [
        total(2),
        started("a"),
        finished("a", Outcome.PASSED, 0.1),
        started("b"),
        finished("b", Outcome.FAILED, 0.5, failure("b")),
    ]


def test_the_worst_phase_counts_and_every_report_is_kept() -> None:
    tally, seen = add_up(
        Started("a"), red("a"), red("a", Outcome.ERROR), Finished("a", Outcome.PASSED, 0.1)
    )
    assert tally.counts == Counts(errors=1)
    both = Failure("a", Outcome.ERROR, "failed message", "failed text\n\nerror text", "a.py", 3)
    assert tally.failures == (both,)
    assert seen[-1] == finished("a", Outcome.ERROR, 0.1, both)


def test_an_attempt_that_is_repeated_is_no_result() -> None:
    tally, seen = add_up(
        Started("a"),
        Finished("a", None, 0.0),
        Started("a"),
        Finished("a", Outcome.PASSED, 0.1),
    )
    assert tally.counts == Counts(passed=1)
    assert seen == [started("a"), finished("a", Outcome.PASSED, 0.1)]


def test_totals_of_workers_are_not_added() -> None:
    tally, seen = add_up(Collected(20), Collected(20), Collected(19), Collected(21))
    assert tally.total == 21
    assert seen == [total(20), total(21)]


def test_open_tests_oldest_first() -> None:
    tally, _ = add_up(
        Started("a"), Started("b"), Started("c"), Finished("b", Outcome.PASSED, 0.0), Started("b")
    )
    assert tally.open == ("a", "c", "b")


def test_a_file_that_cannot_be_collected_joins_the_total() -> None:
    why = failure("a.py", Outcome.ERROR)
    tally, seen = add_up(red("a.py", Outcome.ERROR, final=True), Collected(2))
    assert (tally.total, tally.done, tally.open) == (3, 1, ())
    assert seen == [finished("a.py", Outcome.ERROR, 0.5, why), total(3)]
    # Under xdist the workers' totals come first.
    tally, seen = add_up(Collected(2), red("a.py", Outcome.ERROR, final=True))
    assert seen == [total(2), total(3), finished("a.py", Outcome.ERROR, 0.5, why)]


def test_a_test_whose_worker_died_is_closed() -> None:
    tally, seen = add_up(Collected(1), Started("a"), red("a", final=True))
    assert (tally.total, tally.done, tally.open) == (1, 1, ())
    assert seen[-1] == finished("a", Outcome.FAILED, 0.5, failure("a"))


def test_what_is_no_test() -> None:
    tally, seen = add_up(
        Deselected(2), Deselected(3), Unhandled("m", "t"), Stopped("r"), Unreadable(), Unreadable()
    )
    assert tally.deselected == 5
    assert tally.unhandled == [Unhandled("m", "t")]
    assert (tally.stopped, tally.unreadable, tally.ended) == ("r", 2, None)
    assert seen == []
