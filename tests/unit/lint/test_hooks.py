"""The hooks that pre-commit reads: commands that exist, for files that lint looks at."""

from __future__ import annotations

import posixpath
import re
from pathlib import Path

import pytest
from ruamel.yaml import YAML

from taskslib.lint.files import Files
from taskslib.lint.gather import OF_SERVICES, SCRIPTS, WORKFLOWS, gather
from taskslib.lint.placing import COMPOSE_FILES
from taskslib.project import load
from taskslib.project.config import read_config
from tests.support.projects import inv, single, write
from tests.unit.lint.cases import project

ROOT = Path(__file__).parents[3]
HOOKS = YAML(typ="safe").load((ROOT / ".pre-commit-hooks.yaml").read_text("utf-8"))


@pytest.mark.parametrize("hook", HOOKS, ids=lambda hook: str(hook["id"]))
def test_a_hook_is_a_command_that_runs(tmp_path: Path, hook: dict[str, str]) -> None:
    program, *arguments = hook["entry"].split()
    write(tmp_path, single(Dockerfile="FROM python:3.13-slim\nUSER nobody\n"))
    assert inv(tmp_path, *arguments, program=program).code == 0
    assert not hook["pass_filenames"]


SCRIPT = "#!/bin/sh\ntrue\n"
IMAGE = "services: {x: {image: 'x:1'}}\n"


def example(folder: str, pattern: str) -> str:
    """Return a file that a pattern in a folder is about."""
    name = pattern.replace("**/*", "some/thing").replace("y*ml", "yml").replace("*", "x")
    return posixpath.normpath(f"{folder}/{name}")


def test_whatever_lint_reads_starts_it(tmp_path: Path) -> None:
    places = [*SCRIPTS.items()]
    places += [(f"services/api/{folder}", names) for folder, names in OF_SERVICES.items()]
    scripts = [example(folder, one) for folder, names in places for one in names]
    workflows = [example(folder, one) for folder in WORKFLOWS for one in ("*.yml", "*.yaml")]
    folders = (".", "deploy/test", "deploy/prod", "services/api", "services/api/deploy/dev")
    stacks = [example(folder, one) for folder in folders for one in COMPOSE_FILES]
    first = ("deploy/test/docker-compose.yml", "services/api/deploy/dev/compose.yaml")
    more = {
        "deploy/prod/compose.yml": "include: [../db.yml]\n",
        "deploy/db.yml": "services: {db: {build: {context: ., dockerfile: db.Dockerfile}}}\n",
        "deploy/db.Dockerfile": "FROM x\n",
        "services/api/Dockerfile": "FROM x\n",
    }
    root = project(
        tmp_path,
        {
            **dict.fromkeys(scripts, SCRIPT),
            **dict.fromkeys((*stacks, *first), IMAGE),
            **dict.fromkeys(workflows, "on: push\n"),
            **more,
        },
    )
    read = set(gather(load(root), read_config(root, {}), Files(root)).sources())
    assert {*scripts, *stacks, *first, *workflows, *more} == read
    starts = re.compile(HOOKS[0]["files"])
    assert [path for path in sorted(read) if not starts.search(path)] == []
    assert HOOKS[1]["files"] == HOOKS[0]["files"]


@pytest.mark.parametrize(
    "path",
    [
        "services/api/api/app.py",
        "docs/workflows/ci.yml",
        "services/api/bin/tool",
        "manuscripts/one",
        "docs/Makefile.md",
        "sub/.gitlab-ci.yml",
    ],
)
def test_what_it_does_not_read_does_not(path: str) -> None:
    assert not re.search(HOOKS[0]["files"], path)


@pytest.mark.parametrize("path", [".dockerignore", "services/api/Dockerfile.dockerignore"])
def test_what_is_only_looked_up_starts_it_too(path: str) -> None:
    assert re.search(HOOKS[0]["files"], path)
