"""The workflow that runs this repo's tests on other systems: valid, safe, and run step by step."""

from __future__ import annotations

import os
import tomllib
from pathlib import Path

import pytest
from ruamel.yaml import YAML

from taskslib.ci.actions import ACTIONS, Provider
from tests.support.projects import PASSES, TASKS, write
from tests.support.workflows import Runner, audited, valid

ROOT = Path(__file__).parents[3]
WORKFLOW = ".github/workflows/systems.yml"


def test_it_is_valid_and_safe() -> None:
    valid(ROOT / WORKFLOW)
    audited(ROOT / WORKFLOW)


def test_it_is_about_what_we_say_we_run_on() -> None:
    """All systems and the ends of the range of Pythons; its actions are those of all workflows."""
    unit = YAML(typ="safe").load((ROOT / WORKFLOW).read_text("utf-8"))["jobs"]["unit"]
    about = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    start = "Programming Language :: Python :: 3."
    minors = [int(one.removeprefix(start)) for one in about["classifiers"] if one[:-2] == start]
    assert about["requires-python"] == f">=3.{min(minors)}"
    assert unit["strategy"]["matrix"] == {
        "system": ["ubuntu-latest", "macos-latest", "windows-latest"],
        "python": [f"3.{min(minors)}", f"3.{max(minors)}"],
    }
    known = {one.partition(" ")[0] for one in ACTIONS[Provider.GITHUB].values()}
    assert {step["uses"] for step in unit["steps"] if "uses" in step} <= known


@pytest.mark.skipif(os.name == "nt", reason="the machine that runs it has GitHub's own bash")
def test_its_steps(tmp_path: Path) -> None:
    text = (ROOT / WORKFLOW).read_text("utf-8")
    # What is installed already is what is tested, and this machine's git is nobody's to set up.
    text = text.replace("python -m pip install --editable .", "inv --version")
    text = text.replace("git config --global", "git config --file ignored")
    project = {"pyproject.toml": "[tool.taskslib]\nproject = 'taskslib'\n", "Dockerfile": ""}
    files = {**TASKS, **project, "tests/unit/test_one.py": PASSES, WORKFLOW: text}
    root = write(tmp_path / "checkout", files)
    matrix = {"system": "ubuntu-latest", "python": "3.11"}
    done = Runner(root, tmp_path / "temp").job(WORKFLOW, "unit", matrix=matrix)
    assert done.code == 0, done.log
    assert "1 passed, 0 failed" in done.log
    assert (tmp_path / "temp" / "reports" / "taskslib-unit.xml").is_file()
