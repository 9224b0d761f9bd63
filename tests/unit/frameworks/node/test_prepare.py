"""Environments of Node suites, made by the real npm: once a lock, and never over somebody's own."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from taskslib.cancellation import Cancellation
from taskslib.errors import EnvironmentFailure
from taskslib.frameworks.node.interpreter import choose
from taskslib.frameworks.node.package import Package
from taskslib.frameworks.node.prepare import NodeEnvironment, prepare
from tests.unit.frameworks.bench import npm_packages

PACKAGES = "vitest-4.1"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    npm_packages(tmp_path / "web", PACKAGES)
    return tmp_path / "web"


def made(folder: Path) -> NodeEnvironment:
    return prepare(folder, Cancellation())


def test_a_folder_sees_packages_that_lie_elsewhere(folder: Path) -> None:
    found = made(folder)
    assert found.modules == folder / "node_modules"
    assert (found.modules / "vitest" / "package.json").is_file()
    assert not (found.modules / "vitest").resolve().is_relative_to(folder)
    assert found.variables["PATH"].startswith(f"{found.modules / '.bin'}{os.pathsep}")


def test_equal_locks_share_their_packages(folder: Path, tmp_path: Path) -> None:
    npm_packages(tmp_path / "twin", PACKAGES)
    one, other = made(folder), made(tmp_path / "twin")
    assert (one.modules / "vitest").resolve() == (other.modules / "vitest").resolve()


def test_a_changed_lock_changes_what_is_seen_and_keeps_what_tools_wrote(folder: Path) -> None:
    before = (made(folder).modules / "vitest").resolve()
    (folder / "node_modules" / ".vite").mkdir()
    with (folder / "package.json").open("a") as file:
        file.write("\n")
    assert (made(folder).modules / "vitest").resolve() != before
    assert (folder / "node_modules" / ".vite").is_dir()


def test_a_folder_without_packages_is_filled(folder: Path) -> None:
    (folder / "node_modules" / ".vite").mkdir(parents=True)
    assert (made(folder).modules / "vitest").is_symlink()
    assert (folder / "node_modules" / ".vite").is_dir()


def test_what_somebody_else_installed_is_used_or_refused_but_never_touched(folder: Path) -> None:
    node = choose(Package(folder), Cancellation())
    argv = [str(node.program), str(node.npm), "ci", "--no-audit", "--prefix", str(folder)]
    subprocess.run(argv, check=True, capture_output=True)
    own = folder / "node_modules" / "vitest"
    assert made(folder).modules == folder / "node_modules"
    assert own.is_dir()
    assert not own.is_symlink()

    npm_packages(folder, "vitest-3.2")
    with pytest.raises(EnvironmentFailure) as caught:
        made(folder)
    assert caught.value.message == "web: node_modules is not what package-lock.json pins"
    assert caught.value.hint == f"npm ci --prefix {folder}"
    assert own.is_dir()


def test_without_a_lock_what_is_further_up_is_used(folder: Path) -> None:
    (folder / "package-lock.json").unlink()
    with pytest.raises(EnvironmentFailure, match=r"there is no package-lock\.json"):
        made(folder)
    (folder.parent / "node_modules" / "vitest").mkdir(parents=True)
    for _ in range(2):
        assert made(folder).modules == folder.parent / "node_modules"
        (folder / "node_modules" / ".vite").mkdir(parents=True, exist_ok=True)  # as vitest does
    assert made(folder).modules == folder.parent / "node_modules"


def test_links_that_are_gone_or_half_made_are_made_again(folder: Path) -> None:
    modules = made(folder).modules
    (modules / "vitest").unlink()
    (modules / "@vitest" / "runner").unlink()
    assert (made(folder).modules / "vitest").exists()
    (modules / ".taskslib.json").write_text('{"source": ""}')  # as after a kill
    (modules / "vite").unlink()
    assert (made(folder).modules / "vite").exists()
    assert (modules / "@vitest").is_dir()
    assert not (modules / "@vitest").is_symlink()


def test_packages_that_somebody_changed_are_installed_anew(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In a store of its own: others' tests use that of the user meanwhile."""
    monkeypatch.setenv("TASKSLIB_CACHE_DIR", str(tmp_path / "cache"))
    store = (made(folder).modules / "vitest").resolve().parent
    shutil.rmtree(store / "@vitest" / "runner")
    assert (made(folder).modules / "@vitest" / "runner" / "package.json").is_file()


@pytest.mark.parametrize("kind", ["file", "link"])
def test_what_is_no_folder_is_refused(folder: Path, kind: str) -> None:
    if kind == "file":
        (folder / "node_modules").touch()
    else:
        (folder / "node_modules").symlink_to(folder.parent / "nowhere")
    with pytest.raises(EnvironmentFailure, match="is no folder"):
        made(folder)


def test_a_token_is_not_kept(folder: Path) -> None:
    (folder / ".npmrc").write_text("fund=false\n")
    store = (made(folder).modules / "vitest").resolve().parents[1]
    assert not (store / ".npmrc").exists()


def test_a_lock_that_cannot_be_installed(folder: Path) -> None:
    lock = folder / "package-lock.json"
    lock.write_text(lock.read_text("utf-8").replace("node_modules/vitest", "node_modules/vitesst"))
    with pytest.raises(EnvironmentFailure) as caught:
        made(folder)
    assert caught.value.message == "web: its packages cannot be installed from package-lock.json"
    assert "npm error" in caught.value.details
    assert not (folder / "node_modules").exists()


def test_a_node_that_nobody_has(tmp_path: Path) -> None:
    (tmp_path / "package.json").write_text('{"engines": {"node": ">=99"}}')
    with pytest.raises(EnvironmentFailure, match=r"needs Node >=99; .*none could be had"):
        made(tmp_path)


def test_a_node_from_the_package_index(tmp_path: Path) -> None:
    (tmp_path / "package.json").write_text('{"engines": {"node": ">=22.12 <23"}}')
    found = made(tmp_path)
    asked = subprocess.run([found.program, "--version"], capture_output=True, text=True, check=True)
    assert asked.stdout.startswith("v22.")
