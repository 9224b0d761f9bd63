"""Which engine a suite's stack comes up on: dealt out by what each has to do."""

from __future__ import annotations

from pathlib import Path

from taskslib.events import Stage, SuiteId
from taskslib.pipeline.placing import placed
from taskslib.pipeline.plan import Plan, make_plan
from taskslib.pipeline.request import TestRequest
from taskslib.project import load
from tests.support.projects import COMPOSE, PASSES, SERVES, TASKS, write


def plan(root: Path, *names: str) -> Plan:
    files = {**TASKS}
    for name in names:
        files[f"services/{name}/Dockerfile"] = SERVES
        files[f"services/{name}/deploy/test/docker-compose.yml"] = COMPOSE.format(context="../..")
        files[f"services/{name}/tests/unit/test_unit.py"] = PASSES
        files[f"services/{name}/tests/integration/test_service.py"] = PASSES
    write(root, files)
    return make_plan(load(root), TestRequest())


def engines(plan: Plan) -> dict[str, str]:
    return {str(one.suite.id): one.engine for one in plan.entries}


def test_the_longest_first_to_who_has_the_least_to_do(tmp_path: Path) -> None:
    took = {"a": 1.0, "b": 5.0, "c": 3.0, "d": 1.5}
    durations = {SuiteId(name, Stage.SERVICE): seconds for name, seconds in took.items()}
    found = engines(placed(plan(tmp_path, *took), ("one", "two"), durations))
    assert found == {
        **{f"{name}:unit": "" for name in took},
        "a:service": "two",
        "b:service": "one",
        "c:service": "two",
        "d:service": "two",
    }


def test_nothing_is_known(tmp_path: Path) -> None:
    found = engines(placed(plan(tmp_path, "a", "b", "c"), ("one", "two"), {}))
    assert [found[f"{name}:service"] for name in "abc"] == ["one", "two", "one"]


def test_one_engine(tmp_path: Path) -> None:
    found = engines(placed(plan(tmp_path, "a", "b"), ("far",), {}))
    assert [found[f"{name}:service"] for name in "ab"] == ["far", "far"]
