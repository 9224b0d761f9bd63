"""TL001: what Compose itself does not take, asked where it is there."""

from __future__ import annotations

import os
import shutil
import sys
from pathlib import Path

import pytest

from taskslib.cancellation import Cancellation
from taskslib.lint.answers import Refusal
from taskslib.lint.compose import MOST, Compose
from taskslib.lint.environments import Environment
from taskslib.lint.files import Files
from taskslib.lint.gather import gather
from taskslib.project import load
from taskslib.project.config import read_config
from tests.support.malformed import MALFORMED
from tests.support.projects import TASKS, Ran, inv, single, write
from tests.unit.lint.cases import project

TEST = "deploy/test/docker-compose.yml"
WEB = "services:\n  web:\n    image: x:1\n"
DB = "  db:\n    image: x:1\n"
LOOKED_UP = (
    "empty", "comments", "a list", "brackets", "tab", "twice", "name of a service",
    "undefined service", "cycle", "line of one of two",
)  # fmt: skip
"""What we find ourselves, so that Compose need not be asked."""
OF_THE_MACHINE = ("no services", "unset", "env_file")
"""What is missing here and now, and nothing that is wrong with the files."""
ASKED = [one for one in MALFORMED if one not in (*LOOKED_UP, *OF_THE_MACHINE)]
needs_docker = pytest.mark.skipif(shutil.which("docker") is None, reason="asks Compose itself")
needs_scripts = pytest.mark.skipif(sys.platform == "win32", reason="a script is no program there")


def refusals(root: Path, only: Environment | None = None, **variables: str) -> list[Refusal]:
    repo = gather(load(root), read_config(root, {}), Files(root))
    asked = Compose({**os.environ, **variables}, Cancellation())
    return [*asked.refusals(repo, only).found]


def program(folder: Path, script: str) -> str:
    """Write a program that is taken for Docker; return the PATH that has it."""
    path = write(folder, {"docker": f"#!/bin/sh\n{script}\n"}) / "docker"
    path.chmod(0o755)
    return os.pathsep.join((str(folder), os.environ["PATH"]))


@needs_docker
@pytest.mark.parametrize("name", ASKED)
def test_what_compose_refuses_is_said_with_its_line(tmp_path: Path, name: str) -> None:
    one = MALFORMED[name]
    override = TEST.replace(".yml", ".override.yml")
    files = {TEST: one.text, **({override: one.override} if one.override is not None else {})}
    (told,) = refusals(project(tmp_path, files))
    expected = one.told.replace("OVERRIDE", override).replace("FILE", TEST)
    assert f"{told.path}:{told.line}: {told.problem}" == expected.removesuffix(
        ": invalid compose project"
    )


@needs_docker
@pytest.mark.parametrize(
    "files",
    [
        *({TEST: MALFORMED[one].text} for one in OF_THE_MACHINE),
        {TEST: f"{WEB}    env_file: [/etc/nowhere.env, more/one.env]\n"},
        {TEST: f'{WEB}    ports: ["${{PORT}}:80"]\n    healthcheck: {{interval: "${{EVERY}}"}}\n'},
        {TEST: f'{WEB}    volumes: ["${{PREFIX}}data:/data"]\nvolumes: {{data: {{}}}}\n'},
        {TEST: "services:\n  web:\n    init: true\n    image: ${IMAGE}\n"},
        {TEST: f"{WEB}    env_file: ./\n"},
        {TEST: f"{WEB}    profiles: [x]\n    depends_on: [db]\n{DB}    profiles: [y]\n"},
    ],
    ids=lambda files: " ".join(files[TEST].split())[-40:],
)
def test_what_is_of_this_machine_is_not_held_against_it(
    tmp_path: Path, files: dict[str, str]
) -> None:
    assert refusals(project(tmp_path, files)) == []


@needs_docker
@pytest.mark.parametrize(
    ("more", "line", "problem"),
    [
        ('    ports: ["80", "81:x"]\n', 4, "Invalid containerPort: x"),
        ('    expose: ["99999"]\n    ports:\n      - "99999:80"\n', 6, "Invalid hostPort: 99999"),
        ('    ports: ["80/foo"]\n', 4, "Invalid proto: foo"),
        ('    healthcheck:\n      interval: "5"\n', 5, "missing unit in duration"),
    ],
)
def test_what_compose_says_without_a_line_has_one(
    tmp_path: Path, more: str, line: int, problem: str
) -> None:
    (told,) = refusals(project(tmp_path, {TEST: WEB + more}))
    assert (told.path, told.line) == (TEST, line)
    assert problem in told.problem


@needs_docker
def test_included_files_and_files_of_variables_are_named_themselves(tmp_path: Path) -> None:
    files = {
        TEST: f"include: [../db.yml]\n{WEB}    env_file: a.env\n",
        "deploy/db.yml": "services:\n  db:\n    image: x:1\n    ports: 80\n",
    }
    root = project(tmp_path, files)
    assert refusals(root) == [Refusal("deploy/db.yml", 4, "services.db.ports must be a list")]
    write(
        root, {"deploy/db.yml": "services: {db: {image: 'x:1'}}\n", "deploy/test/a.env": "A b=1\n"}
    )
    words = "this is no variable, and Compose reads nothing of the file"
    assert refusals(root) == [Refusal("deploy/test/a.env", 1, words)]


@needs_docker
def test_the_command_line_says_it_and_a_fix_makes_none(tmp_path: Path) -> None:
    nobody = "FROM python:3.13-slim\nUSER nobody\n"
    bad = f'{WEB}    ports: ["x:80"]\n    restart: always\n'
    root = write(tmp_path, single(Dockerfile=nobody, **{TEST: bad}))
    said = (
        f"{TEST}:4:1: error TL001 Compose refuses this: Invalid hostPort: x\n"
        f"    hint: docker compose -f {TEST} config says what Compose makes of it\n"
    )
    ran = inv(root, "lint", "--rule", "TL001")
    assert ran == Ran(1, f"{said}1 error in 2 files\n", "")
    assert inv(root, "lint", "--rule", "TL403").out.startswith(f"{TEST}:5:5: warning TL403")
    assert "TL001" not in inv(root, "lint", "--env", "dev").out


def test_without_docker_references_are_looked_up(tmp_path: Path) -> None:
    text = f"{WEB}    ports: ['x:80']\n    depends_on: [db]\n"
    root = write(tmp_path, single(**{TEST: text}))
    beside = str(Path(sys.executable).parent)
    ran = inv(root, "lint", "--rule", "tl001", PATH=beside)
    words = 'Compose refuses this: service "web" depends on undefined service "db"'
    assert ran.out.startswith(f"{TEST}:5:1: error TL001 {words}\n")
    assert ran.out.endswith("1 error in 2 files\n")


@needs_scripts
@pytest.mark.parametrize("said", ["docker: unknown command: docker compose", "no profile '*'"])
def test_docker_without_compose_or_with_another_says_nothing(tmp_path: Path, said: str) -> None:
    path = program(tmp_path / "bin", f'echo "{said}" >&2; exit 1')
    assert refusals(project(tmp_path / "shop", {TEST: WEB}), PATH=path) == []


@needs_scripts
def test_it_is_asked_once_about_each_stack_and_not_about_what_is_known(tmp_path: Path) -> None:
    asked = tmp_path / "asked"
    path = program(tmp_path / "bin", f'echo "$*" >> {asked}')
    files = {
        TEST: WEB,
        "deploy/dev/compose.yml": WEB,
        "deploy/prod/compose.yml": f"{WEB}    depends_on: [nobody]\n",
        "services/a/Dockerfile": "",
        "services/a/deploy/test/compose.yml": WEB,
    }
    root = project(tmp_path / "shop", files)
    assert refusals(root, PATH=path) == []
    lines = sorted(asked.read_text("utf-8").splitlines())
    about = [line.partition(" -f ")[2].partition(" ")[0] for line in lines]
    assert sorted(about) == [
        "deploy/dev/compose.yml", TEST, "services/a/deploy/test/compose.yml",
    ]  # fmt: skip
    asked.unlink()
    assert refusals(root, Environment.DEV, PATH=path) == []
    assert len(asked.read_text("utf-8").splitlines()) == 1


@needs_scripts
def test_of_very_many_stacks_it_is_said_that_not_all_were_asked(tmp_path: Path) -> None:
    asked = tmp_path / "asked"
    path = program(tmp_path / "bin", f"echo x >> {asked}")
    names = [f"services/s{number}" for number in range(MOST + 2)]
    stacks = {f"{one}/deploy/test/compose.yml": WEB for one in names}
    files = {**stacks, **{f"{one}/Dockerfile": "FROM x:1\n" for one in names}}
    root = write(tmp_path / "shop", {**TASKS, **files})
    ran = inv(root, "lint", "--rule", "TL001", PATH=path)
    assert ran.out == (
        f"of 2 of {MOST + 2} stacks Compose was not asked: inv config shows what it says\n"
        f"no findings in {2 * len(names)} files\n"
    )
    assert len(asked.read_text("utf-8").splitlines()) == MOST
