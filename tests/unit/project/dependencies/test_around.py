"""What a repo depends on that is a folder of a git repository, and on what is around it there."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from taskslib.events import Stage
from taskslib.project.changes import changes, earlier
from taskslib.project.dependencies.affected import affected
from tests.support.projects import repository, write
from tests.unit.project.dependencies.support import dependencies, library, service, unknown

AROUND = {"shared/code.py": "", "shared/package.json": '{"name": "shared"}', "web/code.ts": ""}


def hit(root: Path, files: dict[str, str], *changed: str) -> set[str]:
    """Return which suites of the project in `backend` are affected by files of the repository."""
    inner = {f"backend/{path}": text for path, text in files.items()}
    repository(write(root, {**inner, **AROUND})).git.checkout("-b", "feature")
    write(root, dict.fromkeys(changed, "{}"))
    backend = root / "backend"
    differing = changes(backend, os.environ)
    found = affected(
        dependencies(backend, {}),
        differing,
        lambda path: earlier(backend, os.environ, differing, path),
    )
    return {str(suite) for suite in found.suites}


@pytest.mark.parametrize(
    "files",
    [
        {"services/a/pyproject.toml": "[tool.uv.sources]\nx = {path = '../../../shared'}"},
        {"services/a/pyproject.toml": "[tool.uv.sources]\nx = {workspace = true}"},
        {"services/a/package.json": '{"dependencies": {"x": "file:../../../shared"}}'},
        {"services/a/requirements.txt": "-e ../../../shared"},
        {"services/a/requirements.txt": "-r ../../../shared/requirements.txt"},
        {"pyproject.toml": "[tool.taskslib.service.a]\ninputs = ['../shared/*.json']"},
    ],
)
def test_who_depends_on_what_is_around(tmp_path: Path, files: dict[str, str]) -> None:
    files = {**library("a"), **library("b"), **files}
    assert hit(tmp_path, files, "shared/package.json") == {"a:unit"}


def test_an_input_around_is_that_alone(tmp_path: Path) -> None:
    config = {"pyproject.toml": "[tool.taskslib.service.a]\ninputs = ['../shared']"}
    assert hit(tmp_path, {**library("a"), **config}, "web/code.ts") == set()


@pytest.mark.parametrize(
    "stack",
    [
        "services: {a: {build: {context: ../../../../.., dockerfile: backend/Dockerfile}}}",
        "services: {a: {image: a, volumes: ['../../../../../shared:/shared']}}",
    ],
)
def test_stacks_made_from_what_is_around(tmp_path: Path, stack: str) -> None:
    compose = {"services/a/deploy/test/docker-compose.yml": stack}
    assert hit(tmp_path, {**service("a"), **compose}, "shared/code.py") == {"a:service"}


@pytest.mark.skipif(os.name == "nt", reason="links need a privilege there")
def test_links_to_what_is_around(tmp_path: Path) -> None:
    (tmp_path / "backend" / "services" / "a").mkdir(parents=True)
    (tmp_path / "backend" / "services" / "a" / "shared").symlink_to("../../../shared")
    assert hit(tmp_path, {**library("a"), **library("b")}, "shared/code.py") == {"a:unit"}


def test_what_is_around_is_nobodys(tmp_path: Path) -> None:
    files = {**library("a"), **service("b", "FROM x\nCOPY . /\n")}
    assert hit(tmp_path, files, "shared/package.json", "web/code.ts", "new.txt") == set()


def test_a_member_of_a_workspace_that_is_not_there_is_unknown(tmp_path: Path) -> None:
    sources = "[tool.uv.sources]\nx = {workspace = true}"
    found = dependencies(tmp_path, library("a", **{"pyproject.toml": sources}))
    assert unknown(found, "a", Stage.UNIT) == ("services/a/pyproject.toml: x is not in the repo",)
