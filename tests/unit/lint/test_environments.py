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
        (
            [
                "deploy/staging/compose.yml",
                "deploy/eu-test/compose.yml",
                "deploy/local/compose.yml",
                "deploy/prod/compose.yml",
                "services/api/Dockerfile",
                "services/api/deploy/live/compose.yml",
            ],
            {
                ("prod", "", "deploy/staging/compose.yml"),
                ("test", "", "deploy/eu-test/compose.yml"),
                ("dev", "", "deploy/local/compose.yml"),
                ("prod", "", "deploy/prod/compose.yml"),
                ("prod", "api", "services/api/deploy/live/compose.yml"),
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


def test_what_others_include_is_no_environment_of_its_own(tmp_path: Path) -> None:
    prod = "include: [../base/compose.yml]\n"
    files = {"deploy/base/compose.yml": WEB, "deploy/prod/compose.yml": prod}
    assert found(project(tmp_path, files)) == {("prod", "", "deploy/prod/compose.yml")}


def test_each_environment_has_its_own_machine_and_may_be_a_part(tmp_path: Path) -> None:
    """One host port in prod and staging; no api in what watches the others."""
    web = "services: {web: {image: 'x:1', ports: ['80:80']}}\n"
    paths = ("deploy/prod/compose.yml", "deploy/staging/compose.yml")
    more = {"deploy/monitoring/compose.yml": WEB, "services/web/Dockerfile": "FROM x:1\n"}
    root = project(tmp_path, {**dict.fromkeys(paths, web), **more})
    assert findings(root, "TL104", "TL804") == ()
    project(root, {paths[1]: web.replace("'80:80'", "'80:80', '127.0.0.1:80:81'")})
    assert [(one.rule, one.path) for one in findings(root, "TL104")] == [("TL104", paths[1])]


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
