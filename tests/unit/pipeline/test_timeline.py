"""Where the time of a run went."""

from __future__ import annotations

from pathlib import Path

from taskslib.events import Stage, StepFinished, StepStarted, SuiteId
from taskslib.pipeline.plan import make_plan
from taskslib.pipeline.request import TestRequest
from taskslib.pipeline.timeline import Leg, Timeline
from taskslib.project import load
from tests.support.projects import multi, write

API, UNIT = SuiteId("api", Stage.UNIT), SuiteId("web", Stage.UNIT)
SERVICE = SuiteId("web", Stage.SERVICE)


def walked(*steps: tuple[SuiteId, str, float, float]) -> Timeline:
    timeline = Timeline()
    for suite, step, began, ended in steps:
        timeline.add(StepStarted(suite, step, began))
        timeline.add(StepFinished(suite, step, ended))
    return timeline


def test_the_path_leads_through_the_suites_that_all_others_waited_for(tmp_path: Path) -> None:
    files = multi(**{"services/api/tests/unit/test_a.py": ""})
    plan = make_plan(load(write(tmp_path, files)), TestRequest())
    timeline = walked(
        (UNIT, "environment", 0.0, 1.0),
        (UNIT, "test", 1.0, 4.0),
        (API, "environment", 0.0, 0.1),
        (API, "test", 0.1, 10.0),
        (SERVICE, "build", 0.0, 9.0),
        (SERVICE, "start", 9.0, 12.0),
        (SERVICE, "wait", 12.0, 12.1),
        (SERVICE, "ready", 12.1, 12.2),
        (SERVICE, "test", 12.2, 15.0),
        (SERVICE, "stop", 15.0, 25.0),
    )
    path = timeline.critical_path(plan, 0.0)
    assert [(leg.suite, leg.step, round(leg.seconds, 1)) for leg in path] == [
        (API, "test", 9.9),
        (SERVICE, "start", 2.0),
        (SERVICE, "test", 2.8),
    ]


def test_a_stage_without_tests_takes_no_part(tmp_path: Path) -> None:
    plan = make_plan(load(write(tmp_path, multi())), TestRequest())
    timeline = walked((UNIT, "test", 0.0, 4.0), (SERVICE, "build", 0.0, 3.0))
    assert timeline.critical_path(plan, 0.0) == (Leg(UNIT, "test", 4.0),)
    assert Timeline().critical_path(plan, 0.0) == ()
