"""What will run, for what was asked."""

from __future__ import annotations

from pathlib import Path

import pytest

from taskslib.errors import NothingToRunError, UsageError
from taskslib.events import Stage, SuiteId
from taskslib.pipeline.plan import Plan, longest_first, make_plan
from taskslib.pipeline.request import TestRequest
from taskslib.project import load
from tests.support.projects import multi, single, write

SHOP = multi(
    **{
        "services/lib/tests/unit/test_a.py": "",
        "services/api/tests/unit/test_a.py": "",
        "deploy/test/compose.yaml": "",
        "tests/integration/test_a.py": "",
    }
)


def plan(root: Path, **asked: object) -> Plan:
    return make_plan(load(root), TestRequest(**asked))  # type: ignore[arg-type]


def words(planned: Plan) -> list[str]:
    return [str(entry.suite.id) for stage in planned.stages for entry in stage.suites]


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        ({}, "api:unit lib:unit web:unit web:service shop:integration"),
        ({"services": ("web",)}, "web:unit web:service"),
        ({"services": ("web", "lib")}, "lib:unit web:unit web:service"),
        ({"stages": (Stage.SERVICE,)}, "web:service"),
        (
            {"stages": (Stage.UNIT, Stage.INTEGRATION)},
            "api:unit lib:unit web:unit shop:integration",
        ),
        (
            {"stages": (Stage.UNIT, Stage.INTEGRATION), "services": ("lib",)},
            "lib:unit shop:integration",
        ),
    ],
)
def test_selection(tmp_path: Path, asked: dict[str, object], expected: str) -> None:
    assert " ".join(words(plan(write(tmp_path / "shop", SHOP), **asked))) == expected


def test_steps(tmp_path: Path) -> None:
    root = write(tmp_path / "shop", single())
    stages = plan(root).stages
    assert [" ".join(stage.suites[0].steps) for stage in stages] == [
        "environment test",
        "environment build start wait test stop",
    ]
    assert plan(root, keep=True).stages[1].suites[0].steps[-1] == "test"


@pytest.mark.parametrize(
    ("seconds", "expected"),
    [
        ({}, "api lib web"),
        ({"api": 1, "lib": 3, "web": 2}, "lib web api"),
        ({"api": 1, "web": 2}, "lib web api"),
        ({"api": 2, "lib": 2, "web": 2}, "api lib web"),
    ],
)
def test_the_longest_first(tmp_path: Path, seconds: dict[str, float], expected: str) -> None:
    suites = plan(write(tmp_path / "shop", SHOP), stages=(Stage.UNIT,)).stages[0].suites
    known = {SuiteId(name, Stage.UNIT): value for name, value in seconds.items()}
    assert " ".join(entry.suite.id.name for entry in longest_first(suites, known)) == expected


def test_unknown_service(tmp_path: Path) -> None:
    with pytest.raises(UsageError) as refused:
        plan(write(tmp_path / "shop", SHOP), services=("wbe",))
    assert refused.value.message == "no service 'wbe'"
    assert refused.value.hint == "did you mean 'web'? services: api, lib, web"


def test_a_single_service_has_no_service_stage(tmp_path: Path) -> None:
    with pytest.raises(UsageError) as refused:
        plan(write(tmp_path / "shop", single()), stages=(Stage.SERVICE,))
    assert refused.value.message == "a single-service project has no stage service"


@pytest.mark.parametrize(
    ("files", "asked", "message"),
    [
        (
            SHOP,
            {"services": ("lib",), "stages": (Stage.SERVICE,)},
            "there are no service tests of lib to run",
        ),
        (
            SHOP,
            {"services": ("web", "lib"), "stages": (Stage.SERVICE,)},
            "lib has no tests at stage service",
        ),
        (
            {"Dockerfile": ""},
            {},
            "there are no tests to run: shop has no tests "
            "(looked for tests/unit and tests/integration in ROOT)",
        ),
    ],
)
def test_nothing_to_run_is_not_green(
    tmp_path: Path, files: dict[str, str], asked: dict[str, object], message: str
) -> None:
    root = write(tmp_path / "shop", files)
    with pytest.raises(NothingToRunError) as refused:
        plan(root, **asked)
    assert refused.value.message.replace(str(root), "ROOT").startswith(message)
