"""The environments of a repo, and the `.env` of each: made once, never changed."""

from __future__ import annotations

import stat
import sys
from pathlib import Path

import pytest

from taskslib.errors import UsageError
from taskslib.project.environments import (
    env_file,
    env_notes,
    env_troubles,
    environment,
    environments,
    make_env,
    needless,
)
from taskslib.project.model import Stack
from tests.support.projects import write

COMPOSE = "services: {web: {image: 'x:1'}}\n"
EXAMPLE = "# Where.\nA=1\nexport B='two # words'\nC=\n"
DEV = "deploy/dev"


@pytest.fixture
def dev(tmp_path: Path) -> Stack:
    write(tmp_path, {f"{DEV}/compose.yaml": COMPOSE, f"{DEV}/.env.example": EXAMPLE})
    return environment(tmp_path, "dev")


def test_a_folder_with_a_compose_file_is_one(tmp_path: Path) -> None:
    assert environments(tmp_path) == {}
    files = ("dev/docker-compose.yml", "prod/compose.yaml", "prod/compose.override.yaml")
    write(tmp_path, {f"deploy/{name}": COMPOSE for name in (*files, "offline/a.Dockerfile")})
    found = environments(tmp_path)
    assert list(found) == ["dev", "prod"]
    assert [file.name for file in found["prod"].files] == ["compose.yaml", "compose.override.yaml"]


def test_one_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="no environment 'dev'") as none:
        environment(tmp_path, "dev")
    assert none.value.hint == (
        "it takes a file deploy/dev/docker-compose.yml; "
        "environments: none (folders of deploy/ with a Compose file)"
    )
    write(tmp_path, {f"{DEV}/compose.yaml": COMPOSE})
    with pytest.raises(UsageError) as close:
        environment(tmp_path, "dve")
    assert close.value.hint == "did you mean 'dev'? environments: dev"


def test_env_is_made_of_its_example(dev: Stack, tmp_path: Path) -> None:
    made = make_env(dev)
    assert made == env_file(dev)
    assert made is not None
    assert made.path.read_text("utf-8") == EXAMPLE
    assert made.values == {"A": "1", "B": "two # words", "C": ""}
    assert env_notes(made, tmp_path) == ()
    if sys.platform != "win32":
        assert stat.S_IMODE(made.path.stat().st_mode) == 0o600


def test_env_is_never_overwritten(dev: Stack, tmp_path: Path) -> None:
    write(tmp_path, {f"{DEV}/.env": "A=mine\n"})
    assert make_env(dev) is None
    assert (tmp_path / DEV / ".env").read_text("utf-8") == "A=mine\n"


def test_a_folder_in_its_stead_is_said(dev: Stack, tmp_path: Path) -> None:
    (tmp_path / DEV / ".env").mkdir()
    assert make_env(dev) is None
    assert env_troubles(dev, tmp_path) == (
        "deploy/dev/.env is a folder, so nothing of it counts; hint: remove it",
    )
    assert env_notes(env_file(dev), tmp_path) == ()


@pytest.mark.skipif(sys.platform == "win32", reason="links need a privilege there")
def test_a_link_that_leads_nowhere_is_the_users_too(dev: Stack, tmp_path: Path) -> None:
    (tmp_path / DEV / ".env").symlink_to(tmp_path / "elsewhere")
    assert make_env(dev) is None
    assert not (tmp_path / "elsewhere").exists()


def test_there_is_nothing_to_make_without_an_example(dev: Stack, tmp_path: Path) -> None:
    (tmp_path / DEV / ".env.example").unlink()
    assert make_env(dev) is None
    assert env_notes(env_file(dev), tmp_path) == ()


def test_what_it_lacks_is_said_by_name(dev: Stack, tmp_path: Path) -> None:
    assert env_notes(env_file(dev), tmp_path) == (
        "deploy/dev/.env is not there: defaults count; `cp .env.example .env` in its folder",
    )
    write(tmp_path, {f"{DEV}/.env": "B=\nOWN=1\n"})
    assert env_notes(env_file(dev), tmp_path) == (
        "deploy/dev/.env lacks A, which .env.example has; add it: A=1",
        "deploy/dev/.env lacks C, which .env.example has; add it: C=",
    )


def test_what_the_files_have_a_default_for_is_not_lacking(dev: Stack, tmp_path: Path) -> None:
    text = "x-a: [$B, ${A:-1}, ${A-2}]\nx-c: ['${C:-3}', '${C}']\n"
    write(tmp_path, {f"{DEV}/.env": "B=\n", f"{DEV}/{dev.files[0].name}": text})
    assert env_notes(env_file(dev), tmp_path, needless(dev)) == (
        "deploy/dev/.env lacks C, which .env.example has; add it: C=",
    )
