"""The hooks that pre-commit reads: commands that exist, for files that lint looks at."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from ruamel.yaml import YAML

from tests.support.projects import inv, single, write

ROOT = Path(__file__).parents[3]
HOOKS = YAML(typ="safe").load((ROOT / ".pre-commit-hooks.yaml").read_text("utf-8"))


@pytest.mark.parametrize("hook", HOOKS, ids=lambda hook: str(hook["id"]))
def test_a_hook_is_a_command_that_runs(tmp_path: Path, hook: dict[str, str]) -> None:
    program, *arguments = hook["entry"].split()
    write(tmp_path, single(Dockerfile="FROM python:3.13-slim\nUSER nobody\n"))
    assert inv(tmp_path, *arguments, program=program).code == 0
    assert not hook["pass_filenames"]


@pytest.mark.parametrize(
    ("path", "wanted"),
    [
        ("deploy/test/docker-compose.yml", True),
        ("compose.override.yaml", True),
        ("services/api/Dockerfile", True),
        ("services/api/Dockerfile.dockerignore", True),
        (".github/workflows/ci.yml", True),
        ("scripts/test.sh", True),
        ("Makefile", True),
        ("services/api/api/app.py", False),
        ("docs/workflows/ci.yml", False),
    ],
)
def test_the_files_that_start_it(path: str, wanted: bool) -> None:  # noqa: FBT001
    assert bool(re.search(HOOKS[0]["files"], path)) is wanted
