"""`--fix`: what is undone, and that all the rest of a file stays as it is, byte for byte."""

from __future__ import annotations

import os
import shutil
from collections.abc import Mapping
from pathlib import Path

import pytest

from taskslib.cancellation import Cancellation
from taskslib.lint.compose import Compose
from taskslib.lint.files import Files
from taskslib.lint.finding import Edit, Finding, Severity
from taskslib.lint.fix import fixed
from taskslib.lint.gather import gather
from taskslib.project import load
from taskslib.project.config import read_config
from tests.unit.lint.cases import found, mended, project

PATH = "deploy/test/docker-compose.yml"
WEB = "services:\n  web:\n    image: x:1\n"
PORTS = f'{WEB}    ports: ["8000:80", "8001:81"]\n'


def test_what_compose_refuses_is_undone(tmp_path: Path) -> None:
    """The fix of one place, where all at once are refused."""
    root = project(tmp_path, {PATH: PORTS})

    def refuses(_files: Files, changed: Mapping[str, str]) -> bool:
        return "8001" not in changed[PATH]

    after = fixed(Files(root), lambda files: found(root, "TL101", files=files), refuses)
    assert after.changed == {PATH: PORTS.replace("8000:80", "80")}


def test_what_leads_to_a_new_finding_is_undone(tmp_path: Path) -> None:
    def lint(files: Files) -> tuple[Finding, ...]:
        source = files.source("file")
        assert source is not None
        said = {"a": "TL101", "b": "TL102", "c": "TL103"}[source.text]
        to = {"a": "b", "b": "c", "c": ""}[source.text]
        edits = (Edit("file", 0, 1, to),) if to else ()
        return (Finding("file", 1, 1, said, Severity.ERROR, "", "", edits),)

    root = project(tmp_path, {"file": "a"})
    assert fixed(Files(root), lint, lambda *_: False).changed == {}


@pytest.mark.parametrize("newline", ["\n", "\r\n"])
def test_ends_of_lines_and_what_is_no_ascii_stay(tmp_path: Path, newline: str) -> None:
    text = (
        "# é \U0001f600\nservices:\n    db:\n        image:   postgres:17 # ü\n"
        "        volumes:\n        - 'data:/var/lib/postgresql/data' # daten\n\n\n"
        "volumes: { data:   }"
    )
    wanted = text.replace("volumes:\n ", "tmpfs:\n ").replace("'data:/var", "/var")
    wanted = wanted.replace("data' #", "data #")
    root = project(tmp_path, {})
    (root / PATH).parent.mkdir(parents=True)
    (root / PATH).write_bytes(text.replace("\n", newline).encode())
    assert mended(root, "TL201") == {PATH: wanted.replace("\n", newline)}


@pytest.mark.skipif(shutil.which("docker") is None, reason="asks Compose itself")
def test_compose_is_asked(tmp_path: Path) -> None:
    override = PATH.replace(".yml", ".override.yml")
    root = project(tmp_path, {PATH: WEB, override: "services: {web: {init: true}}\n"})
    repo = gather(load(root), read_config(root, {}), Files(root))
    compose = Compose(dict(os.environ), Cancellation())
    assert not compose.refuses(repo, {PATH: f"{WEB}    ports: ['80']\n"})
    assert compose.refuses(repo, {PATH: f"{WEB}    ports: 80\n"})
    assert compose.refuses(repo, {override: "services: {web: {ports: 80}}\n"})


@pytest.mark.skipif(shutil.which("docker") is None, reason="asks Compose itself")
def test_what_compose_never_took_says_nothing_about_a_change(tmp_path: Path) -> None:
    root = project(tmp_path, {PATH: f"{WEB}    ports: 80\n"})
    repo = gather(load(root), read_config(root, {}), Files(root))
    assert not Compose(dict(os.environ), Cancellation()).refuses(repo, {PATH: "services: 1\n"})
    assert not Compose({"PATH": ""}, Cancellation()).refuses(repo, {PATH: "services: 1\n"})
