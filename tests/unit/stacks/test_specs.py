"""Which instance a stack is, and what marks everything made for it."""

from __future__ import annotations

import platform
from pathlib import Path

import pytest

from taskslib.project.git import Checkout
from taskslib.project.model import Layout, Project, Stack
from taskslib.stacks.ids import Place, instance_id
from taskslib.stacks.instance import Spec, down_command
from taskslib.stacks.specs import spec

LOCKS = Path("/locks")


@pytest.mark.parametrize(
    ("service", "scope", "down"),
    [("", "test", "inv infra-down"), ("api", "api", "inv infra-down --service api")],
)
def test_name_and_labels(tmp_path: Path, service: str, scope: str, down: str) -> None:
    project = Project(tmp_path, "shop", Layout.MULTI, (), (), None, 1)
    stack = Stack(service, (tmp_path / "docker-compose.yml",))
    identity = instance_id(Place(str(tmp_path.resolve()), "Feature/X"), {})
    expected = {
        "taskslib.managed": "true",
        "taskslib.schema": "1",
        "taskslib.project": "shop",
        "taskslib.service": service,
        "taskslib.instance": identity,
        "taskslib.name": f"shop-{scope}-{identity}",
        "taskslib.root": str(tmp_path.resolve()),
        "taskslib.branch": "Feature/X",
        "taskslib.host": platform.node(),
        "taskslib.locks": str(LOCKS),
        "taskslib.kind": "ephemeral",
    }
    found = spec(project, Checkout("Feature/X"), stack, {}, kept=False, locks=LOCKS)
    assert found == Spec(stack, f"shop-{scope}-{identity}", identity, expected)
    assert not found.kept
    assert found.variables == {"TEST_INSTANCE_ID": identity}
    name = f"shop-{scope}-{identity}-kept"
    kept = spec(project, Checkout("Feature/X"), stack, {}, kept=True, locks=LOCKS)
    labels = {**expected, "taskslib.name": name, "taskslib.kind": "kept"}
    assert kept == Spec(stack, name, identity, labels)
    assert kept.kept
    assert down_command(service) == down
