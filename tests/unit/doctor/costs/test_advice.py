"""From what tests cost to what would make them faster."""

from __future__ import annotations

import pytest

from taskslib.doctor.costs.advice import cost_lines, slow_lines
from taskslib.doctor.costs.measured import FixtureCost, Measured, Sleep, added
from taskslib.doctor.health.findings import Line, Status
from taskslib.events import Stage, SuiteId
from taskslib.pipeline.history import TestTime
from taskslib.project.model import Slow

WEB = SuiteId("web", Stage.UNIT)
TEN = {f"t{number}": 1.5 for number in range(10)}
WARNING = Status.WARNING


def test_what_several_processes_measured_is_one() -> None:
    first = {
        "parallel": True,
        "tests": {"a": 1.0},
        "fixtures": [["db", "session", "", 1, 2.0], ["x", "function", "", 1, 0.1]],
        "sleeps": [["a", "tests/a.py:1", "time.sleep", 0.5]],
    }
    second = {
        "parallel": False,
        "tests": {"b": 2.0},
        "fixtures": [["db", "session", "", 1, 3.0]],
        "sleeps": [],
    }
    assert added("web:unit", [first, second]) == Measured(
        "web:unit",
        {"a": 1.0, "b": 2.0},
        (FixtureCost("db", "session", "", 2, 5.0), FixtureCost("x", "function", "", 1, 0.1)),
        (Sleep("a", "tests/a.py:1", "time.sleep", 0.5),),
        parallel=True,
    )


@pytest.mark.parametrize(
    ("cost", "line"),
    [
        (
            Measured("web:unit", {"a": 2}, sleeps=(Sleep("a", "a.py:3", "time.sleep", 1.5),)),
            Line(
                WARNING,
                "fixed sleep",
                "web:unit: a spends 1.5 s in time.sleep at a.py:3",
                "wait for what it is waiting for: taskslib.testing.wait_for",
            ),
        ),
        (
            Measured("web:unit", {"a": 2}, (FixtureCost("db", "function", "tests", 4, 2.0),)),
            Line(
                WARNING,
                "fixture",
                "web:unit: db of tests (scope function) is set up 4 times, 2.0 s",
                'scope="module" saves up to 1.5 s, where tests leave it as it was',
            ),
        ),
        (
            Measured("web:unit", {"a": 2}, (FixtureCost("db", "module", "", 4, 2.0),)),
            Line(
                WARNING,
                "fixture",
                "web:unit: db (scope module) is set up 4 times, 2.0 s",
                'scope="session" saves up to 1.5 s, where tests leave it as it was',
            ),
        ),
        (
            Measured("web:unit", TEN),
            Line(
                WARNING,
                "xdist",
                "web:unit: 10 tests take 15.0 s one after the other, and about 4.8 s on "
                "4 processors",
                'add pytest-xdist to its dev group, and addopts = ["--numprocesses=auto"]',
            ),
        ),
        (
            Measured("web:unit", {"a": 1}, red=True),
            Line(
                WARNING,
                "suite",
                "web:unit is red: what did not run is not in here",
                "inv test",
            ),
        ),
    ],
)
def test_advice(cost: Measured, line: Line) -> None:
    assert next(iter(cost_lines(cost, 4))) == line


@pytest.mark.parametrize(
    "cost",
    [
        Measured("web:unit", {"a": 2}, sleeps=(Sleep("a", "a.py:3", "time.sleep", 0.05),)),
        Measured("web:unit", {"a": 2}, (FixtureCost("db", "session", "", 2, 9.0),)),  # two workers
        Measured("web:unit", {"a": 2}, (FixtureCost("db", "function", "", 1, 9.0),)),
        Measured("web:unit", TEN, parallel=True),
        Measured("web:unit", {"a": 14.0, "b": 1.0}),  # one test is all of it
        Measured("web:unit"),
    ],
)
def test_where_nothing_is_to_be_saved(cost: Measured) -> None:
    (line,) = cost_lines(cost, 4)
    assert line.status is Status.OK


def test_of_a_red_suite_nothing_is_called_fast() -> None:
    (line,) = cost_lines(Measured("web:unit", red=True), 4)
    assert line.status is WARNING


def test_many_sleeps_are_few_lines() -> None:
    sleeps = tuple(Sleep(f"t{number}", "a.py:3", "time.sleep", number) for number in range(1, 9))
    words = [line.words for line in cost_lines(Measured("web:unit", {}, sleeps=sleeps), 1)]
    assert words[0].startswith("web:unit: t8 spends 8.0 s")
    assert words[5:] == ["web:unit: 3 more tests, 6.0 s together"]


def test_slow_tests_of_earlier_runs() -> None:
    times = [TestTime(WEB, f"t{number}", 2.0) for number in range(7)]
    service = TestTime(SuiteId("web", Stage.SERVICE), "s", 4.0)  # not slow for that stage
    found = list(slow_lines([service, *times], Slow()))
    assert [line.words for line in found] == [
        *(f"web:unit: t{number} takes 2.0 s" for number in range(5)),
        "2 more are slow for their stage",
    ]
    assert [line.status for line in slow_lines([service], Slow())] == [Status.OK]
