"""What changes affect that only the files of the base can tell."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from taskslib.project.changes import Changes, changes, earlier
from taskslib.project.dependencies.affected import Affected, affected
from tests.support.projects import repository, write
from tests.unit.project.dependencies.support import dependencies, library

NEEDS = {
    "json": ("package.json", '{"dependencies": {"lib": "workspace:*"}}'),
    "toml": ("pyproject.toml", "[tool.uv.sources]\nlib = {workspace = true}\n"),
}
NAMES = {"json": '{"name": "lib"}', "toml": '[project]\nname = "Lib"\n'}


def repo(root: Path, kind: str) -> dict[str, str]:
    """Write a repository in which api depends on lib by name, on a branch, and return its files."""
    manifest, needs = NEEDS[kind]
    files = {
        **library("api", **{manifest: needs}),
        **library("lib", **{manifest: NAMES[kind]}),
        **library("web"),
    }
    repository(write(root, files)).git.checkout("-b", "feature")
    return files


def found(root: Path, files: dict[str, str]) -> Affected:
    """Return what the files affect as they are now; those of them that are gone stay so."""
    there = {path: text for path, text in files.items() if (root / path).exists()}
    differing = changes(root, os.environ)

    def before(path: str) -> str | None:
        return earlier(root, os.environ, differing, path)

    return affected(dependencies(root, there), differing, before)


@pytest.mark.parametrize("kind", ["json", "toml"])
def test_a_package_of_another_name_affects_everything(tmp_path: Path, kind: str) -> None:
    files = repo(tmp_path, kind)
    manifest = f"services/lib/{NEEDS[kind][0]}"
    now = {**files, manifest: NAMES[kind].replace("ib", "ib2")}
    write(tmp_path, now)
    told = found(tmp_path, now)
    base = told.changes.base
    assert told.changes == Changes(base, None, f"{manifest} no longer names the package lib")
    assert {str(suite) for suite in told.suites} == {"api:unit", "lib:unit", "web:unit"}


@pytest.mark.parametrize("kind", ["json", "toml"])
def test_a_package_that_is_deleted_affects_everything(tmp_path: Path, kind: str) -> None:
    files = repo(tmp_path, kind)
    manifest = f"services/lib/{NEEDS[kind][0]}"
    (tmp_path / manifest).unlink()
    told = found(tmp_path, files)
    assert told.changes.reason == f"{manifest} no longer names the package lib"
    assert {str(suite) for suite in told.suites} == {"api:unit", "lib:unit", "web:unit"}


def test_a_manifest_that_keeps_its_name_affects_who_depends_on_it(tmp_path: Path) -> None:
    files = repo(tmp_path, "json")
    now = {
        **files,
        "services/lib/package.json": '{"name": "lib", "version": "2"}',
        "services/api/more/package.json": '{"name": "new"}',
    }
    write(tmp_path, now)
    told = found(tmp_path, now)
    assert told.changes.reason == ""
    assert {str(suite) for suite in told.suites} == {"api:unit", "lib:unit"}


def test_a_manifest_without_a_name_or_a_form_was_nobodys_package(tmp_path: Path) -> None:
    files = library("lib", **{"package.json": "{", "pyproject.toml": "[tool.x]"})
    repository(write(tmp_path, files)).git.checkout("-b", "feature")
    for name in ("package.json", "pyproject.toml"):
        (tmp_path / "services" / "lib" / name).unlink()
    assert found(tmp_path, files).changes.reason == ""
