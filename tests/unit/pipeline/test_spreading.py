"""Which suites get workers, and why."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from taskslib.display.plan import plan_lines
from taskslib.events import Counts, Stage, SuiteId
from taskslib.pipeline.durations import SuiteDuration
from taskslib.pipeline.plan import Pick, Spread, make_plan, with_results
from taskslib.pipeline.request import TestRequest
from taskslib.pipeline.results.store import Stored
from taskslib.pipeline.spreading import decide, spread
from taskslib.project import load
from tests.support.projects import multi, write

WEB, API = SuiteId("web", Stage.UNIT), SuiteId("api", Stage.UNIT)


@pytest.mark.parametrize(
    ("own", "processors", "beside", "workers"),
    [
        (None, 8, 1, 0),
        (19.9, 8, 1, 0),
        (20.0, 8, 1, 2),
        (45.0, 8, 1, 4),
        (900.0, 8, 1, 8),
        (900.0, 8, 3, 2),
        (900.0, 8, 5, 0),
        (900.0, 1, 1, 0),
        (900.0, 8, 0, 8),
    ],
)
def test_who_gets_workers(own: float | None, processors: int, beside: int, workers: int) -> None:
    assert decide(own, processors, beside).workers == workers


def test_the_plan_says_why(tmp_path: Path) -> None:
    files = multi(**{"services/api/tests/unit/test_a.py": ""})
    plan = make_plan(load(write(tmp_path, files)), TestRequest(stages=(Stage.UNIT,)))
    plan = replace(plan, project=replace(plan.project, jobs=4))
    own = {WEB: 61.0, API: 3.0}
    found = spread(plan, own, lambda suite: suite.id in own, 4)
    lines = [line for line in plan_lines(found, ()) if "xdist" in line]
    assert lines == [
        "      xdist: no workers: its tests take 3.0 s, and workers some to start",
        "      xdist: 2 workers: its tests take 61 s",
    ]
    # What is cached takes no processor.
    cached = with_results(plan, {API: Stored("k", str(API), 1.0, 1.0, Counts(passed=1))})
    alone = {one.suite.id: one.spread for one in spread(cached, own, lambda _: True, 4).entries}
    assert alone == {API: None, WEB: Spread(4, "its tests take 61 s")}


def test_a_part_of_a_suite_is_judged_by_its_own_tests(tmp_path: Path) -> None:
    plan = make_plan(load(write(tmp_path, multi())), TestRequest(stages=(Stage.UNIT,)))
    (stage,), (entry,) = plan.stages, plan.entries
    for took, workers in ((SuiteDuration(31, {"a": 30}), 3), (SuiteDuration(900, {"a": 9}), 0)):
        part = replace(entry, pick=Pick(("a",), took=took))
        part_of_it = replace(plan, stages=(replace(stage, suites=(part,)),))
        (found,) = spread(part_of_it, {WEB: 900.0}, lambda _: True, 8).entries
        assert found.spread is not None
        assert found.spread.workers == workers


def test_not_where_somebody_else_decides(tmp_path: Path) -> None:
    project = load(write(tmp_path, multi()))
    own = {one.id: 900.0 for one in project.suites}
    whole = spread(make_plan(project, TestRequest()), own, lambda _: True, 8)
    given = {str(one.suite.id): one.spread is not None for one in whole.entries}
    assert given == {"web:unit": True, "web:service": False}
    for request in (TestRequest(arguments=("-n", "0")), TestRequest(failed=True)):
        plan = make_plan(project, request)
        assert spread(plan, own, lambda _: True, 8) == plan
    assert {one.spread for one in spread(plan, own, lambda _: False, 8).entries} == {None}
