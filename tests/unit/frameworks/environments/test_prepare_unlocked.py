"""Without a lock: the project and its development group, requirements files, or just the needs."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from tests.unit.frameworks.environments.repo import (
    files,
    layers,
    listing,
    made,
    ready,
    versions,
    write_project,
)

EXTRA = '[project.optional-dependencies]\ntest = ["pluggy<1.6"]\n'


def test_project_group_needs_and_path_dependencies_in_one_environment(
    cache: Path, repo: Path
) -> None:
    write_project(repo / "lib", build="setuptools")
    app = write_project(
        repo / "app",
        build="setuptools",
        dependencies=["lib"],
        groups={"dev": ["pluggy<1.6"]},
        # Not editable for uv; for tests it is, or an edit would not be seen.
        sources={"lib": 'path = "../lib"'},
    )
    before = listing(repo)

    environment = made(app, "iniconfig<2.1")

    assert listing(repo) == before
    assert layers(cache) == {"own": 1}
    assert versions(environment, "pluggy", "iniconfig") == {
        "pluggy": "1.5.0",
        "iniconfig": "2.0.0",
    }
    assert files(environment, "app", "lib") == {
        "app": app / "app.py",
        "lib": repo / "lib" / "lib.py",
    }
    assert ready(app, "iniconfig<2.1") == environment


def test_the_same_project_elsewhere_has_its_own(cache: Path, repo: Path, tmp_path: Path) -> None:
    app = write_project(repo / "app")
    other = shutil.copytree(app, tmp_path / "copy")

    assert files(made(app), "app") == {"app": app / "app.py"}
    assert files(made(other), "app") == {"app": other / "app.py"}
    assert layers(cache) == {"own": 2}


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        pytest.param({}, {"pluggy": None, "iniconfig": "2.0.0"}, id="just the needs"),
        pytest.param(
            {"requirements-dev.txt": "-r requirements.txt\n", "requirements.txt": "pluggy<1.6\n"},
            {"pluggy": "1.5.0", "iniconfig": "2.0.0"},
            id="a file that includes another",
        ),
        pytest.param(
            {"requirements-dev.txt": "iniconfig<2\n", "requirements.txt": "pluggy<1.6\n"},
            {"pluggy": "1.5.0", "iniconfig": "1.1.1"},
            id="two files",
        ),
        pytest.param(
            {"pyproject.toml": "[tool.x]\n", "requirements.txt": "pluggy<1.6\n"},
            {"pluggy": "1.5.0", "iniconfig": "2.0.0"},
            id="a pyproject.toml without a project",
        ),
        pytest.param(
            {"pyproject.toml": f'[project]\nname = "x"\nversion = "1"\n{EXTRA}'},
            {"pluggy": "1.5.0", "iniconfig": "2.0.0"},
            id="an extra",
        ),
        pytest.param(
            {
                "pyproject.toml": '[project]\nname = "x"\nversion = "1"\n',
                "requirements-dev.txt": "pluggy<1.6\n",
            },
            {"pluggy": "1.5.0", "iniconfig": "2.0.0"},
            id="a project whose development file is apart",
        ),
    ],
)
def test_where_requirements_stand(
    cache: Path, repo: Path, written: dict[str, str], expected: dict[str, str | None]
) -> None:
    for name, text in written.items():
        (repo / name).write_text(text)

    environment = made(repo, "iniconfig<2.1")

    assert versions(environment, "pluggy", "iniconfig") == expected
    assert layers(cache) == {"own": 1}


def test_a_group_may_name_the_project_itself(cache: Path, repo: Path) -> None:
    app = write_project(repo / "app", groups={"dev": ["app[test]"]}, more=EXTRA)

    environment = made(app)

    assert versions(environment, "app", "pluggy") == {"app": "1.0", "pluggy": "1.5.0"}
    assert files(environment, "app") == {"app": app / "app.py"}
    assert layers(cache) == {"own": 1}


def test_a_changed_requirement_makes_another_environment(cache: Path, repo: Path) -> None:
    (repo / "requirements-dev.txt").write_text("-r more/requirements.txt\n")
    included = repo / "more" / "requirements.txt"
    included.parent.mkdir()
    included.write_text("iniconfig<2\n")
    assert versions(made(repo), "iniconfig") == {"iniconfig": "1.1.1"}

    included.write_text("iniconfig<2.1\n")

    assert versions(made(repo), "iniconfig") == {"iniconfig": "2.0.0"}
    assert layers(cache) == {"own": 2}


@pytest.mark.parametrize("name", ["-rf", "with space", "Zoë ☂", "a[b]", "#1", "$HOME", "it's;so"])
def test_hostile_folder_names(cache: Path, repo: Path, name: str) -> None:
    app = write_project(repo / "app").rename(repo / name)

    environment = made(app)

    assert files(environment, "app") == {"app": app / "app.py"}
    assert layers(cache) == {"own": 1}
