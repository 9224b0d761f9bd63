"""Compose files, services' folders and names, in all the forms that repos have them."""

from __future__ import annotations

from pathlib import Path

import pytest

from taskslib.errors import ConfigError
from taskslib.project import find_root, load
from taskslib.project.model import Layout
from tests.support.projects import multi, single, write

WEB = "services/web"


def stack_files(root: Path, service: str = "web") -> list[str]:
    project = load(root)
    stack = project.service_stack(service)
    assert stack is not None
    return [project.shown(file) for file in stack.files]


@pytest.mark.parametrize(
    "name", ["docker-compose.yml", "docker-compose.yaml", "compose.yaml", "compose.yml"]
)
@pytest.mark.parametrize("override", ["", ".override.yml", ".override.yaml"])
def test_names_of_compose_files(tmp_path: Path, name: str, override: str) -> None:
    folder = f"{WEB}/deploy/test"
    names = [name, *([Path(name).stem + override] if override else [])]
    files = {f"{WEB}/tests/integration/test_a.py": "", f"{WEB}/Dockerfile": ""}
    write(tmp_path, {**files, **{f"{folder}/{one}": "" for one in names}})
    assert stack_files(tmp_path) == [f"{folder}/{one}" for one in names]


def test_the_first_name_wins_where_there_are_several(tmp_path: Path) -> None:
    write(tmp_path, multi(**{f"{WEB}/deploy/test/compose.yaml": ""}))
    assert stack_files(tmp_path) == [f"{WEB}/deploy/test/docker-compose.yml"]


@pytest.mark.parametrize(
    ("stack", "expected"),
    [
        ("deploy/web.yml", [f"{WEB}/deploy/web.yml"]),
        ("deploy", [f"{WEB}/deploy/compose.yaml"]),
        ("../../deploy/web.yml", ["deploy/web.yml", "deploy/web.override.yml"]),
    ],
)
def test_a_configured_stack_is_a_file_or_its_folder(
    tmp_path: Path, stack: str, expected: list[str]
) -> None:
    files = {
        "pyproject.toml": f"[tool.taskslib.service.web]\nstack = '{stack}'\n",
        f"{WEB}/deploy/web.yml": "",
        f"{WEB}/deploy/compose.yaml": "",
        "deploy/web.yml": "",
        "deploy/web.override.yml": "",
    }
    assert stack_files(write(tmp_path, multi(**files))) == expected


def test_a_stack_outside_the_repo_is_shown_whole(tmp_path: Path) -> None:
    elsewhere = write(tmp_path, {"common/compose.yml": ""}) / "common" / "compose.yml"
    config = {"pyproject.toml": "[tool.taskslib]\nstack = '../common/compose.yml'\n"}
    project = load(write(tmp_path / "shop", single(**config)))
    assert project.stack is not None
    assert project.shown(project.stack.files[0]) == str(elsewhere)


def test_what_is_no_service(tmp_path: Path) -> None:
    write(
        tmp_path,
        {
            "services/README.md": "",
            "services/empty/.gitkeep": "",
            "services/docs/index.md": "",
            "services/.cache/Dockerfile": "",
            "services/__pycache__/Dockerfile": "",
            "services/a.b/Dockerfile": "",
            "services/a_b/package.json": "",
            "services/deep/down/Dockerfile": "",
        },
    )
    project = load(tmp_path)
    found = [(one.name, one.is_library) for one in project.services]
    assert found == [("a.b", False), ("a_b", True)]


def test_no_service_at_all_is_a_single_one(tmp_path: Path) -> None:
    write(tmp_path / "shop", {"services/README.md": "", "tests/unit/test_a.py": ""})
    project = load(tmp_path / "shop")
    assert (project.layout, project.service_names()) == (Layout.SINGLE, ("shop",))
    assert project.services[0].is_library
    assert project.gaps == ()


def test_another_name_of_the_dockerfile_makes_a_service_of_a_library(tmp_path: Path) -> None:
    config = "[tool.taskslib.service.web]\ndockerfile = 'Containerfile'\n"
    write(
        tmp_path,
        {"pyproject.toml": config, f"{WEB}/Containerfile": "", f"{WEB}/tests/unit/test_a.py": ""},
    )
    project = load(tmp_path)
    assert [one.is_library for one in project.services] == [False]
    assert project.gaps == ("web has no service tests (services/web/tests/integration)",)


def test_two_folders_of_one_name(tmp_path: Path) -> None:
    config = "[tool.taskslib]\nservices = ['apps/*', 'jobs/*']\n"
    write(
        tmp_path,
        {"pyproject.toml": config, "apps/web/Dockerfile": "", "jobs/web/Dockerfile": ""},
    )
    with pytest.raises(ConfigError) as refused:
        load(tmp_path)
    places = f"{tmp_path / 'jobs' / 'web'} and {tmp_path / 'apps' / 'web'}"
    assert refused.value.message == f"{places} are both called 'web'"


def test_a_service_that_is_called_like_the_project_but_for_capitals(tmp_path: Path) -> None:
    """Files are called like suites, and on macOS and Windows the two would be one."""
    config = "[tool.taskslib]\nproject = 'Web'\n"
    tests = {"services/web/tests/unit/test_a.py": "", "tests/unit/test_a.py": ""}
    write(tmp_path, {"pyproject.toml": config, **tests})
    assert [str(one.id) for one in load(tmp_path).suites] == ["web:unit", "project:unit"]


@pytest.mark.parametrize("glob", ["", "/etc/*", "../*", "apps/../../*"])
def test_globs_that_lead_elsewhere(tmp_path: Path, glob: str) -> None:
    write(tmp_path, {"pyproject.toml": f"[tool.taskslib]\nservices = ['{glob}']\n"})
    with pytest.raises(ConfigError) as refused:
        load(tmp_path)
    where = f"{tmp_path / 'pyproject.toml'}: [tool.taskslib]: services: {glob!r}: "
    assert refused.value.message.startswith(where)
    assert refused.value.hint == "globs start at the repo's root, like services/*"


@pytest.mark.parametrize(
    ("files", "stage"),
    [
        ({"tests/integration/test_a.py": "", "Dockerfile": ""}, "deploy/test"),
        (
            {
                "tests/integration/test_a.py": "",
                "pyproject.toml": "[tool.taskslib]\nstack = 'ci'\n",
            },
            "ci",
        ),
    ],
)
def test_integration_tests_need_a_full_stack(
    tmp_path: Path, files: dict[str, str], stage: str
) -> None:
    with pytest.raises(ConfigError) as refused:
        load(write(tmp_path, files))
    wanted = f"{stage}/docker-compose.yml"
    assert refused.value.message == (f"tests/integration has no Compose file: looked for {wanted}")


@pytest.mark.parametrize(
    ("files", "start", "expected"),
    [
        ({"shop/tasks.py": "", "shop/a/b/x": ""}, "shop/a/b", "shop"),
        ({"shop/services/web/Dockerfile": ""}, "shop/services/web", "shop"),
        ({"shop/pyproject.toml": "[tool.taskslib]\n", "shop/a/x": ""}, "shop/a", "shop"),
        ({"shop/.git": "gitdir: elsewhere\n", "shop/a/x": ""}, "shop/a", "shop"),
        # A file of that name (like /etc/services) is no folder of services.
        ({"shop/tasks.py": "", "shop/a/services": ""}, "shop/a", "shop"),
        ({"shop/tasks.py": "", "shop/a/pyproject.toml": ""}, "shop/a", "shop"),
    ],
)
def test_the_root_is_the_nearest_repo_upwards(
    tmp_path: Path, files: dict[str, str], start: str, expected: str
) -> None:
    write(tmp_path, files)
    assert find_root(tmp_path / start) == tmp_path / expected
