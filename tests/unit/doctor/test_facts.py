from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from taskslib.doctor.facts import Facts, OsRelease, gather, is_stale, parse_os_release
from taskslib.processes import Completed

BOOKWORM = """\
# not read
PRETTY_NAME="Debian GNU/Linux 12 (bookworm)"
VERSION_ID='12'
VERSION_CODENAME=bookworm
ID=debian

HOME_URL="https://www.debian.org/?a=b"
"""


def test_os_release() -> None:
    expected = OsRelease("debian", "12", "bookworm", "Debian GNU/Linux 12 (bookworm)")
    assert parse_os_release(BOOKWORM) == expected


@pytest.mark.parametrize("text", ["", "garbage\n", "=\n"])
def test_os_release_without_a_word(text: str) -> None:
    assert parse_os_release(text) == OsRelease()


def test_what_is_missing() -> None:
    linux = Facts("linux", client="/usr/bin/docker", compose="2", buildx="0.13")
    assert linux.missing == ("the engine",)
    assert replace(linux, daemon="26").missing == ()
    assert replace(linux, dockerd="/usr/sbin/dockerd", buildx="").missing == ("Buildx",)
    assert replace(linux, platform="darwin").missing == ()
    assert Facts("linux").missing == ("the docker client", "the engine", "Compose", "Buildx")


@pytest.mark.parametrize(
    ("state", "name", "stale"),
    [
        ("S (sleeping)", "dockerd", False),
        ("S (sleeping)", "containerd", False),
        ("Z (zombie)", "dockerd", True),
        ("S (sleeping)", "stranger", True),
    ],
)
def test_pid_files(tmp_path: Path, state: str, name: str, stale: bool) -> None:  # noqa: FBT001
    process = tmp_path / "proc" / "123"
    process.mkdir(parents=True)
    (process / "status").write_text(f"Name:\t{name}\nState:\t{state}\n")
    (process / "comm").write_text(f"{name}\n")
    file = tmp_path / "docker.pid"
    file.write_text("123")
    assert is_stale(str(file), str(tmp_path / "proc")) is stale


def test_pid_file_of_nobody(tmp_path: Path) -> None:
    file = tmp_path / "docker.pid"
    assert not is_stale(str(file), str(tmp_path))
    file.write_text("123")
    assert is_stale(str(file), str(tmp_path))


def test_a_machine_that_answers_nothing_is_facts_too() -> None:
    facts = gather(lambda _argv: Completed(127, "", ""))
    assert (facts.daemon, facts.compose, facts.buildx, facts.package) == ("", "", "", "")


@pytest.mark.parametrize("answer", ["", "null", "not json", "[]"])
def test_an_engine_that_does_not_answer(answer: str) -> None:
    assert gather(lambda _argv: Completed(1, answer, "")).daemon == ""
