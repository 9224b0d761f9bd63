"""TL001: what a stack names and the repo does not have, and what is only missing here."""

from __future__ import annotations

import shutil
from pathlib import Path

import git
import pytest

from tests.unit.lint.cases import found, project

PATH = "deploy/test/compose.yml"
WEB = "services:\n  web:\n    image: x:1\n"
BUILT = "services:\n  billing:\n    build: {}\n"


def said(root: Path) -> list[tuple[str, int, str]]:
    return [(one.path, one.line, one.message) for one in found(root, "TL001")]


@pytest.mark.parametrize(
    ("env_file", "line"),
    [("missing.env", 4), ("[there.env, missing.env]", 4), ("\n      - path: missing.env", 5)],
)
def test_a_file_with_variables_that_is_not_there(tmp_path: Path, env_file: str, line: int) -> None:
    text = f"{WEB}    env_file: {env_file}\n"
    root = project(tmp_path, {PATH: text, "deploy/test/there.env": "A=1\n"})
    words = "web: its env_file deploy/test/missing.env is not there"
    assert said(root) == [(PATH, line, words)]
    project(root, {"deploy/test/missing.env": ""})
    assert said(root) == []


@pytest.mark.parametrize(
    ("env_file", "beside"),
    [
        (".env", ".env.example"),
        (".env.local", ".env.example"),
        ("web.env", "web.env.sample"),
        ("{path: web.env, required: false}", ""),
        ("${ELSEWHERE}/web.env", ""),
        ("/etc/web.env", ""),
        ("~/web.env", ""),
        ("../../../web.env", ""),
        ("secret.env", ".gitignore"),
    ],
)
def test_one_that_each_has_of_their_own_is_not_missed(
    tmp_path: Path, env_file: str, beside: str
) -> None:
    text = f"{WEB}    env_file:\n      - {env_file}\n"
    more = {f"deploy/test/{beside}": "secret.env\n"} if beside else {}
    root = project(tmp_path / "shop", {PATH: text, **more})
    git.Repo.init(root)
    assert said(root) == []


def test_a_path_counts_from_the_file_that_names_it(tmp_path: Path) -> None:
    base = "services: {base: {image: x:1, env_file: [one.env], build: web}}\n"
    extends = "services:\n  web:\n    extends: {file: ../base.yml, service: base}\n"
    more = {"deploy/one.env": "", "deploy/web/Dockerfile": "FROM x:1\n"}
    root = project(tmp_path, {PATH: extends, "deploy/base.yml": base, **more})
    assert said(root) == []


def test_another_projects_folder_is_not_known(tmp_path: Path) -> None:
    include = "include: [{path: ../base.yml, project_directory: ../..}]\n"
    base = "services: {web: {image: x:1, env_file: one.env}}\n"
    assert said(project(tmp_path, {PATH: include, "deploy/base.yml": base})) == []


@pytest.mark.parametrize("build", ["../../services/billing", "{context: ../../services/billing}"])
def test_what_is_built_of_a_folder_that_was_removed(tmp_path: Path, build: str) -> None:
    files = {PATH: BUILT.format(build), "deploy/prod/compose.yml": BUILT.format(build)}
    root = project(tmp_path, {**files, "services/billing/Dockerfile": "FROM x:1\n"})
    assert said(root) == []
    shutil.rmtree(root / "services/billing")
    words = "billing: its build context services/billing is not there"
    assert said(root) == [(path, 3, words) for path in sorted(files)]


def test_a_dockerfile_that_is_not_there(tmp_path: Path) -> None:
    build = "\n      context: ../..\n      dockerfile: docker/Dockerfile\n"
    root = project(tmp_path, {PATH: BUILT.format(build)})
    words = "billing: its Dockerfile docker/Dockerfile is not there"
    assert said(root) == [(PATH, 5, words)]


@pytest.mark.parametrize(
    "build",
    [
        "https://github.com/acme/x.git#main",
        "git@github.com:acme/x.git",
        "${WHERE}",
        "../../../elsewhere",
        "/srv/elsewhere",
        "~/elsewhere",
        "../../submodule",
        "../../submodule/below",
        "../../ignored/below",
        "{context: ., dockerfile_inline: FROM x:1}",
        "{context: ., dockerfile: ../../../Dockerfile}",
    ],
)
def test_what_is_built_of_something_elsewhere_or_not_fetched_yet(
    tmp_path: Path, build: str
) -> None:
    submodule = '[submodule "x"]\n\tpath = submodule\n\turl = ../x.git\n'
    more = {".gitignore": "/ignored/\n", ".gitmodules": submodule}
    root = project(tmp_path / "shop", {PATH: BUILT.format(build), **more})
    (root / "submodule").mkdir()
    git.Repo.init(root)
    assert said(root) == []


def test_a_volume_that_is_a_drive_for_compose(tmp_path: Path) -> None:
    mounts = 'volumes: ["d:/data", "c:/other", "e:data", "data:/d"]\n'
    root = project(tmp_path, {PATH: f"{WEB}    {mounts}volumes: {{d: , e: , data: }}\n"})
    words = "web: d:/… is a path on a Windows drive for Compose, and not the volume d"
    assert said(root) == [(PATH, 4, words)]
