"""The repo as data, by the conventions and by what is configured."""

from __future__ import annotations

from pathlib import Path

import pytest

from taskslib.errors import ConfigError
from taskslib.project import find_root, load
from taskslib.project.model import Layout, Limits, Project, Runner
from tests.support.projects import multi, repository, single, write


def suites(project: Project) -> dict[str, str]:
    """Return each suite with its stack's files, as words."""
    root = project.root
    return {
        str(suite.id): " ".join(f.relative_to(root).as_posix() for f in suite.stack.files)
        if suite.stack
        else ""
        for suite in project.suites
    }


def test_multi_service_by_convention(tmp_path: Path) -> None:
    root = write(
        tmp_path / "shop",
        multi(
            **{
                "services/lib/pyproject.toml": "",
                "services/lib/tests/unit/test_a.py": "",
                "services/worker/Dockerfile": "",
                "services/.hidden/Dockerfile": "",
                "services/notes/README.md": "",
                "services/web/deploy/test/docker-compose.override.yml": "",
                "deploy/test/compose.yaml": "",
                "tests/unit/test_a.py": "",
                "tests/integration/test_a.py": "",
            }
        ),
    )
    project = load(root)
    assert project.layout is Layout.MULTI
    assert [(one.name, one.is_library) for one in project.services] == [
        ("lib", True),
        ("web", False),
        ("worker", False),
    ]
    web = "services/web/deploy/test/docker-compose"
    assert suites(project) == {
        "lib:unit": "",
        "web:unit": "",
        "web:service": f"{web}.yml {web}.override.yml",
        "shop:unit": "",
        "shop:integration": "deploy/test/compose.yaml",
    }
    assert project.gaps == (
        "worker has no unit tests (services/worker/tests/unit)",
        "worker has no service tests (services/worker/tests/integration)",
    )


def test_single_service_by_convention(tmp_path: Path) -> None:
    project = load(write(tmp_path / "shop", single()))
    assert project.layout is Layout.SINGLE
    assert suites(project) == {
        "shop:unit": "",
        "shop:integration": "deploy/test/docker-compose.yml",
    }


def test_configuration_bends_the_conventions(tmp_path: Path) -> None:
    root = write(
        tmp_path,
        {
            "pyproject.toml": """
                [tool.taskslib]
                project = "shop"
                services = ["apps/*"]
                jobs = 3
                pass_env = ["A"]
                [tool.taskslib.limits]
                suite = 60
                [tool.taskslib.service.web]
                unit_tests = "test"
                service_tests = "it"
                stack = "compose.test.yml"
                pass_env = ["B"]
            """,
            "apps/web/Dockerfile": "",
            "apps/web/test/test_a.py": "",
            "apps/web/it/test_a.py": "",
            "apps/web/compose.test.yml": "",
        },
    )
    project = load(root)
    assert (project.name, project.jobs) == ("shop", 3)
    assert project.limits == Limits(suite=60)
    assert suites(project) == {"web:unit": "", "web:service": "apps/web/compose.test.yml"}
    assert [suite.pass_env for suite in project.suites] == [("A", "B"), ("A", "B")]
    assert load(root, {"project": "other"}).name == "other"


def test_suites_with_a_command_of_their_own(tmp_path: Path) -> None:
    """They need no folder of tests: the command knows."""
    configured = """
        [tool.taskslib.unit]
        command = ["make", "test"]
        report = "out/*.xml"
        [tool.taskslib.service.web.unit]
        command = ["go", "test"]
        report = "junit.xml"
        folder = "src"
        progress = "json"
        select = ["-run", "^{name}$"]
    """
    files = {"pyproject.toml": configured, "services/web/Dockerfile": "", "services/web/src/a": ""}
    found = {str(suite.id): suite for suite in load(write(tmp_path / "shop", files)).suites}
    root = tmp_path / "shop"
    assert found["shop:unit"].runner == Runner(("make", "test"), root, "out/*.xml")
    assert found["web:unit"].runner == Runner(
        ("go", "test"), root / "services/web/src", "junit.xml", "json", ("-run", "^{name}$")
    )


@pytest.mark.parametrize(
    ("files", "message", "hint"),
    [
        (
            {"services/web/tests/integration/test_a.py": ""},
            "services/web/tests/integration has no Compose file: looked for "
            "services/web/deploy/test/docker-compose.yml",
            "write services/web/deploy/test/docker-compose.yml, or set `stack` in [tool.taskslib]",
        ),
        (
            {"services/we b/Dockerfile": ""},
            "ROOT/services/we b: 'we b' can't be a service's name",
            "use letters, digits, '-', '_' and '.', and start with a letter or digit",
        ),
        (
            {"pyproject.toml": "[tool.taskslib]\njbos = 1\n"},
            "ROOT/pyproject.toml: [tool.taskslib]: unknown key 'jbos'",
            "did you mean 'jobs'? known keys: project, services, unit_tests, service_tests, "
            "integration_tests, service_stack, stack, dev_stack, jobs, stacks, limits, slow, "
            "release, deploy, ci, pass_env, inputs, harmless, dropped, unit, integration, service",
        ),
        (
            {"pyproject.toml": "[tool.taskslib.service.web]\nstak = 'x'\n"},
            "ROOT/pyproject.toml: [tool.taskslib]: service.web: unknown key 'stak'",
            "did you mean 'stack'? known keys: dockerfile, unit_tests, service_tests, stack, "
            "pass_env, depends_on, inputs, unit, service",
        ),
        (
            {"pyproject.toml": "[tool.taskslib.service.web.unit]\ncomand = ['x']\n"},
            "ROOT/pyproject.toml: [tool.taskslib]: service.web: unit: unknown key 'comand'",
            "did you mean 'command'? known keys: command, report, folder, env, progress, select",
        ),
        (
            {"pyproject.toml": "[tool.taskslib.integration]\ncommand = ['x']\n"},
            "ROOT/pyproject.toml: [tool.taskslib]: integration: `command` and `report` go together",
            "without both, the framework that the tests are written for runs them",
        ),
        (
            {
                "pyproject.toml": "[tool.taskslib.service.web.unit]\n"
                "command = ['x']\nreport = 'r'\nfolder = 'sub'\n",
                "services/web/Dockerfile": "",
            },
            "web:unit: `folder` is 'sub', and there is no ROOT/services/web/sub",
            "correct it in [tool.taskslib] of pyproject.toml",
        ),
        (
            {"pyproject.toml": "[tool.taskslib]\njobs = 0\n"},
            "ROOT/pyproject.toml: [tool.taskslib]: Expected `int` >= 1 - at `$.jobs`",
            "",
        ),
        (
            {"pyproject.toml": "[tool.taskslib.limits]\nsiute = 1\n"},
            "ROOT/pyproject.toml: [tool.taskslib]: limits: unknown key 'siute'",
            "did you mean 'suite'? known keys: build, start, ready, suite, deploy",
        ),
        (
            {"pyproject.toml": "[tool\n"},
            "ROOT/pyproject.toml: Expected ']' at the end of a table declaration "
            "(at line 1, column 6)",
            "",
        ),
        (
            {"pyproject.toml": "[tool.taskslib.service.wbe]\n", "services/web/Dockerfile": ""},
            "ROOT/pyproject.toml: [tool.taskslib.service.wbe]: no such service",
            "services: web",
        ),
    ],
)
def test_what_is_wrong_is_said(
    tmp_path: Path, files: dict[str, str], message: str, hint: str
) -> None:
    with pytest.raises(ConfigError) as refused:
        load(write(tmp_path, files))
    assert refused.value.message.replace(str(tmp_path), "ROOT") == message
    assert refused.value.hint == hint


def test_a_worktree_has_the_name_of_the_main_one(tmp_path: Path) -> None:
    repo = repository(write(tmp_path / "shop", single()))
    repo.git.worktree("add", "-b", "feature/x", str(tmp_path / "elsewhere"))
    assert load(tmp_path / "elsewhere").name == "shop"


def test_pyproject_names_the_project(tmp_path: Path) -> None:
    assert load(write(tmp_path, {"pyproject.toml": "[project]\nname = 'store'\n"})).name == "store"


def test_a_service_called_like_the_project(tmp_path: Path) -> None:
    root = write(tmp_path / "web", multi(**{"tests/unit/test_a.py": ""}))
    assert "project:unit" in suites(load(root))


def test_root_is_found_from_inside(tmp_path: Path) -> None:
    root = write(tmp_path / "shop", multi())
    assert find_root(root / "services" / "web" / "tests") == root


def test_a_folder_without_files_is_no_suite(tmp_path: Path) -> None:
    """What git leaves where another branch has tests: folders, and caches in them."""
    left = ("tests/unit", "tests/integration", "services/lib/tests/unit")
    root = write(
        tmp_path / "shop",
        {
            "services/lib/pyproject.toml": "",
            "services/lib/Dockerfile": "",
            **{f"{folder}/deep/__pycache__/test_a.pyc": "" for folder in left},
            **{f"{folder}/.pytest_cache/README.md": "" for folder in left},
        },
    )
    (root / "services/lib/tests/integration").mkdir()
    project = load(root)
    assert suites(project) == {}
    assert project.gaps == (
        "lib has no unit tests (services/lib/tests/unit)",
        "lib has no service tests (services/lib/tests/integration)",
    )
    write(root, {"services/lib/tests/unit/conftest.py": ""})
    assert suites(load(root)) == {"lib:unit": ""}
