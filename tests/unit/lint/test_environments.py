"""Which environment a Compose file is for: by its place, its name, the configuration."""

from __future__ import annotations

from pathlib import Path

import pytest

from taskslib.lint.files import Files
from taskslib.lint.gather import gather
from taskslib.project import load
from taskslib.project.config import read_config
from tests.unit.lint.cases import found as findings
from tests.unit.lint.cases import mended, project

WEB = "services: {web: {image: x}}\n"


@pytest.mark.parametrize(
    ("files", "stacks"),
    [
        (
            [
                "deploy/dev/compose.yaml",
                "deploy/test/docker-compose.yml",
                "deploy/prod/compose.yml",
            ],
            {
                ("test", "", "deploy/test/docker-compose.yml"),
                ("dev", "", "deploy/dev/compose.yaml"),
                ("prod", "", "deploy/prod/compose.yml"),
            },
        ),
        (
            ["services/api/Dockerfile", "services/api/deploy/test/compose.yml"],
            {("test", "api", "services/api/deploy/test/compose.yml")},
        ),
        (
            ["deploy/prod/compose.yml", "deploy/prod/compose.extra.yml"],
            {
                ("prod", "", "deploy/prod/compose.yml"),
                ("prod", "", "deploy/prod/compose.yml deploy/prod/compose.extra.yml"),
            },
        ),
        (
            ["compose.yml", "compose.test.yml", "docker-compose.prod.yaml"],
            {
                (None, "", "compose.yml"),
                ("test", "", "compose.yml compose.test.yml"),
                ("prod", "", "docker-compose.prod.yaml"),
            },
        ),
    ],
)
def test_by_place_and_name(
    tmp_path: Path, files: list[str], stacks: set[tuple[str | None, str, str]]
) -> None:
    assert found(project(tmp_path, dict.fromkeys(files, WEB))) == stacks


def test_by_configuration(tmp_path: Path) -> None:
    config = '[tool.taskslib]\nstack = "one.yml"\ndev_stack = "docker-compose.yml"\n'
    names = ("one.yml", "docker-compose.yml", "deploy/test/compose.yml", "services/a/t.yml")
    own = '[tool.taskslib.service.a]\nstack = "t.yml"\n'
    files = {
        **dict.fromkeys(names, WEB),
        "pyproject.toml": config + own,
        "services/a/Dockerfile": "",
    }
    assert found(project(tmp_path, files)) == {
        ("test", "", "one.yml"),
        ("dev", "", "docker-compose.yml"),
        ("test", "a", "services/a/t.yml"),
    }


BASE = "services:\n  db:\n    image: redis:7\n    volumes: ['data:/data']\n    restart: always\n"
EXTENDS = "services:\n  db: {extends: {file: ../base.yml, service: db}}\n"


@pytest.mark.parametrize(
    "files",
    [
        {"compose.yml": BASE, "compose.test.yml": "services: {db: {init: true}}\n"},
        {
            "deploy/base.yml": BASE,
            "deploy/test/compose.yml": EXTENDS,
            "deploy/prod/compose.yml": EXTENDS,
        },
        {
            "deploy/base.yml": BASE,
            "deploy/test/compose.yml": "include: [../base.yml]\n",
            "deploy/prod/compose.yml": "include: [../base.yml]\n",
        },
    ],
    ids=["override", "extends", "include"],
)
def test_a_file_that_others_have_too_is_not_mended_for_one(
    tmp_path: Path, files: dict[str, str]
) -> None:
    """Production's data in memory, its restart policy gone."""
    root = project(tmp_path, files)
    named = {(one.rule, one.path) for one in findings(root, "TL201", "TL403")}
    base = next(path for path, text in files.items() if text == BASE)
    assert named == {("TL201", base), ("TL403", base)}
    assert mended(root, "TL201", "TL403") == {}


def found(root: Path) -> set[tuple[str | None, str, str]]:
    repo = gather(load(root), read_config(root, {}), Files(root))
    return {(one.environment, one.service, " ".join(one.files)) for one in repo.stacks}
