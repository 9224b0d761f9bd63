from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

from taskslib.frameworks.environments.declared import Declared, build_inputs, declared, read

HERE = Path("/repo/app")


def _declared(text: str) -> Declared:
    return declared(HERE, tomllib.loads(text))


def test_everything_that_is_declared() -> None:
    found = _declared(
        """
        [build-system]
        requires = ["hatchling"]
        [project]
        name = "My_App"
        requires-python = ">=3.11"
        dependencies = ["Some.Lib[x]>=1", "orders"]
        [project.optional-dependencies]
        fast = ["uvloop; sys_platform != 'win32'"]
        [dependency-groups]
        dev = [{include-group = "test"}, "ruff"]
        test = ["pytest"]
        [tool.uv.sources]
        Orders = {path = "../orders"}
        some-lib = [{git = "x"}, {workspace = true}]
        [tool.uv.workspace]
        members = ["services/*"]
        """
    )
    assert found == Declared(
        folder=HERE,
        name="my-app",
        requires_python=">=3.11",
        has_project=True,
        is_package=True,
        development=("--group", "dev"),
        depends_on=frozenset({"some-lib", "orders", "uvloop", "ruff", "pytest"}),
        sources={
            "orders": ({"path": "../orders"},),
            "some-lib": ({"git": "x"}, {"workspace": True}),
        },
        workspace={"members": ["services/*"]},
        statement=found.statement,
    )


@pytest.mark.parametrize(
    ("text", "development"),
    [
        ("", ()),
        ("[dependency-groups]\nother = []", ()),
        ("[dependency-groups]\ntest = []\ndev = []", ("--group", "dev")),
        ("[dependency-groups]\ntest = []", ("--group", "test")),
        ("[project.optional-dependencies]\ntest = []\ndev = []", ("--extra", "dev")),
        ("[project.optional-dependencies]\ntest = []", ("--extra", "test")),
        (
            "[project.optional-dependencies]\ndev = []\n[dependency-groups]\ntest = []",
            ("--group", "test"),
        ),
    ],
)
def test_where_development_dependencies_are(text: str, development: tuple[str, ...]) -> None:
    assert _declared(text).development == development


@pytest.mark.parametrize(
    ("text", "legacy", "package"),
    [
        ("", False, False),
        ("", True, True),
        ("[project]\nname = 'x'", False, False),
        ("[build-system]\nrequires = []", False, True),
        ("[build-system]\nrequires = []\n[tool.uv]\npackage = false", False, False),
        ("[tool.uv]\npackage = true", False, True),
    ],
)
def test_what_can_be_installed(text: str, *, legacy: bool, package: bool) -> None:
    assert declared(HERE, tomllib.loads(text), legacy=legacy).is_package is package


def test_the_statement_is_of_what_a_lock_depends_on() -> None:
    base = '[project]\nname = "x"\n'
    same = _declared(base + "[tool.ruff]\nline-length = 80").statement
    assert same == _declared(base).statement
    assert _declared(base + "dependencies = ['y']").statement != same
    assert _declared(base + "[dependency-groups]\ndev = ['y']").statement != same
    assert _declared(base + "[tool.uv]\nconflicts = []").statement != same


@pytest.mark.parametrize("text", ["project = 1", "tool = []", "[tool]\nuv = 'x'", "[project]"])
def test_wrong_types_are_as_if_not_there(text: str) -> None:
    found = _declared(text)
    assert (found.name, found.sources, found.development) == ("", {}, ())


def test_a_folder_that_says_nothing(tmp_path: Path) -> None:
    assert read(tmp_path) == Declared(tmp_path)
    (tmp_path / "setup.py").write_text("x")
    assert read(tmp_path) == Declared(tmp_path, is_package=True)
    assert list(build_inputs(tmp_path)) == [("setup.py", b"x")]
