"""What a result depends on, by name, and what differs."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from taskslib.events import Stage, SuiteId
from taskslib.identities import UNSET
from taskslib.pipeline.results.manifest import DIFFERS, Manifest, differences, manifests
from taskslib.project import load
from taskslib.project.dependencies.inputs import Dependencies
from taskslib.tree import links, tree
from tests.support.projects import multi, write

SERVICE = SuiteId("web", Stage.SERVICE)
KNOWN = {"tool python": "3", "engine": "26", "compose": "2"}


def manifest(root: Path, asked: dict[str, str], suite: SuiteId = SERVICE) -> Manifest:
    write(root, multi())
    project, files = load(root), tree(str(root))
    leading = links(str(root), files)
    found = Dependencies(project, files, lambda path: (root / path).read_text(), {}, leading)
    return manifests(found, project.suites, files, (), {}, asked)[suite]


def test_an_image_that_the_engine_does_not_have_makes_it_unknown(tmp_path: Path) -> None:
    assert manifest(tmp_path, KNOWN).unknown == (
        "image python:3.13-slim is not on the engine (docker pull python:3.13-slim)",
    )
    assert manifest(tmp_path, {**KNOWN, "image python:3.13-slim": "sha256:1"}).unknown == ()


def test_engines_that_differ_make_it_unknown(tmp_path: Path) -> None:
    asked = {**KNOWN, "engine": DIFFERS, "image python:3.13-slim": DIFFERS}
    assert manifest(tmp_path, asked).unknown == (
        "engine is not the same on all engines",
        "image python:3.13-slim is not the same on all engines",
    )


def test_a_silent_engine_makes_it_unknown(tmp_path: Path) -> None:
    asked = {"tool python": "3", "image python:3.13-slim": "sha256:1"}
    assert manifest(tmp_path, asked).unknown == (
        "the engine does not answer",
        "the compose does not answer",
    )
    assert manifest(tmp_path, asked, SuiteId("web", Stage.UNIT)).unknown == ()


def test_a_file_that_cannot_be_read_makes_it_unknown(tmp_path: Path) -> None:
    write(tmp_path, multi())
    project = load(tmp_path)
    files = {**tree(str(tmp_path)), "services/web/x": "?", "services/web/y": "120000 1 -> ?"}
    found = Dependencies(project, files, lambda path: (tmp_path / path).read_text(), {})
    unit = manifests(found, project.suites, files, (), {}, KNOWN)[SuiteId("web", Stage.UNIT)]
    assert unit.unknown == ("services/web/x can't be read", "services/web/y can't be read")


@pytest.mark.skipif(os.name == "nt", reason="links need a privilege there")
def test_a_named_place_without_a_file_makes_it_unknown(tmp_path: Path) -> None:
    config = '[tool.taskslib.service.web]\ninputs = ["shemas", "services/web", "*.x", "link/{}"]\n'
    unit = SuiteId("web", Stage.UNIT)
    (tmp_path / "link").symlink_to("services/web")
    write(tmp_path, {"pyproject.toml": config.format("gone")})
    assert manifest(tmp_path, KNOWN, unit).unknown == (
        "no file is in *.x, which it has as an input",
        "no file is in link/gone, which it has as an input",
        "no file is in shemas, which it has as an input",
    )
    write(tmp_path, {"shemas/x": "", "a.x": "", "pyproject.toml": config.format("Dockerfile")})
    assert manifest(tmp_path, KNOWN, unit).unknown == ()


@pytest.mark.parametrize(
    ("before", "now", "words"),
    [
        ({"file a": "100644 1"}, {"file a": "100644 2"}, ["a changed"]),
        ({"file a": "100644 1"}, {"file a": "100755 1"}, ["a has another mode"]),
        ({"file a": "100644 1"}, {}, ["a is gone"]),
        ({}, {"file a": "100644 1"}, ["a is new"]),
        ({"variable A": UNSET}, {"variable A": "x"}, ["variable A is new"]),
        ({"variable A": "x"}, {"variable A": UNSET}, ["variable A is gone"]),
        ({"image a": "1", "engine": "1"}, {"image a": "2", "engine": "2"},
         ["engine changed", "image a changed"]),
        ({"tool node": "1", "file z": "1 1"}, {"tool node": "2", "file z": "1 2"},
         ["z changed", "tool node changed"]),
        ({"file a": "1"}, {"file a": "1"}, []),
    ],
)  # fmt: skip
def test_differences(before: dict[str, str], now: dict[str, str], words: list[str]) -> None:
    assert list(differences(before, now)) == words


def test_equal_manifests_have_one_key_and_others_have_another() -> None:
    one = Manifest({"file a": "1", "file b": "2"})
    assert one.key == Manifest({"file b": "2", "file a": "1"}).key
    assert one.key != Manifest({"file a": "1\0file b\0" + "2"}).key
    assert one.key != Manifest({"file a": "1"}).key
