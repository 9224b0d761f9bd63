"""A suite that is red by no test: it counts as one, the same in all that is told of a run."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from junitparser import JUnitXml

from tests.support.projects import ANSWERS, COMPOSE, SERVES, TASKS, inv, write

DIES = "import os\ndef test_ok(): pass\ndef test_dies(): os._exit(3)\n"
EXITS = "def pytest_sessionfinish(session):\n    session.exitstatus = 7\n"
FILES = {
    **TASKS,
    "pyproject.toml": "[tool.taskslib]\nproject = 'shop'\nlimits.suite = 4\n",
    "services/crash/tests/unit/test_a.py": DIES,
    "services/early/tests/unit/test_a.py": "import os\nos._exit(3)\n",
    "services/exits/tests/unit/test_a.py": "def test_ok(): pass\n",
    "services/exits/tests/unit/conftest.py": EXITS,
    "services/hangs/tests/unit/test_a.py": "import time\ndef test_a(): time.sleep(60)\n",
    "services/nothing/tests/unit/test_a.py": "",
    "services/red/tests/unit/test_a.py": "def test_a(): assert 0\n",
    "services/web/Dockerfile": SERVES,
    "services/web/deploy/test/docker-compose.yml": COMPOSE.format(context="../.."),
    "services/web/tests/integration/test_a.py": ANSWERS,
}
NO_ENGINE = {"DOCKER_HOST": "unix:///nowhere/docker.sock"}
OWN = {"crash": "crashed", "early": "crashed", "exits": "failed", "hangs": "timed out",
       "nothing": "no tests", "web": "error"}  # fmt: skip


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    return write(tmp_path / "shop", FILES)


def test_it_counts_the_same_everywhere(shop: Path, tmp_path: Path) -> None:
    said = tmp_path / "summary.md"
    own = {"TASKSLIB_CACHE_DIR": str(tmp_path / "cache"), **NO_ENGINE}
    in_ci = {"GITHUB_ACTIONS": "true", "GITHUB_STEP_SUMMARY": str(said), **own}
    ran = inv(shop, "test", "--keep-going", "--json", "--junit", "out", **in_ci)
    assert ran.code == 3
    assert ran.err.endswith("\n2 passed, 7 failed, 0 skipped\n")

    told = json.loads(ran.out)
    assert (told["counts"]["failed"], told["counts"]["errors"]) == (1, 6)
    suites = {one["name"]: one for one in told["suites"]}
    assert {name: suites[name]["state"] for name in OWN} == OWN
    errors = {name: one["counts"]["errors"] for name, one in suites.items()}
    assert errors == {**dict.fromkeys(OWN, 1), "red": 0}

    merged = JUnitXml.fromfile(str(shop / "out" / "junit.xml"))
    assert (merged.tests, merged.failures, merged.errors) == (9, 1, 6)
    assert {one.name.partition(":")[0]: one.errors for one in merged} == errors
    for name, state in OWN.items():
        stage = suites[name]["stage"]
        [one] = JUnitXml.fromfile(str(shop / "out" / f"{name}-{stage}.xml"))
        [case] = [case for case in one if case.is_error]
        assert case.name == f"{name}:{stage} {state}"
        assert case.result[0].message == suites[name]["reason"] != ""

    rows = re.findall(r"\n\| (\w+) \|.*\| (\d+) \| 0 \|", said.read_text("utf-8"))
    assert {name: int(failed) for name, failed in rows} == {**errors, "red": 1}
    page = shop / inv(shop, "report", **own).out.strip().removeprefix("ROOT/")
    assert "2 passed, 7 failed, 0 skipped" in page.read_text("utf-8")


def test_and_in_what_shards_are_joined_to(shop: Path, tmp_path: Path) -> None:
    own = {"TASKSLIB_CACHE_DIR": str(tmp_path / "cache"), **NO_ENGINE}
    for index in (1, 2):
        ran = inv(shop, "test", "--shard", f"{index}/2", "--keep-going", "--json", **own)
        write(shop, {f".taskslib/shards/{index}.json": ran.out})
    ran = inv(shop, "merge-reports", ".taskslib/shards", "--json", "--junit", "out", **own)
    assert ran.err.endswith("\n2 passed, 7 failed, 0 skipped\n")
    assert "crashed (1 passed)" in ran.err
    told = json.loads(ran.out)["counts"]
    assert (told["passed"], told["failed"], told["errors"]) == (2, 1, 6)
    merged = JUnitXml.fromfile(str(shop / "out" / "junit.xml"))
    assert (merged.tests, merged.failures, merged.errors) == (9, 1, 6)
