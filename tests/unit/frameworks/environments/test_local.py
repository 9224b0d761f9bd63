from __future__ import annotations

from pathlib import Path

import pytest

from taskslib.frameworks.environments.declared import read
from taskslib.frameworks.environments.local import Local, local_packages, workspace_of
from tests.unit.frameworks.environments.repo import write_project


def _found(folder: Path, top: Path) -> list[str]:
    found = local_packages(read(folder), top)
    return [package.path.relative_to(top).as_posix() for package in found]


def test_path_dependencies_are_followed_even_in_a_circle(tmp_path: Path) -> None:
    write_project(tmp_path / "app", dependencies=["b"], sources={"b": 'path = "../b"'})
    # Not a package itself, but what it depends on is.
    write_project(tmp_path / "b", build="", dependencies=["c"], sources={"c": 'path = "../c"'})
    write_project(tmp_path / "c", dependencies=["app"], sources={"app": 'path = "../app"'})

    assert _found(tmp_path / "app", tmp_path) == ["app", "c"]


def test_a_source_that_nothing_depends_on_is_no_dependency(tmp_path: Path) -> None:
    write_project(tmp_path / "b")
    write_project(tmp_path / "app", sources={"b": 'path = "../b"'})

    assert _found(tmp_path / "app", tmp_path) == ["app"]


def test_archives_and_paths_that_are_gone(tmp_path: Path) -> None:
    (tmp_path / "x-1-py3-none-any.whl").touch()
    app = write_project(
        tmp_path / "app",
        build="",
        dependencies=["x", "y"],
        sources={"x": 'path = "../x-1-py3-none-any.whl"', "y": 'path = "../gone"'},
    )

    assert local_packages(read(app), tmp_path) == (
        Local(tmp_path / "x-1-py3-none-any.whl", editable=False),
    )


def test_members_of_a_workspace_inherit_its_sources(tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").write_text(
        '[tool.uv.workspace]\nmembers = ["services/*"]\nexclude = ["services/out"]\n'
        '[tool.uv.sources]\nlib = { workspace = true }\nother = { path = "other" }\n'
    )
    write_project(tmp_path / "other")
    services = tmp_path / "services"
    write_project(services / "lib")
    app = write_project(services / "app", dependencies=["lib", "other"])
    out = write_project(services / "out", dependencies=["lib", "other"])

    assert _found(app, tmp_path) == ["services/app", "services/lib", "other"]
    assert _found(out, tmp_path) == ["services/out"]


def test_a_workspace_above_the_repo_is_not_looked_at(tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").write_text('[tool.uv.workspace]\nmembers = ["repo/*"]\n')
    app = read(write_project(tmp_path / "repo" / "app"))

    found = workspace_of(app, tmp_path)
    assert found is not None
    assert found.folder == tmp_path
    assert workspace_of(app, tmp_path / "repo") is None


@pytest.mark.parametrize("members", ["'x'", "[1, '', './', '/etc/*']"])
def test_globs_that_name_no_member(tmp_path: Path, members: str) -> None:
    (tmp_path / "pyproject.toml").write_text(f"[tool.uv.workspace]\nmembers = {members}\n")

    assert workspace_of(read(write_project(tmp_path / "app")), tmp_path) is None
