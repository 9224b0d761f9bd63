"""TL001 of what Compose says: no secrets in it, and nothing that a value could mend."""

from __future__ import annotations

import os
import shutil
import sys
from pathlib import Path

import pytest

from taskslib.cancellation import Cancellation
from taskslib.lint.answers import Refusal
from taskslib.lint.compose import Compose, Refusals
from taskslib.lint.files import Files
from taskslib.lint.formats import FORMATS
from taskslib.lint.gather import Repo, gather
from taskslib.project import load
from taskslib.project.config import read_config
from tests.support.projects import Ran, inv, single, write
from tests.unit.lint.cases import project

TEST = "deploy/test/docker-compose.yml"
ENV = "deploy/test/.env"
EXAMPLE = f"{ENV}.example"
WEB = "services:\n  web:\n    image: x:1\n"
needs_docker = pytest.mark.skipif(shutil.which("docker") is None, reason="asks Compose itself")


def repo(root: Path, files: Files | None = None) -> Repo:
    return gather(load(root), read_config(root, {}), files or Files(root))


def refusals(root: Path, **variables: str) -> Refusals:
    return Compose({**os.environ, **variables}, Cancellation()).refusals(repo(root))


def refused(root: Path, **variables: str) -> list[tuple[str, int, str]]:
    return [(one.path, one.line, one.problem) for one in refusals(root, **variables).found]


OF_NAME = "this is no variable, and Compose reads nothing of the file"
OF_QUOTE = "the quote before the value of A never ends, and Compose reads nothing"


@needs_docker
@pytest.mark.parametrize("path", [ENV, "deploy/test/a.env"])
@pytest.mark.parametrize(
    ("text", "line", "problem"),
    [
        ("X=1\nA='s3cr3t\n", 2, OF_QUOTE),
        ('A="s3cr3t\nB=1\n', 1, OF_QUOTE),
        ("A@B=s3cr3t\n", 1, OF_NAME),
        ("A=x\ns3cr3t word\n", 2, OF_NAME),
        ("A=${s3cr3t\n", 1, "it cannot read this file with variables"),
    ],
)
def test_of_files_with_variables_nothing_is_quoted(
    tmp_path: Path, path: str, text: str, line: int, problem: str
) -> None:
    root = project(tmp_path, {TEST: f"{WEB}    env_file: a.env\n", path: text})
    assert refused(root) == [(path, line, problem)]


@needs_docker
def test_of_several_files_with_variables_the_one_that_is_meant_is_not_guessed(
    tmp_path: Path,
) -> None:
    files = {"deploy/test/a.env": "A=${s3cr3t\n", "deploy/test/b.env": "B=1\n"}
    root = project(tmp_path, {TEST: f"{WEB}    env_file: [a.env, b.env]\n", **files})
    assert refused(root) == [(TEST, 1, "it cannot read one of the files with variables")]


@needs_docker
@pytest.mark.parametrize("format_", FORMATS)
def test_no_format_has_a_secret(tmp_path: Path, format_: str) -> None:
    root = write(tmp_path, single(**{TEST: WEB, ENV: "TOKEN='s3cr3t-value\n"}))
    ran = inv(root, "lint", "--rule", "TL001", "--format", format_)
    assert ran.code == 1
    assert "the quote before the value of TOKEN never ends" in ran.out
    assert "s3cr3t" not in f"{ran}"
    assert "taskslib-lint-" not in f"{ran}"


@needs_docker
@pytest.mark.parametrize("value", ["s3cr3t", "80/s3cr3t", "s3cr3t:80"])
def test_values_are_their_names_in_what_is_said_of_a_compose_file(
    tmp_path: Path, value: str
) -> None:
    ports = f'{WEB}    ports: ["${{PORT}}:80"]\n'
    root = project(tmp_path / "file", {TEST: ports, ENV: f"PORT={value}\n"})
    other = project(tmp_path / "environment", {TEST: ports})
    for told in (refused(root), refused(other, PORT=value)):
        ((path, _, problem),) = told
        assert path == TEST
        assert "s3cr3t" not in problem
        assert "${PORT}" in problem


VALUES = (
    'volumes: ["${DATA_DIR}:/var/lib/postgresql/data"]',
    'volumes: ["${DATA:?}:/b"]',
    'volumes: ["${A}:${B}:ro"]',
    'ports: ["${BIND:?}:${PORT:?}:8000"]',
    "networks: ['${NET:?}']",
    "secrets: ['${S}']",
    "depends_on: ['${DB}']",
    "depends_on: ['${DB:-${OTHER}}']",
    "init: '${INIT}'",
)


@needs_docker
@pytest.mark.parametrize("line", VALUES)
def test_what_a_value_could_mend_is_no_error(tmp_path: Path, line: str) -> None:
    root = project(tmp_path, {TEST: f"{WEB}    {line}\n"})
    assert refused(root) == []
    write(root, {TEST: f"{WEB}    {line}\n    expose: 80\n"})
    assert refused(root) == [(TEST, 5, "services.web.expose must be a list")]


@needs_docker
def test_paths_are_those_of_the_repo(tmp_path: Path) -> None:
    root = project(tmp_path, {TEST: "services:\n  web:\n    extends: {service: nope}\n"})
    words = f'cannot extend service "web" in {TEST}: service "nope" not found'
    assert [one[2] for one in refused(root)] == [words]


@needs_docker
def test_values_are_those_of_the_example(tmp_path: Path) -> None:
    text = f'{WEB}    volumes: ["${{DATA_DIR}}:/data"]\n    ports: ["x:80"]\n'
    root = project(tmp_path, {TEST: text, EXAMPLE: "DATA_DIR=/srv/data\n"})
    assert refused(root) == [(TEST, 5, "Invalid hostPort: x")]
    write(root, {TEST: text.replace("x:80", "80")})
    assert refused(root) == []
    write(root, {ENV: "DATA_DIR=data\n"})  # what is set counts, not the example
    words = 'service "web" refers to undefined volume ${DATA_DIR}'
    assert [one[2] for one in refused(root)] == [words.replace("${DATA_DIR}", "data")]


@needs_docker
def test_what_a_run_gives_by_itself_is_no_value_that_is_missing(tmp_path: Path) -> None:
    text = f'{WEB}    hostname: "${{TEST_INSTANCE_ID}}-${{COMPOSE_PROJECT_NAME}}"\n'
    root = project(tmp_path, {TEST: f'{text}    # "${{MORE}}"\n    ports: ["x:80"]\n'})
    assert refused(root) == [(TEST, 6, "Invalid hostPort: x")]


@needs_docker
@pytest.mark.parametrize("line", VALUES[1::3])
def test_a_fix_is_guarded_where_values_are_missing(tmp_path: Path, line: str) -> None:
    root = project(tmp_path, {TEST: f"{WEB}    {line}\n"})
    compose = Compose(dict(os.environ), Cancellation())
    before = Files(root)

    def refuses(more: str) -> bool:
        after = before.with_changes({TEST: f"{WEB}    {line}\n    {more}\n"})
        return compose.refuses(repo(root, before), repo(root, after))

    assert refuses("read_only: true") is False
    assert refuses("expose: 80") is True


@needs_docker
def test_an_empty_variable_of_the_machine_is_none(tmp_path: Path) -> None:
    root = project(tmp_path, {TEST: "services: {web: {image: 'x:${VERSION:?set it}'}}\n"})
    assert refused(root, VERSION="") == []
    write(root, {ENV: "VERSION=\n"})
    assert refused(root) == []
    write(root, {TEST: "services: {web: {image: 'x:${VERSION:?set it}', expose: 80}}\n"})
    assert refused(root, VERSION="") == [(TEST, 1, "services.web.expose must be a list")]


@pytest.mark.skipif(sys.platform == "win32", reason="a script is no program there")
@pytest.mark.parametrize(
    "text",
    [
        f"include: ['https://example.com/x.git']\n{WEB}",
        f"include: ['oci://example.com/x']\n{WEB}",
        f"include: ['${{MORE}}']\n{WEB}",
        "services:\n  web:\n    extends: {file: 'git@example.com:x.git', service: web}\n",
    ],
)
def test_what_is_elsewhere_is_not_asked_about(tmp_path: Path, text: str) -> None:
    """The program refuses all of the repo's."""
    script = "[ -f compose.yml ] || { echo no >&2; exit 1; }"
    program = write(tmp_path / "bin", {"docker": f"#!/bin/sh\n{script}\n"}) / "docker"
    program.chmod(0o755)
    path = os.pathsep.join((str(program.parent), os.environ["PATH"]))
    root = project(tmp_path / "shop", {TEST: text, "deploy/dev/compose.yml": WEB})
    assert refusals(root, PATH=path) == Refusals(
        (Refusal("deploy/dev/compose.yml", 1, "no"),), 1, 1
    )


def without_docker(root: Path) -> Ran:
    return inv(root, "lint", "--rule", "TL001", PATH=str(Path(sys.executable).parent))


def test_that_compose_is_not_there_is_said(tmp_path: Path) -> None:
    root = write(tmp_path, single(**{TEST: WEB}))
    note = "Compose was not asked about the one stack: `docker compose` is not there\n"
    assert without_docker(root) == Ran(0, f"{note}no findings in 2 files\n", "")
    many = {f"services/s{number}/deploy/test/compose.yml": WEB for number in range(70)}
    write(root, {**many, **{f"services/s{number}/Dockerfile": "" for number in range(70)}})
    note = "Compose was not asked about any of 71 stacks: `docker compose` is not there\n"
    assert without_docker(root).out.startswith(note)
