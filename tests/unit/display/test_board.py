"""The table of all suites, at every width and height."""

from __future__ import annotations

from taskslib.display.board import Board
from taskslib.display.text import glyphs
from taskslib.events import (
    Counts,
    Event,
    Glimpse,
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
from taskslib.project.model import Slow

API, WORKER, WEB = (SuiteId(name, Stage.UNIT) for name in ("api", "worker", "frontend"))
SERVICE = SuiteId("api", Stage.SERVICE)
RUN = RunStarted(
    (StageStarted(Stage.UNIT, (API, WORKER, WEB)), StageStarted(Stage.SERVICE, (SERVICE,))), 9.0
)


def board(*events: Event) -> Board:
    found = Board()
    for event in events:
        found.add(event)
    return found


def at_work() -> Board:
    finished = [TestFinished(API, f"t{n}", Outcome.PASSED, 0.0) for n in range(3)]
    return board(
        RUN,
        SuiteStarted(API, 10.0),
        StepStarted(API, "test", 10.0),
        TestsCollected(API, 12),
        TestStarted(API, "test_slow", 11.0),
        TestStarted(API, "test_later", 11.0),
        *finished,
        SuiteFinished(SuiteResult(WORKER, State.PASSED, Counts(passed=74), seconds=3.2)),
        SuiteStarted(SERVICE, 20.0),
        StepStarted(SERVICE, "wait", 20.0),
        StepProgress(SERVICE, "api starting, database healthy", 120.0),
    )


def lines(
    found: Board, width: int = 80, height: int = 20, encoding: str = "utf-8", now: float = 22.3
) -> list[str]:
    return [line for line, _ in found.lines(now, width, height, glyphs(encoding))]


def test_all_suites_by_stage() -> None:
    assert lines(at_work(), width=100) == [
        "Unit Tests",
        "  ● api              ━━━━━░░░░░░░░░░░░░░░  25%  3/12        12.3s",
        "      → test_slow (11.3s)",
        "  ✓ worker           74 passed                               3.2s",
        "  ○ frontend         pending",
        "Service Tests",
        "  ◐ api              starting: api starting, database healthy 2/120 s    2.3s",
    ]


def test_what_is_glimpsed_is_shown_until_the_truth_is_told() -> None:
    begun = (RUN, SuiteStarted(API, 10.0), StepStarted(API, "test", 10.0))
    seen = (
        Glimpse(API, total=4),
        Glimpse(API, "adds", 11.0),
        Glimpse(API, "adds"),
        Glimpse(API, "slow", 12.0),
    )
    assert lines(board(*begun, *seen))[1:3] == [
        "  ● api              ━━━━━░░░░░░░░░░░░░░░  25%  1/4         12.3s",
        "      → slow (10.3s)",
    ]
    told = (TestsCollected(API, 2), TestFinished(API, "calc > adds", Outcome.PASSED, 0.0))
    assert lines(board(*begun, *seen, *told))[1:3] == [
        "  ● api              ━━━━━━━━━━░░░░░░░░░░  50%  1/2         12.3s",
        "  ○ worker           pending",
    ]


def test_a_test_has_its_time_once_it_is_slow() -> None:
    assert "      → test_slow" in lines(at_work(), now=11.9)


def test_slow_is_what_the_configuration_says() -> None:
    found = Board(slow=Slow(unit=12))
    for event in (
        SuiteStarted(API, 10.0), StepStarted(API, "test", 10.0), TestStarted(API, "t", 11.0),
    ):  # fmt: skip
        found.add(event)
    assert lines(found, now=22.9)[2] == "      → t"
    assert lines(found, now=23.0)[2] == "      → t (12.0s)"


def test_narrow_terminals_lose_the_bar_and_then_the_time() -> None:
    assert lines(at_work(), width=60)[1] == "  ● api 3/12 12.3s"
    assert lines(at_work(), width=40) == [
        "Unit Tests",
        "  ● api 3/12",
        "      → test_slow (11.3s)",
        "  ✓ worker 74 passed 3.2s",
        "  ○ frontend         pending",
        "Service Tests",
        "  ◐ api starting: api starting, databa…",
    ]
    assert all(len(line) < 20 for line in lines(at_work(), width=20))
    assert all(len(line) < 200 for line in lines(at_work(), width=200))


def test_a_test_that_there_is_no_room_for_keeps_its_own_name() -> None:
    found = board(
        SuiteStarted(API, 10.0),
        StepStarted(API, "test", 10.0),
        TestStarted(API, "tests/unit/test_prices.py::TestTea::test_green[a::b]", 22.0),
    )
    assert lines(found, width=40)[2] == "      → test_green[a::b]"
    assert lines(found, width=20)[2] == "      → test_green…"


def test_more_rows_than_lines() -> None:
    suites = [SuiteId(f"s{n}", Stage.UNIT) for n in range(200)]
    many = board(
        RunStarted((StageStarted(Stage.UNIT, tuple(suites)),), 0.0),
        *(SuiteStarted(one, 0.0) for one in suites[:3]),
        SuiteFinished(SuiteResult(suites[0], State.PASSED, Counts(passed=1))),
        SuiteFinished(SuiteResult(suites[3], State.PASSED, Counts(passed=2), seconds=2.0)),
        SuiteFinished(SuiteResult(suites[4], State.FAILED, Counts(failed=1))),
    )
    assert lines(many, height=8, now=1.0) == [
        "Unit Tests",
        "  ✓ 2 suites         3 passed                                2.0s",
        "  ◐ s1               waiting for its turn                    1.0s",
        "  ◐ s2               waiting for its turn                    1.0s",
        "  ✗ s4               1 failed                                0.0s",
        "  ○ 195 suites       pending",
    ]
    assert lines(many, height=4, now=1.0)[-1] == "  … and 3 more"
    assert len(lines(many, height=4)) == 4
    # The tests that run now go first.
    assert not [line for line in lines(at_work(), height=6) if "test_slow" in line]


def test_a_terminal_without_the_glyphs() -> None:
    assert lines(at_work(), encoding="cp437", now=11.5)[:5] == [
        "Unit Tests",
        "  * api              #####...............  25%  3/12         1.5s",
        "      > test_slow",
        "  + worker           74 passed                               3.2s",
        "  o frontend         pending",
    ]


def test_failures_so_far_and_tests_that_were_run_again() -> None:
    found = at_work()
    found.add(TestFinished(API, "t1", Outcome.PASSED, 0.0))
    found.add(TestFinished(API, "bad", Outcome.FAILED, 0.0))
    assert "4/12, 1 failed" in lines(found)[1]
    found.add(TestFinished(API, "bad", Outcome.PASSED, 0.0))
    assert "4/12  " in lines(found)[1]


def test_no_percentage_before_the_total_is_known() -> None:
    early = board(SuiteStarted(API, 0.0), StepStarted(API, "test", 0.0))
    row = "  ● api              collecting                             22.3s"
    assert lines(early) == ["Unit Tests", row]
    early.add(TestFinished(API, "t", Outcome.PASSED, 0.0))
    assert lines(early)[1] == row.replace("collecting", "1 so far  ")


def test_the_time_spent_on_others_is_not_its_own() -> None:
    found = board(SuiteStarted(SERVICE, 10.0), StepStarted(SERVICE, "build", 14.0))
    assert lines(found, now=15.0)[1].endswith(" 1.0s")
    found.add(StepStarted(SERVICE, "ready", 16.0))
    found.add(StepStarted(SERVICE, "test", 26.0))
    assert lines(found, now=27.0)[1].endswith(" 3.0s")


def test_notes_are_no_rows() -> None:
    assert lines(board(Note("a"), RUN)) == lines(board(RUN))


def test_one_line_for_what_runs_now() -> None:
    assert at_work().now(22.3) == (
        "api:unit 3/12, api:service starting: api starting, database healthy 2/120 s"
    )
    assert board(RUN).now(1.0) == ""
