"""The generated repos are what they say: the same services for both."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Sequence
from pathlib import Path

from taskslib.events import Stage
from taskslib.project import load
from tests.bench.measure import environment
from tests.bench.repos import REPORT, commit, edit, generate, service
from tests.support.projects import inv


def call(argv: Sequence[str], folder: Path) -> None:
    """Run what a repo is made with; of what npm installs nothing is needed here but the folder."""
    if argv[0] == "npm":
        (folder / "node_modules" / "turbo").mkdir(parents=True)
    else:
        subprocess.run(argv, cwd=folder, env=environment(), check=True)


def changed(root: Path, *arguments: str) -> list[str]:
    told = subprocess.run(("git", *arguments), cwd=root, capture_output=True, text=True, check=True)
    return told.stdout.split()


def test_every_service_is_a_suite_and_a_workspace(tmp_path: Path) -> None:
    root = generate(tmp_path / "bench", 12, call)
    suites = [suite.id for suite in load(root).suites]
    assert [one.name for one in suites] == [service(number) for number in range(12)]
    assert {one.stage for one in suites} == {Stage.UNIT}
    packages = [json.loads(path.read_text()) for path in root.glob("services/*/package.json")]
    needs = {one["name"]: list(one["dependencies"]) for one in packages}
    assert (needs["s0000"], needs["s0009"], needs["s0011"]) == ([], ["s0000"], ["s0010"])
    assert changed(root, "status", "--porcelain") == []


def test_their_tests_pass_and_leave_nothing_that_git_sees(tmp_path: Path) -> None:
    root = generate(tmp_path / "bench", 3, call)
    ran = inv(root, "test")
    assert (ran.code, ran.out.splitlines()[-1]) == (0, "3 passed, 0 failed, 0 skipped")
    assert len(list(root.glob(f"services/*/{REPORT}"))) == 3
    assert changed(root, "status", "--porcelain") == []


def test_an_edit_changes_one_service_and_its_test_still_passes(tmp_path: Path) -> None:
    root = generate(tmp_path / "bench", 3, call)
    edit(root, 2, "changed")
    commit(root, "Change", call)
    assert changed(root, "diff", "--name-only", "HEAD~1") == ["services/s0002/src/index.js"]
    assert inv(root, "test", "--service", service(2)).code == 0
