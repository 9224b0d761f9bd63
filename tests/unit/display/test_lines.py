"""What is data, as lines: endpoints, instances, stand-ins, plans."""

from __future__ import annotations

import json
import shutil
import subprocess
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from taskslib.display.endpoints import address_lines, format_endpoints
from taskslib.display.instances import instance_lines, standin_lines
from taskslib.display.plan import plan_lines
from taskslib.display.services import service_lines
from taskslib.doctor.images import StandIn
from taskslib.pipeline.plan import make_plan
from taskslib.pipeline.request import TestRequest
from taskslib.project import load
from taskslib.project.model import Stack
from taskslib.stacks.endpoints import Endpoint
from taskslib.stacks.engine import Container, Label
from taskslib.stacks.instance import Instance, Spec
from taskslib.stacks.inventory import Listed
from tests.support.projects import single, write

SPEC = Spec(Stack("api", (Path("compose.yml"),)), "shop-api-main-1", "main-1", {Label.KIND: "kept"})
NASTY = "http://h/?a='b' $(id) \"c\" `d` \\ é"
INSTANCE = Instance(
    SPEC,
    (
        Endpoint("api", 8000, "tcp", "127.0.0.1", 32768, "http://127.0.0.1:32768", (("A", "1"),)),
        Endpoint("database", 5432, "tcp", "127.0.0.1", 5, "postgresql://u:p@127.0.0.1:5/d", ()),
    ),
    {"TEST_INSTANCE_ID": "main-1", "TEST_API_URL": NASTY},
)


def test_table() -> None:
    assert list(format_endpoints(INSTANCE, "table")) == [
        "api       8000/tcp  127.0.0.1:32768  http://127.0.0.1:32768",
        "database  5432/tcp  127.0.0.1:5      postgresql://u:p@127.0.0.1:5/d",
    ]
    assert list(format_endpoints(Instance(SPEC), "table")) == []


@pytest.mark.skipif(shutil.which("sh") is None, reason="needs a POSIX shell")
def test_env_reaches_a_shell_as_it_is() -> None:
    lines = "\n".join(format_endpoints(INSTANCE, "env"))
    script = f'{lines}\nprintf %s "$TEST_API_URL"'
    done = subprocess.run(["sh", "-c", script], capture_output=True, check=True)
    assert done.stdout.decode() == NASTY


def test_json() -> None:
    assert json.loads("\n".join(format_endpoints(INSTANCE, "json"))) == {
        "version": 1,
        "instance": "main-1",
        "compose_project": "shop-api-main-1",
        "endpoints": [
            {
                "service": "api",
                "container_port": 8000,
                "protocol": "tcp",
                "host": "127.0.0.1",
                "port": 32768,
                "url": "http://127.0.0.1:32768",
                "variables": {"A": "1"},
            },
            {
                "service": "database",
                "container_port": 5432,
                "protocol": "tcp",
                "host": "127.0.0.1",
                "port": 5,
                "url": "postgresql://u:p@127.0.0.1:5/d",
                "variables": {},
            },
        ],
        "variables": {"TEST_INSTANCE_ID": "main-1", "TEST_API_URL": NASTY},
    }


def test_addresses_of_a_stack_that_stays() -> None:
    assert list(address_lines(INSTANCE)) == [
        "shop-api-main-1 is up",
        "  api       8000/tcp  127.0.0.1:32768  http://127.0.0.1:32768",
        "  database  5432/tcp  127.0.0.1:5      postgresql://u:p@127.0.0.1:5/d",
        "end it: inv infra-down --service api",
    ]


NOW = datetime(2026, 11, 25, 12, 0, tzinfo=UTC)


def listed(
    name: str, branch: str, age: timedelta | None, *services: str, owner: str = ""
) -> Listed:
    members = tuple(
        Container("1", f"{name}-{one}-1", one, "running", "Up 3 seconds") for one in services
    )
    started = None if age is None else NOW - age
    return Listed(name, "kept", branch, "/shop", "box", started, owner, members)


def test_instances() -> None:
    found = [
        listed("shop-test-a-1", "feature/a", timedelta(hours=50), "database", "web"),
        listed("shop-test-b-2", "", timedelta(seconds=90), "web", owner="pid 7, `inv test`, 3 s"),
        listed("shop-test-c-3", "c", None, "web"),
    ]
    assert list(instance_lines(found, (), NOW)) == [
        "shop-test-a-1  kept  2/2 up  2 days",
        "  feature/a  /shop",
        "  database         Up 3 seconds",
        "  web              Up 3 seconds",
        "shop-test-b-2  kept  1/1 up  1 min  held by pid 7, `inv test`, 3 s",
        "  no branch  /shop",
        "  web              Up 3 seconds",
        "shop-test-c-3  kept  1/1 up",
        "  c  /shop",
        "  web              Up 3 seconds",
    ]
    assert list(instance_lines([], (), NOW)) == ["no stack of this project is up"]


def test_standins() -> None:
    found = [StandIn("postgres:17", "sha256:1"), StandIn("nginx:1", "sha256:2")]
    assert list(standin_lines([])) == []
    assert list(standin_lines(found)) == [
        "stand-ins, built here from deploy/offline: postgres:17, nginx:1"
    ]


def test_a_plan_with_a_stack_and_tests_elsewhere(tmp_path: Path) -> None:
    config = {
        "pyproject.toml": "[tool.taskslib]\nstack = '../common'\nunit_tests = '../unit'\n",
        "../common/compose.yml": "",
        "../unit/test_a.py": "",
    }
    project = load(write(tmp_path / "shop", single(**config)))
    assert project.stack is not None
    planned = make_plan(project, TestRequest())
    spec = Spec(project.stack, "shop-test-1", "1", {})
    common = tmp_path / "common" / "compose.yml"
    assert [line.replace(str(tmp_path), "AROUND") for line in plan_lines(planned, [spec])] == [
        "Unit Tests",
        "  shop: environment > test",
        "      tests: AROUND/unit",
        "Integration Tests",
        "  shop: environment > build > start > wait > test > stop",
        "      tests: tests/integration",
        f"      stack: {common} as shop-test-1".replace(str(tmp_path), "AROUND"),
    ]
    assert f"  stack test       {common}" in list(service_lines(project))
