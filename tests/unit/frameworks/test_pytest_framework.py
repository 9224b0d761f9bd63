"""pytest as a framework: what it detects, the command it gives, the file it injects."""

from __future__ import annotations

import ast
import os
import sys
from pathlib import Path

import pytest

from taskslib import frameworks
from taskslib.errors import EnvironmentFailure
from taskslib.events import Stage, SuiteId
from taskslib.frameworks.base import Invocation, Prepared, rerun_line
from taskslib.frameworks.detection import framework_of
from taskslib.frameworks.pytest import Pytest
from taskslib.processes import Command
from taskslib.project.model import Suite

PLUGINS = Path(frameworks.__file__).parent / "plugins"


def suite_in(folder: Path, stage: Stage = Stage.UNIT) -> Suite:
    (folder / "tests" / "unit").mkdir(parents=True)
    return Suite(SuiteId("api", stage), folder, folder / "tests" / "unit")


def command(suite: Suite, *arguments: str, **variables: str) -> Command:
    python = suite.folder / "python"
    prepared = Prepared(python, {"PATH": "its"})
    output = suite.folder / "output.txt"
    return Pytest().command(Invocation(suite, prepared, output, variables, arguments))


def test_the_whole_command(tmp_path: Path) -> None:
    suite = suite_in(tmp_path)
    python = str(tmp_path / "python")
    assert command(suite, "-k", "one", PATH="theirs", HOME="home", PYTHONPATH="own") == Command(
        (python, "-u", "-m", "pytest", "-p", "taskslib_pytest_events", "tests/unit", "-k", "one"),
        cwd=tmp_path,
        env={
            "PATH": "its",
            "HOME": "home",
            "PYTHONPATH": os.pathsep.join((str(PLUGINS), "own")),
            "TASKSLIB_EVENTS": str(tmp_path.resolve() / "output.events"),
            "TASKSLIB_STACKS": str(tmp_path.resolve() / "output.stacks"),
        },
        ask="SIGUSR1",
    )


@pytest.mark.parametrize("stage", [Stage.SERVICE, Stage.INTEGRATION])
def test_stages_with_containers(tmp_path: Path, stage: Stage) -> None:
    env = command(suite_in(tmp_path, stage)).env
    assert env is not None
    assert (env["TASKSLIB_INTEGRATION"], env["PYTHONPATH"]) == ("1", str(PLUGINS))


def test_tests_beside_the_code(tmp_path: Path) -> None:
    suite = Suite(SuiteId("api", Stage.UNIT), tmp_path, tmp_path)
    assert command(suite).argv[-1] == "."


@pytest.mark.parametrize(
    ("arguments", "replaces"),
    [
        ((), False),
        (("-x", "--tb=short"), False),
        (("-k", "tests"), False),
        (("--ignore", "tests/unit/test_it.py"), False),
        (("tests/unit/test_it.py",), True),
        (("-x", "tests/unit/test_it.py::test_one[a::b]"), True),
        (("tests/unit/gone.py",), False),
        (("::",), False),
    ],
)
def test_named_tests_replace_the_folder(
    tmp_path: Path, arguments: tuple[str, ...], *, replaces: bool
) -> None:
    suite = suite_in(tmp_path)
    (suite.tests / "test_it.py").touch()
    rest = command(suite, *arguments).argv[6:]
    assert rest == (arguments if replaces else ("tests/unit", *arguments))


@pytest.mark.parametrize(
    ("stage", "task"),
    [
        (Stage.UNIT, "test-unit --service api"),
        (Stage.SERVICE, "test-service api"),
        (Stage.INTEGRATION, "test-integration"),
    ],
)
@pytest.mark.skipif(sys.platform == "win32", reason="quotes differ there")
def test_rerun(tmp_path: Path, stage: Stage, task: str) -> None:
    suite = suite_in(tmp_path, stage)
    arguments = Pytest().selection(suite, ["tests/test_it.py::test_it[a b's]"])
    line = rerun_line(suite, arguments)
    assert line == f"""inv {task} -- 'tests/test_it.py::test_it[a b'"'"'s]'"""


def test_missing_plugin(tmp_path: Path) -> None:
    suite = suite_in(tmp_path)
    broken = Pytest(plugins=tmp_path)
    with pytest.raises(
        EnvironmentFailure, match=r"taskslib_pytest_events\.py is missing"
    ) as caught:
        broken.command(Invocation(suite, Prepared(tmp_path), tmp_path / "output.txt"))
    assert caught.value.hint == "reinstall taskslib"


def test_detection(tmp_path: Path) -> None:
    suite = suite_in(tmp_path)
    assert framework_of(suite) is None
    for name in ("node_modules", ".venv", "__pycache__"):
        (suite.tests / name).mkdir()
        (suite.tests / name / "module.py").touch()
    (suite.tests / "cart.test.ts").touch()
    assert framework_of(suite) is None
    (suite.tests / "deep").mkdir()
    (suite.tests / "deep" / "check_it.py").touch()
    assert framework_of(suite) == Pytest()
    gone = Suite(suite.id, tmp_path, tmp_path / "nowhere")
    assert framework_of(gone) is None


OWN = ("taskslib_pytest_costs.py", "taskslib_pytest_events.py")


def test_the_plugins_are_alone_in_their_folder() -> None:
    """The folder is on the path of every suite: nothing else may be importable from it."""
    importable = {path.name for path in PLUGINS.iterdir()} - {"__pycache__"}
    assert {name for name in importable if not name.endswith(".mjs")} == set(OWN)


@pytest.mark.parametrize("plugin", OWN)
def test_the_plugins_need_an_old_python_and_no_package(plugin: str) -> None:
    text = (PLUGINS / plugin).read_text("utf-8")
    tree = ast.parse(text, feature_version=(3, 8))
    imported = {
        name.split(".")[0]
        for node in ast.walk(tree)
        for name in (
            [alias.name for alias in node.names]
            if isinstance(node, ast.Import)
            else [node.module or ""]
            if isinstance(node, ast.ImportFrom)
            else []
        )
    }
    assert imported <= set(sys.stdlib_module_names) | {"pytest"}
