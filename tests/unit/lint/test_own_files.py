"""The reference's own files have no findings, and other linters' contradictions are left out."""

from __future__ import annotations

from pathlib import Path

from taskslib.lint.files import Files
from taskslib.lint.gather import gather
from taskslib.project import load
from taskslib.project.config import read_config
from tests.unit.lint.cases import found, words

ROOT = Path(__file__).parents[3]


def test_nothing_is_said_of_the_reference() -> None:
    assert words(found(ROOT)) == ""


def test_all_of_it_is_looked_at() -> None:
    read = gather(load(ROOT), read_config(ROOT, {}), Files(ROOT)).sources()
    names = ("docker-compose.yml", "Dockerfile")
    folders = (ROOT / "deploy/test", *(ROOT / "services").glob("*"))
    there = {
        path.relative_to(ROOT).as_posix()
        for folder in folders
        for name in names
        for path in folder.rglob(name)
        if "node_modules" not in path.parts
    }
    assert there == there & set(read)
    assert ".ci/run" in read
