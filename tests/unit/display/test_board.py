"""The rows of running suites, at every width and height."""

from __future__ import annotations

from taskslib.display.board import Board
from taskslib.display.text import glyphs
from taskslib.events import (
    Event,
    Outcome,
    Stage,
    State,
    StepStarted,
    SuiteFinished,
    SuiteId,
    SuiteResult,
    SuiteStarted,
    TestFinished,
    TestsCollected,
    TestStarted,
)

API, WORKER = SuiteId("api", Stage.UNIT), SuiteId("worker", Stage.UNIT)


def board(*events: Event) -> Board:
    found = Board()
    for event in events:
        found.add(event)
    return found


def at_work() -> Board:
    finished = [TestFinished(API, f"t{n}", Outcome.PASSED, 0.0) for n in range(3)]
    return board(
        SuiteStarted(API, 10.0),
        StepStarted(API, "test", 10.5),
        TestsCollected(API, 12),
        TestStarted(API, "test_slow", 11.0),
        TestStarted(API, "test_later", 11.0),
        *finished,
        SuiteStarted(WORKER, 12.0),
        StepStarted(WORKER, "environment", 12.0),
    )


def lines(found: Board, width: int = 80, height: int = 20, encoding: str = "utf-8") -> list[str]:
    return found.lines(22.3, width, height, glyphs(encoding))


def test_a_row_a_suite_and_the_oldest_open_test() -> None:
    assert lines(at_work()) == [
        "  ● api             ━━━━━░░░░░░░░░░░░░░░  25%      3/12    12.3s",
        "      → test_slow",
        "  ● worker          preparing its environment              10.3s",
    ]


def test_narrow_terminals_lose_the_bar_and_then_the_time() -> None:
    assert lines(at_work(), width=60)[0] == "  ● api                  3/12   12.3s"
    assert lines(at_work(), width=40)[0] == "  ● api                  3/12"
    assert all(len(line) < 20 for line in lines(at_work(), width=20))


def test_more_rows_than_lines() -> None:
    suites = [SuiteId(f"s{n}", Stage.UNIT) for n in range(9)]
    many = board(*(SuiteStarted(one, 0.0) for one in suites))
    assert len(lines(many, height=4)) == 4
    assert lines(many, height=4)[-1] == "  … and 6 more"
    assert [line.split()[1] for line in lines(at_work(), height=3)] == ["api", "worker"]


def test_a_terminal_without_the_glyphs() -> None:
    assert lines(at_work(), encoding="cp437")[:2] == [
        "  * api             #####...............  25%      3/12    12.3s",
        "      > test_slow",
    ]


def test_failures_so_far_and_repeated_tests() -> None:
    found = at_work()
    found.add(TestFinished(API, "t1", Outcome.PASSED, 0.0))
    found.add(TestFinished(API, "bad", Outcome.FAILED, 0.0))
    assert "4/12, 1 failed" in lines(found)[0]


def test_no_percentage_before_the_total_is_known_and_no_row_after_the_end() -> None:
    early = board(SuiteStarted(API, 0.0), StepStarted(API, "test", 0.0))
    assert lines(early) == ["  ● api             collecting                             22.3s"]
    early.add(TestFinished(API, "t", Outcome.PASSED, 0.0))
    assert "  1 so far  " in lines(early)[0].replace("api", "   ")
    early.add(SuiteFinished(SuiteResult(API, State.PASSED)))
    assert lines(early) == []
