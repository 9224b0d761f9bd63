"""The test workflow, step by step, with stacks: what is in CI is what was tried."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from taskslib.ci.actions import Provider
from tests.support.leftovers import leftovers
from tests.support.projects import ANSWERS, COMPOSE, SERVES, inv, multi, repository, write
from tests.support.workflows import Runner

MORE = {
    "pyproject.toml": "[tool.taskslib.ci]\ninstall = 'python --version'\n",
    "deploy/test/docker-compose.yml": COMPOSE.format(context="../../services/web"),
    "tests/integration/test_all.py": ANSWERS,
    ".gitignore": "__pycache__\n.pytest_cache\n",
}


@pytest.mark.parametrize("provider", Provider)
def test_the_test_workflow(shop: Path, tmp_path: Path, provider: Provider) -> None:
    write(shop, multi(**MORE))
    assert inv(shop, "ci-init", "--provider", provider).code == 0
    repository(shop).git.checkout("-b", "feature")
    write(shop, {"services/web/Dockerfile": f"{SERVES}# changed\n"})
    workflow, services = f"{provider.folder}/test.yml", ["web"]
    if provider is Provider.GITHUB:
        affected = Runner(shop, tmp_path / "affected").job(workflow, "affected")
        assert affected.code == 0, affected.log
        assert affected.outputs == {"services": '["web"]', "integration": "true"}
        services = json.loads(affected.outputs["services"])
    for service in services:
        machine = Runner(shop, tmp_path / service)
        tested = machine.job(workflow, "test", matrix={"service": service})
        assert tested.code == 0, tested.log
        assert "| web | service | passed | 1 | 0 | 0 |" in tested.summary
    whole = Runner(shop, tmp_path / "integration").job(workflow, "integration")
    assert whole.code == 0, whole.log
    assert f"| {shop.name} | integration | passed | 1 | 0 | 0 |" in whole.summary
    names = {path.name for path in (tmp_path / "integration" / "reports").iterdir()}
    assert names == {"junit.xml", "report.html", f"{shop.name}-integration.xml"}
    assert leftovers(shop.name) == []
