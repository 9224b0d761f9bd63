"""What is remembered of runs, and what is forgotten."""

from __future__ import annotations

import math
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from taskslib.events import Counts, Outcome, State, SuiteId
from taskslib.pipeline.history import FailedTest, History, Run, SuiteRun, TestRun, TestTime
from taskslib.pipeline.history.store import Bounds
from tests.unit.pipeline.history.support import API, WORKER, history, ran, run, suite_run

PASSED, FAILED, ERROR = Outcome.PASSED, Outcome.FAILED, Outcome.ERROR


def rows(known: History, table: str) -> int:
    with closing(sqlite3.connect(known.file)) as file:
        return int(file.execute(f"SELECT count(*) FROM {table}").fetchone()[0])  # noqa: S608


def test_without_a_run_nothing_is_known_and_no_file_is_made(tmp_path: Path) -> None:
    known = history(tmp_path / "new")
    assert known.durations([API]) == {}
    assert known.failed("main") == ()
    assert known.slowest(5) == ()
    known.record(run())
    assert not known.file.parent.exists()


def test_the_usual_duration_is_the_median_of_the_last_five_whole_passed_runs(
    tmp_path: Path,
) -> None:
    known = history(tmp_path)
    for seconds in (900, 900, 900, 10, 50, 30, 20, 40):
        known.record(run(suite_run(seconds=seconds)))
    known.record(run(suite_run(seconds=900, state=State.FAILED)))
    known.record(run(suite_run(seconds=0.1), whole=False))
    assert known.durations([API, WORKER]) == {API: 30}


def test_another_projects_runs_are_not_ours(tmp_path: Path) -> None:
    History(tmp_path, "other").record(run(suite_run(tests=ran(a=FAILED))))
    known = history(tmp_path)
    assert (known.durations([API]), known.failed("main"), known.slowest(5)) == ({}, (), ())


@pytest.mark.parametrize(
    ("later", "failed"),
    [
        pytest.param((), "a b", id="nothing"),
        pytest.param((run(suite_run(tests=ran(a=PASSED)), whole=False),), "b", id="one mended"),
        pytest.param((run(suite_run(tests=ran(b=PASSED, c=PASSED))),), "", id="a is gone"),
        pytest.param((run(suite_run(tests=ran(a=PASSED)), branch="x"),), "a b", id="elsewhere"),
        pytest.param((run(suite_run(WORKER, tests=ran(a=PASSED))),), "a b", id="other suite"),
        pytest.param(
            (run(suite_run(state=State.CRASHED, tests=ran(a=PASSED), broken=True)),),
            "b",
            id="cut short",
        ),
        pytest.param(
            (
                run(suite_run(tests=ran(a=PASSED)), whole=False),
                run(suite_run(tests=ran(a=ERROR)), whole=False),
            ),
            "a b",
            id="broken again",
        ),
    ],
)
def test_what_failed_when_it_ran_last(tmp_path: Path, later: tuple[Run, ...], failed: str) -> None:
    known = history(tmp_path)
    red = suite_run(state=State.FAILED, tests=ran(a=FAILED, b=ERROR, c=PASSED))
    for one in (run(red), *later):
        known.record(one)
    assert known.failed("main") == tuple(FailedTest(API, test) for test in failed.split())


@pytest.mark.parametrize(
    ("later", "suites"),
    [
        pytest.param((), (API,), id="nothing"),
        pytest.param((run(suite_run(), whole=False),), (API,), id="some passed"),
        pytest.param((run(suite_run(WORKER)),), (API,), id="other suite"),
        pytest.param((run(suite_run(), branch="x"),), (API,), id="elsewhere"),
        pytest.param((run(suite_run(state=State.FAILED)),), (), id="all is known"),
        pytest.param(
            (run(suite_run()), run(suite_run(broken=True), whole=False)), (API,), id="broken again"
        ),
    ],
)
def test_what_is_broken_until_all_of_it_ran(
    tmp_path: Path, later: tuple[Run, ...], suites: tuple[SuiteId, ...]
) -> None:
    known = history(tmp_path)
    for one in (run(suite_run(state=State.CRASHED, broken=True)), *later):
        known.record(one)
    assert known.broken("main") == suites


def test_the_slowest_of_the_last_passed_runs(tmp_path: Path) -> None:
    known = history(tmp_path)
    known.record(run(suite_run(tests=(TestRun("gone", PASSED, 99),))))
    last = (TestRun("a", PASSED, 1), TestRun("b", PASSED, 3))
    known.record(run(suite_run(tests=last), suite_run(WORKER, tests=(TestRun("c", PASSED, 2),))))
    assert known.slowest(2) == (TestTime(API, "b", 3.0), TestTime(WORKER, "c", 2.0))


def test_each_suite_has_so_many_runs(tmp_path: Path) -> None:
    known = History(tmp_path, "shop", bounds=Bounds(runs=3))
    for number in range(6):
        known.record(run(suite_run(seconds=number), suite_run(WORKER, tests=ran(a=PASSED))))
    assert (rows(known, "suites"), rows(known, "tests")) == (6, 3)
    assert known.durations([API]) == {API: 4}


def test_all_together_have_so_many_rows_and_the_oldest_go(tmp_path: Path) -> None:
    known = History(tmp_path, "shop", bounds=Bounds(rows=10))
    for number in range(9):
        many = ran(**{f"t{number}": FAILED, "b": PASSED})
        known.record(run(suite_run(state=State.FAILED, tests=many)))
    assert (rows(known, "suites"), rows(known, "tests")) == (3, 6)
    assert [one.test for one in known.failed("main")] == ["t8"]


def test_a_run_larger_than_all_that_is_kept_is_not_kept(tmp_path: Path) -> None:
    known = History(tmp_path, "shop", bounds=Bounds(rows=10))
    known.record(run(suite_run(tests=ran(**{f"t{n}": PASSED for n in range(11)}))))
    assert (rows(known, "suites"), rows(known, "tests")) == (0, 0)


def test_hostile_names_and_numbers(tmp_path: Path) -> None:
    said: list[str] = []
    known = history(tmp_path, said)
    names = ("'; DROP TABLE tests; --", "a\0b", "half \ud800", "bytes \udcff", "x" * 4097, "ünï")
    several = tuple(TestRun(name, FAILED, math.nan) for name in (*names, "ünï"))
    counts = Counts(failed=len(several))
    known.record(run(SuiteRun(API, State.FAILED, counts, math.inf, several), branch="half \udcff"))
    stored = {one.test for one in known.failed("half \udcff")}
    assert stored == {"'; DROP TABLE tests; --", "a\0b", "half ?", "bytes ?", "ünï"}
    known.record(run(suite_run(seconds=-math.inf)))
    assert known.durations([API]) == {API: 0}
    assert said == []


def test_how_long_tests_take_by_themselves(tmp_path: Path) -> None:
    known = history(tmp_path)
    assert known.own_seconds() == {}
    for tests in (ran(a=PASSED), ran(a=PASSED, b=PASSED)):
        known.record(run(suite_run(tests=tests)))
    known.record(run(suite_run(tests=ran(a=FAILED), state=State.FAILED)))
    known.record(run(suite_run(tests=ran(a=PASSED)), whole=False))
    assert known.own_seconds() == {API: 1.0}
