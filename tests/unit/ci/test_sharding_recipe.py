"""The workflow of docs/pages/sharding-in-ci.md: valid, safe, and run step by step."""

from __future__ import annotations

import json
import os
import re
import shutil
from pathlib import Path

import pytest

from tests.support.projects import PASSES, TASKS, repository, write
from tests.support.workflows import Job, Runner, audited, valid

RECIPE = Path(__file__).parents[3] / "docs/pages/sharding-in-ci.md"
WORKFLOW = ".github/workflows/shards.yml"
TESTS = {f"services/api/tests/unit/test_{one}.py": PASSES for one in "abcdef"}
FILES = {
    **TASKS,
    ".gitignore": ".taskslib\n__pycache__\n.pytest_cache\n",
    "pyproject.toml": "[tool.taskslib]\nproject = 'shop'\n",
    **TESTS,
    "services/web/tests/unit/test_web.py": PASSES,
    "docs/durations.json": json.dumps(
        {
            "schema": 1,
            "project": "shop",
            "suites": {
                "api:unit": {
                    "seconds": 61,
                    "files": {f"tests/unit/test_{one}.py": 10 for one in "abcde"},
                },
                "web:unit": {"seconds": 2, "files": {}},
            },
        }
    ),
}


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    """A committed project that has the workflow."""
    (text,) = re.findall(r"```yaml\n(.*?)```", RECIPE.read_text("utf-8"), re.DOTALL)
    # What is installed already is what is tested.
    text = text.replace("python -m pip install taskslib", "inv --version")
    root = write(tmp_path / "shop", {**FILES, WORKFLOW: text})
    repository(root)
    return root


def test_it_is_valid_and_safe(shop: Path) -> None:
    valid(shop / WORKFLOW)
    audited(shop / WORKFLOW)


def run(shop: Path, machine: Path) -> tuple[list[Job], Job]:
    """Run all its jobs; what is uploaded lies where it is downloaded to."""
    runner = Runner(shop, machine)
    shards = [
        runner.job(WORKFLOW, "test", matrix={"shard": str(one)}, strategy={"job-total": "4"})
        for one in range(1, 5)
    ]
    shutil.rmtree(shop / ".taskslib", ignore_errors=True)
    return shards, runner.job(WORKFLOW, "verdict")


@pytest.mark.skipif(os.name == "nt", reason="GitHub's steps are bash's")
def test_its_steps(shop: Path, tmp_path: Path) -> None:
    machine = tmp_path / "temp"
    shards, verdict = run(shop, machine)
    assert [one.code for one in (*shards, verdict)] == [0] * 5, verdict.log
    told = [json.loads(file.read_text("utf-8")) for file in sorted(machine.glob("shard-*.json"))]
    ran = [suite["counts"]["passed"] for one in told for suite in one["suites"]]
    assert len(told) == 4
    assert sum(ran) == len(TESTS) + 1
    assert f"{len(TESTS) + 1} passed, 0 failed" in verdict.log
    reports = {path.name for path in (machine / "reports").iterdir()}
    assert reports == {"junit.xml", "api-unit.xml", "web-unit.xml", "report.html", "durations.json"}
    known = json.loads((machine / "reports/durations.json").read_text("utf-8"))["suites"]
    assert set(known["api:unit"]["files"]) == {one.removeprefix("services/api/") for one in TESTS}
    # A shard that told nothing, and one that is red, are not green.
    (machine / "shard-3.json").unlink()
    assert Runner(shop, machine).job(WORKFLOW, "verdict").code == 1
    write(shop, {"services/api/tests/unit/test_c.py": "def test_one():\n    assert 0\n"})
    shards, verdict = run(shop, machine)
    assert sorted(one.code for one in shards) == [0, 0, 0, 1]
    assert verdict.code == 1
    assert f"{len(TESTS)} passed, 1 failed" in verdict.log
