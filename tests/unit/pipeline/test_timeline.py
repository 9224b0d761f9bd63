"""Where the time of a run went."""

from __future__ import annotations

import tempfile
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

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
    # Had the unit tests been faster, it would have taken as long.
    assert [(leg.suite, leg.step, round(leg.seconds, 1)) for leg in path] == [
        (SERVICE, "build", 9.0),
        (SERVICE, "start", 3.0),
        (SERVICE, "test", 2.8),
    ]


def test_tests_are_waited_for_where_the_stack_is_ready_before(tmp_path: Path) -> None:
    plan = make_plan(load(write(tmp_path, multi())), TestRequest())
    timeline = walked(
        (UNIT, "environment", 0.0, 1.0),
        (UNIT, "test", 1.0, 10.0),
        (SERVICE, "build", 0.0, 3.0),
        (SERVICE, "start", 3.0, 9.0),
        (SERVICE, "ready", 9.0, 10.01),
        (SERVICE, "test", 10.01, 15.0),
    )
    path = timeline.critical_path(plan, 0.0)
    assert [(leg.suite, leg.step) for leg in path] == [
        (UNIT, "environment"), (UNIT, "test"), (SERVICE, "test"),
    ]  # fmt: skip


def test_what_begins_when_a_stage_has_passed_waited_for_that(tmp_path: Path) -> None:
    plan = make_plan(load(write(tmp_path, multi())), TestRequest())
    timeline = walked(
        (UNIT, "test", 0.0, 5.0), (SERVICE, "start", 5.01, 9.0), (SERVICE, "test", 9.0, 15.0)
    )
    path = timeline.critical_path(plan, 0.0)
    assert [(leg.suite, leg.step) for leg in path] == [
        (UNIT, "test"), (SERVICE, "start"), (SERVICE, "test"),
    ]  # fmt: skip


def test_a_suite_that_had_to_wait_for_a_process_waited_for_who_had_it(tmp_path: Path) -> None:
    files = multi(**{"services/api/tests/unit/test_a.py": ""})
    plan = make_plan(load(write(tmp_path, files)), TestRequest())
    timeline = walked(
        (API, "test", 0.0, 5.0), (UNIT, "environment", 5.0, 6.0), (UNIT, "test", 6, 9)
    )
    path = timeline.critical_path(plan, 0.0)
    assert [(leg.suite, leg.step, leg.seconds) for leg in path] == [
        (API, "test", 5.0), (UNIT, "environment", 1.0), (UNIT, "test", 3.0),
    ]  # fmt: skip


@given(
    st.lists(
        st.tuples(
            st.sampled_from([API, UNIT, SERVICE]),
            st.sampled_from(["environment", "ready", "test", "stop"]),
            st.integers(0, 50),
            st.integers(0, 5),
        )
    )
)
def test_any_steps_have_a_path(steps: list[tuple[SuiteId, str, int, int]]) -> None:
    """Also of no length, at one moment, or in no order at all."""
    with tempfile.TemporaryDirectory() as folder:
        files = multi(**{"services/api/tests/unit/test_a.py": ""})
        plan = make_plan(load(write(Path(folder), files)), TestRequest())
    timeline = walked(*((suite, step, at / 50, at / 50 + n / 50) for suite, step, at, n in steps))
    assert all(leg.seconds >= 0 for leg in timeline.critical_path(plan, 0.0))


def test_a_stage_without_tests_takes_no_part(tmp_path: Path) -> None:
    plan = make_plan(load(write(tmp_path, multi())), TestRequest())
    timeline = walked((UNIT, "test", 0.0, 4.0), (SERVICE, "build", 0.0, 3.0))
    assert timeline.critical_path(plan, 0.0) == (Leg(UNIT, "test", 4.0),)
    assert Timeline().critical_path(plan, 0.0) == ()
