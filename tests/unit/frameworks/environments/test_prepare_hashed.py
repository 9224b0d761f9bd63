"""A hashed requirements lock: shared as a uv.lock is."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from taskslib.errors import EnvironmentFailure
from tests.unit.frameworks.environments.repo import (
    files,
    layers,
    listing,
    made,
    run_uv,
    versions,
    write_project,
)


def _exported(folder: Path, file: str, *options: str) -> None:
    """Write a lock as a developer does, and leave no uv.lock."""
    run_uv(folder, "export", "--quiet", "--format=requirements-txt", "-o", file, *options)
    (folder / "uv.lock").unlink()


def test_third_parties_are_shared_and_local_packages_are_not(
    cache: Path, repo: Path, tmp_path: Path
) -> None:
    write_project(repo / "deep", build="setuptools")
    write_project(repo / "lib", dependencies=["deep"], sources={"deep": 'path = "../deep"'})
    app = write_project(
        repo / "app",
        dependencies=["lib", "iniconfig<2.1"],
        groups={"dev": ["pluggy<1.6"]},
        sources={"lib": 'path = "../lib"'},
    )
    _exported(app, "requirements.lock", "--no-dev", "--no-emit-local")
    _exported(app, "requirements-dev.lock", "--no-emit-local")
    other = shutil.copytree(repo, tmp_path / "worktree")
    before = listing(repo)

    first, second = made(app), made(other / "app")

    assert listing(repo) == before  # setuptools would leave deep.egg-info
    assert layers(cache) == {"base": 1, "overlay": 2}
    assert versions(first, "iniconfig", "pluggy", "lib", "deep") == {
        "iniconfig": "2.0.0",
        "pluggy": "1.5.0",
        "lib": "1.0",
        "deep": "1.0",
    }
    assert files(second, "lib", "deep") == {
        "lib": other / "lib" / "lib.py",
        "deep": other / "deep" / "deep.py",
    }


def test_a_lock_with_the_local_packages_in_it_serves_too(cache: Path, repo: Path) -> None:
    write_project(repo / "lib", dependencies=["iniconfig<2.1"])
    app = write_project(
        repo / "app", dependencies=["lib"], sources={"lib": 'path = "../lib", editable = true'}
    )
    _exported(app, "requirements.lock")
    assert "-e ." in (app / "requirements.lock").read_text()

    environment = made(app)

    assert layers(cache) == {"base": 1, "overlay": 1}
    assert versions(environment, "app", "lib", "iniconfig") == {
        "app": "1.0",
        "lib": "1.0",
        "iniconfig": "2.0.0",
    }


def test_a_wrong_hash_is_refused(cache: Path, repo: Path) -> None:
    lock = repo / "requirements.lock"
    lock.write_text(f"iniconfig==2.0.0 --hash=sha256:{'0' * 64}\n")

    with pytest.raises(EnvironmentFailure) as failure:
        made(repo, "pytest")

    assert failure.value.message == "repo: its environment cannot be made from requirements.lock"
    assert failure.value.hint == (
        "write requirements.lock anew from the project, with hashes (uv export --no-emit-project)"
    )
    assert "0" * 64 in failure.value.details
    assert layers(cache) == {}
