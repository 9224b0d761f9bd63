"""`# taskslib: ignore`: what is left out, and comments that do nothing."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.projects import Ran, inv, single, write
from tests.unit.lint.cases import found, project, words

PATH = "deploy/test/docker-compose.yml"
PORT = (
    f"{PATH}:LINE:9: error TL101 api: host port 8000 is fixed, so that two branches cannot be up "
    'at once\n    hint: "127.0.0.1::8000" lets the engine choose; `inv ports` tells it\n'
)


def said(root: Path, port: str) -> str:
    text = f"services:\n  api:\n    image: x:1\n    ports:\n{port}"
    return words(found(project(root, {PATH: text}), "TL101"))


@pytest.mark.parametrize(
    "port",
    [
        '      - "8000:8000"  # taskslib: ignore TL101 the partner calls this port\n',
        '      # taskslib: ignore TL101 the partner calls it\n      - "8000:8000"\n',
        '      # taskslib: ignore TL105, TL101 both\n\n      # more\n      - "8000:8000"\n',
        '      - "8000:8000"  # taskslib: ignore TL105 TL101 the partner calls it\n',
        '      - "8000:8000"  # taskslib: ignore tl105 tl101, TL801 HTTP2 is what it speaks\n',
        '      - "8000:8000"  # taskslib: ignore TL101: HTTP2 is what it speaks\n',
    ],
)
def test_a_line_is_left_out(tmp_path: Path, port: str) -> None:
    assert said(tmp_path, port) == ""


@pytest.mark.parametrize(
    ("comment", "message", "hint"),
    [
        (
            "ignore TL101",
            "this ignores TL101 and says no reason",
            "# taskslib: ignore TL101 REASON",
        ),
        ("ignore", "this ignores no rule", "# taskslib: ignore TL101 REASON"),
        (
            "ignore TL101 TL105",
            "this ignores TL101, TL105 and says no reason",
            "# taskslib: ignore TL101,TL105 REASON",
        ),
        (
            "ignore TL101 TL999 why not",
            "this ignores TL999, which is no rule",
            "`inv lint --explain ID` says what a rule finds",
        ),
        (
            "ignore TLL101 why not",
            "this ignores TLL101, which is no rule",
            "did you mean 'TL101'? `inv lint --explain ID` says what a rule finds",
        ),
    ],
)
def test_a_comment_that_does_nothing_is_an_error(
    tmp_path: Path, comment: str, message: str, hint: str
) -> None:
    ran = said(tmp_path, f'      - "8000:8000"  # taskslib: {comment}\n')
    own = f"{PATH}:5:22: error TL002 {message}\n    hint: {hint}\n"
    assert ran == PORT.replace("LINE", "5") + own


def test_other_lines_are_told_of(tmp_path: Path) -> None:
    ports = '      - "8000:8000"  # taskslib: ignore TL105 no other port\n'
    assert said(tmp_path, ports) == PORT.replace("LINE", "5")
    ports = '      # taskslib: ignore TL101 no other port\n      - "80"\n      - "8000:8000"\n'
    assert said(tmp_path, ports) == PORT.replace("LINE", "7")


def test_a_script_and_another_linters_id(tmp_path: Path) -> None:
    script = "#!/bin/sh\nsleep 5  # taskslib: ignore TL305 the modem is deaf for 5 s\n"
    docker = "# taskslib: ignore DL3008 the archive keeps one version\nFROM x:1\n"
    root = project(tmp_path, {"scripts/test.sh": script, "Dockerfile": docker})
    assert words(found(root, "TL305")) == ""


def test_what_ignores_nothing_is_said_where_all_rules_are_asked(tmp_path: Path) -> None:
    port = '"127.0.0.1::80"  # taskslib: ignore TL101 TL801 CL-0003 it was fixed'
    used = '"8000:8000"  # taskslib: ignore TL101 TL105 the partner calls this port'
    text = f"services:\n  web:\n    build: ../..\n    ports:\n      - {port}\n      - {used}\n"
    nobody = "FROM python:3.13-slim\nUSER nobody\n"
    root = write(tmp_path, single(Dockerfile=nobody, **{PATH: text}))
    said = "".join(
        f"{PATH}:5:26: info TL002 this ignores {rule}, which finds nothing here\n"
        f"    hint: leave {rule} out of the comment\n"
        for rule in ("TL101", "TL801")
    )
    assert inv(root, "lint") == Ran(0, f"{said}2 info in 2 files\n", "")
    nothing = Ran(0, "no findings in 2 files\n", "")
    assert inv(root, "lint", "--rule", "TL101") == nothing
    assert inv(root, "lint", "--env", "test") == Ran(0, "no findings in 1 file\n", "")
