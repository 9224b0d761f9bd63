"""A uv.lock: third parties as it pins them, shared; local packages editable, each folder's own."""

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
    ready,
    run,
    run_uv,
    versions,
    write_project,
)

EDITABLE = 'path = "../lib", editable = true'


def _app_and_lib(root: Path, *dev: str) -> Path:
    write_project(root / "lib", dependencies=["iniconfig<2.1"])
    app = write_project(
        root / "app", dependencies=["lib"], groups={"dev": dev}, sources={"lib": EDITABLE}
    )
    run_uv(app, "lock")
    return app


def test_a_suite_runs_with_workers_and_programs_of_both_layers(cache: Path, repo: Path) -> None:
    app = _app_and_lib(repo, "pytest", "pytest-xdist")
    tests = "import app, lib, iniconfig\ndef test_one(): pass\ndef test_two(): pass\n"
    (app / "test_it.py").write_text(tests)
    before = listing(repo)

    environment = made(app, "pytest")

    assert listing(repo) == before
    assert layers(cache) == {"base": 1, "overlay": 1}
    overlay = Path(environment.variables["VIRTUAL_ENV"])
    assert environment.python.parent.parent == overlay
    assert versions(environment, "iniconfig", "app", "lib") == {
        "iniconfig": "2.0.0",
        "app": "1.0",
        "lib": "1.0",
    }
    assert files(environment, "app", "lib") == {
        "app": app / "app.py",
        "lib": repo / "lib" / "lib.py",
    }
    quiet = ("-q", "-p", "no:cacheprovider")
    assert "2 passed" in run(
        environment, str(environment.python), "-m", "pytest", *quiet, "-n", "2", cwd=app
    )
    # pytest is a program of the base, and sees the local packages all the same.
    assert "2 passed" in run(environment, "pytest", *quiet, cwd=app)
    assert run(environment, "lib-says", cwd=app) == f"lib of {repo / 'lib' / 'lib.py'}\n"


def test_worktrees_share_third_parties_and_see_only_their_own_sources(
    cache: Path, repo: Path, tmp_path: Path
) -> None:
    _app_and_lib(repo)
    other = shutil.copytree(repo, tmp_path / "worktree")
    (other / "lib" / "lib.py").write_text("OTHER = True\n")

    first, second = made(repo / "app"), made(other / "app")

    assert layers(cache) == {"base": 1, "overlay": 2}
    assert files(first, "app", "lib") == {
        "app": repo / "app" / "app.py",
        "lib": repo / "lib" / "lib.py",
    }
    assert files(second, "app", "lib") == {
        "app": other / "app" / "app.py",
        "lib": other / "lib" / "lib.py",
    }
    assert files(first, "iniconfig") == files(second, "iniconfig")
    assert ready(repo / "app") == first
    assert ready(other / "app") == second


def test_a_member_of_a_workspace_uses_its_lock_and_sees_what_it_depends_on(
    cache: Path, repo: Path
) -> None:
    (repo / "pyproject.toml").write_text('[tool.uv.workspace]\nmembers = ["services/*"]\n')
    services = repo / "services"
    write_project(services / "lib", dependencies=["iniconfig<2.1"])
    write_project(services / "stranger", dependencies=["pluggy"])
    app = write_project(services / "app", dependencies=["lib"], sources={"lib": "workspace = true"})
    run_uv(repo, "lock")
    before = listing(repo)

    environment = made(app)

    assert listing(repo) == before
    assert layers(cache) == {"base": 1, "overlay": 1}
    assert versions(environment, "app", "lib", "iniconfig", "stranger", "pluggy") == {
        "app": "1.0",
        "lib": "1.0",
        "iniconfig": "2.0.0",
        "stranger": None,
        "pluggy": None,
    }


def test_another_projects_lock_further_up_is_not_this_folders(cache: Path, repo: Path) -> None:
    write_project(repo, build="", dependencies=["iniconfig<2.1"])
    run_uv(repo, "lock")
    service = write_project(repo / "service", build="")

    assert versions(made(service, "iniconfig<2"), "iniconfig")["iniconfig"] == "1.1.1"
    assert layers(cache) == {"own": 1}


def test_without_a_package_there_is_no_overlay(cache: Path, repo: Path) -> None:
    app = write_project(repo / "app", build="", dependencies=["iniconfig<2.1"])
    run_uv(app, "lock")

    environment = made(app)

    assert layers(cache) == {"base": 1}
    assert versions(environment, "iniconfig", "app") == {"iniconfig": "2.0.0", "app": None}


def test_needs_are_added_within_what_is_locked(cache: Path, repo: Path) -> None:
    app = write_project(repo / "app", build="", dependencies=["iniconfig<2.1"])
    run_uv(app, "lock")

    assert versions(made(app, "pluggy<1.6", "iniconfig>=1"), "iniconfig", "pluggy") == {
        "iniconfig": "2.0.0",
        "pluggy": "1.5.0",
    }
    with pytest.raises(EnvironmentFailure) as failure:
        made(app, "iniconfig>=2.1")
    assert "iniconfig==2.0.0" in failure.value.details
    assert layers(cache) == {"base": 1}


def test_a_lock_that_is_out_of_date_is_refused_also_when_an_environment_was_ready(
    cache: Path, repo: Path
) -> None:
    app = _app_and_lib(repo)
    made(app)
    write_project(repo / "lib", dependencies=["iniconfig<2.1", "pluggy"])

    with pytest.raises(EnvironmentFailure) as failure:
        made(app)

    assert failure.value.message == "app: its environment cannot be made from app/uv.lock"
    assert failure.value.hint == "uv lock --project=app"
    assert "needs to be updated" in failure.value.details
    assert layers(cache) == {"base": 1, "overlay": 1}
