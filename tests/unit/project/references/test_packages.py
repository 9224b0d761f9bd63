"""What manifests say of other packages of the repo."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from taskslib.project.references.packages import (
    Manifest,
    package_json,
    pyproject,
    requirements,
)


@pytest.mark.parametrize(
    ("text", "paths", "names"),
    [
        ("", (), ()),
        ('[tool.uv.sources]\na = {path = "../a", editable = true}', ("../a",), ()),
        ('[tool.uv.sources]\na = [{path = "x"}, {path = "y", marker = "z"}]', ("x", "y"), ()),
        ("[tool.uv.sources]\nMy_Lib = {workspace = true}", (), ("my-lib",)),
        ('[tool.uv.sources]\na = {git = "https://x"}', (), ()),
        ('[tool.poetry.dependencies]\na = {path = "../a"}\nb = "^1"', ("../a",), ()),
        ('[tool.poetry.group.dev.dependencies]\na = {path = "../a"}', ("../a",), ()),
        ('[project]\ndependencies = ["a @ file:../a", "b>=1"]', ("../a",), ()),
        ('[project]\ndependencies = ["a @ file:///${PROJECT_ROOT}/../a"]', ("../a",), ()),
        ("[dependency-groups]\ndev = [\"a @ file:../a ; python_version>'3'\"]", ("../a",), ()),
        ('[project]\ndependencies = ["a @ {root:uri}/../a"]', (), ()),
    ],
)
def test_pyproject(text: str, paths: tuple[str, ...], names: tuple[str, ...]) -> None:
    found = pyproject(text)
    assert (found.paths, found.names, found.unknown) == (paths, names, ())


def test_the_name_and_whether_it_is_a_package() -> None:
    text = '[project]\nname = "My.Lib"\n[build-system]\nrequires = []\n'
    assert pyproject(text) == Manifest("my-lib", package=True)
    assert pyproject('[tool.poetry]\nname = "x"') == Manifest("x")


@pytest.mark.parametrize(
    ("line", "paths"),
    [
        ("-e ../lib", ("../lib",)),
        ("--editable=../lib", ("../lib",)),
        ("../lib[extra]", ("../lib",)),
        ("./vendored.whl  # ours", ("./vendored.whl",)),
        ("file:../lib", ("../lib",)),
        ("lib @ file:../lib", ("../lib",)),
        ("-r ../base.txt", ("../base.txt",)),
        ("-cconstraints.txt", ("constraints.txt",)),
        ("requests==2 --hash=sha256:0", ()),
        ("# -e ../lib", ()),
        ("git+https://example.org/x", ()),
    ],
)
def test_requirements(line: str, paths: tuple[str, ...]) -> None:
    assert requirements(f"{line}\n").paths == paths


def test_package_json() -> None:
    text = (
        '{"name": "@shop/web", "dependencies": {"@shop/ui": "workspace:*", "a": "file:../a"},'
        '"devDependencies": {"b": "link:../b", "react": "^19"}}'
    )
    assert package_json(text) == Manifest(
        "@shop/web", ("../a", "../b"), ("@shop/ui", "react"), package=True
    )


@pytest.mark.parametrize("text", ["", "[]", "{", '{"name": 1, "dependencies": []}', "\ufeff{}"])
def test_package_json_of_other_forms(text: str) -> None:
    assert package_json(text).paths == ()


def test_what_is_malformed_is_unknown() -> None:
    assert pyproject("[").unknown[0].startswith("pyproject.toml: ")
    assert package_json("{").unknown[0].startswith("package.json: ")


@given(st.text())
def test_no_text_breaks_them(text: str) -> None:
    for read in (pyproject, package_json, requirements):
        read(text)
