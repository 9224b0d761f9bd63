"""What cannot be made says why, where and what mends it; and leaves nothing."""

from __future__ import annotations

from pathlib import Path

import pytest

from taskslib.cancellation import Cancellation
from taskslib.errors import ConfigError, EnvironmentFailure, ExitCode, Interrupted
from taskslib.frameworks.environments.prepare import prepare
from tests.unit.frameworks.environments.repo import layers, made, write_project


def test_a_package_that_does_not_exist(cache: Path, repo: Path) -> None:
    app = write_project(repo / "app", build="", dependencies=["taskslib-is-no-such-package"])

    with pytest.raises(EnvironmentFailure) as failure:
        made(app, "pytest")

    assert failure.value.message == "app: its environment cannot be made from app/pyproject.toml"
    assert "taskslib-is-no-such-package was not found" in failure.value.details
    assert failure.value.hint == (
        "correct app/pyproject.toml, or check the connection to the package index"
    )
    assert failure.value.exit_code is ExitCode.ENGINE
    assert layers(cache) == {}


def test_a_python_that_is_not_installed(cache: Path, repo: Path) -> None:
    app = write_project(repo / "app", python=">=3.99")

    with pytest.raises(EnvironmentFailure) as failure:
        made(app)

    assert failure.value.message == "app: needs Python >=3.99, and none is installed"
    assert failure.value.hint == "uv python install '>=3.99'"
    assert failure.value.details
    assert layers(cache) == {}


@pytest.mark.usefixtures("cache")
def test_a_requires_python_that_is_none(repo: Path) -> None:
    app = write_project(repo / "app", python="^3.11")

    with pytest.raises(EnvironmentFailure) as failure:
        made(app)

    file = app / "pyproject.toml"
    assert failure.value.message == (f"{file}: requires-python = '^3.11' is no version requirement")
    assert failure.value.hint == 'write it like requires-python = ">=3.11"'


@pytest.mark.usefixtures("cache")
def test_malformed_toml(repo: Path) -> None:
    file = repo / "pyproject.toml"
    file.write_text("[project\n")

    with pytest.raises(ConfigError) as failure:
        made(repo)

    assert failure.value.message.startswith(f"{file}: ")
    assert "line 1" in failure.value.message
    assert failure.value.hint == f"correct {file}"


def test_a_cache_that_cannot_be_written(cache: Path, repo: Path) -> None:
    cache.write_text("not a folder")

    with pytest.raises(EnvironmentFailure) as failure:
        made(repo)

    assert str(cache) in failure.value.message
    assert failure.value.hint == (
        "make room or permission for it, or set TASKSLIB_CACHE_DIR to another folder"
    )


def test_a_cancelled_run_makes_nothing(cache: Path, repo: Path) -> None:
    cancelled = Cancellation()
    cancelled.request(15)

    with pytest.raises(Interrupted):
        prepare(repo, ("pytest",), cancelled)

    assert layers(cache) == {}
