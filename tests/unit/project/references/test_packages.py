"""What manifests say of other packages of the repo."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from taskslib.project.references.packages import (
    Manifest,
    Workspace,
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
        ('[project]\ndependencies = ["a @ {root:uri}/../a"]', ("../a",), ()),
        ('[project]\ndependencies = ["a[x] @ {root:parent:uri}/a"]', ("../a",), ()),
        ('[tool.hatch.envs.test]\ndependencies = ["a @ {root:uri}/../a"]', ("../a",), ()),
        (
            '[tool.pdm.dev-dependencies]\nx = ["-e file:///${PROJECT_ROOT}/../a#egg=a"]',
            ("../a",),
            (),
        ),
        ('[project]\ndescription = "shop @ ./home"\ndependencies = ["a @ https://x"]', (), ()),
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
        ("-e libs/lib", ("libs/lib",)),
        ("-e ../lib#egg=lib", ("../lib",)),
        ("-e ../lib[x]#egg=lib", ("../lib",)),
        ("-e ../lib#egg=lib[x,y]", ("../lib",)),
        ("-e file:../lib#egg=lib&subdirectory=x", ("../lib",)),
        ("-e file:///${PROJECT_ROOT}/../my%20lib", ("../my lib",)),
        ("-e 'lib' --config-settings a=b", ("lib",)),
        ("-e \\\n  ../lib", ("../lib",)),
        ("\ufeff-e ../lib", ("../lib",)),
        ("# an aside \\\n-e ../lib", ("../lib",)),
        ("-e lib @ ../lib", ("../lib",)),
        ("lib @ ../lib", ("../lib",)),
        ("lib[x] @ ../lib ; python_version > '3'", ("../lib",)),
        ("lib@libs/lib", ("libs/lib",)),
        ("../lib; python_version > '3'", ("../lib",)),
        ("../lib#egg=lib", ("../lib",)),
        ("..\\lib", ("..\\lib",)),
        ("lib-1-py3-none-any.whl --hash=sha256:0", ("lib-1-py3-none-any.whl",)),
        ("-e../lib[extra] ; python_version > '3'", ("../lib",)),
        ("--editable ../lib", ("../lib",)),
        ("-e file:../lib", ("../lib",)),
        ("libs/wheels/lib-1.whl", ("libs/wheels/lib-1.whl",)),
        ("--find-links=../wheels", ("../wheels",)),
        ("-f ../wheels", ("../wheels",)),
        ("-f https://example.org/wheels", ()),
        ("-e git+https://example.org/x.git#egg=x", ()),
        ("--index-url https://example.org/simple", ()),
        ("https://example.org/x/y.whl", ()),
        ("lib @ https://example.org/x/y.whl", ()),
        ("requests==2 --hash=sha256:0", ()),
        ("# -e ../lib", ()),
        ("git+https://example.org/x", ()),
        ("-e x @ git+https://example.org/x", ()),
        ("lib==1 ; platform_release != 'a/b'", ()),
    ],
)
def test_requirements(line: str, paths: tuple[str, ...]) -> None:
    assert requirements(f"{line}\n").paths == paths


@pytest.mark.parametrize(
    "line", ["-e", "-e ${LIBS}/lib", "${LIBS}/lib", "lib @ ${LIBS}/lib", "-f $X", "-e ../lib what"]
)
def test_a_line_that_is_not_understood_is_unknown(line: str) -> None:
    assert requirements(f"x==1\n{line}  # ours\n").unknown == (f"it says {line}",)


def test_a_reference_that_is_not_understood_is_unknown() -> None:
    text = '[project]\ndependencies = ["a @ ${LIBS}/a"]'
    assert pyproject(text).unknown == ("pyproject.toml: a @ ${LIBS}/a",)


@pytest.mark.parametrize(
    ("line", "included"),
    [
        ("-r ../base.txt", ("../base.txt",)),
        ("-rbase.txt  # ours", ("base.txt",)),
        ("--requirement=base.txt", ("base.txt",)),
        ('-r "my base.txt"', ("my base.txt",)),
        ("-cconstraints.txt", ("constraints.txt",)),
        ("--require-hashes", ()),
    ],
)
def test_included_requirements(line: str, included: tuple[str, ...]) -> None:
    found = requirements(f"{line}\n")
    assert (found.included, found.paths) == (included, ())


def test_requirements_from_elsewhere_are_unknown() -> None:
    assert requirements("-c https://x.org/c.txt").unknown == ("it includes https://x.org/c.txt",)


def test_a_workspace() -> None:
    found = pyproject("""
        [project]
        dependencies = ["My_Lib[x]>1", "other @ file:./other"]
        optional-dependencies = {dev = ["pytest"]}
        [dependency-groups]
        more = ["ruff", {include-group = "dev"}]
        [tool.uv]
        dev-dependencies = ["mypy"]
        workspace = {members = ["services/*"], exclude = ["services/x"]}
        sources = {my-lib = {workspace = true}, other = [{path = "other"}, {git = "https://x"}]}
        """)
    assert found.requires == ("my-lib", "other", "pytest", "ruff", "mypy")
    sources = {"my-lib": ("",), "other": ("other",)}
    assert found.workspace == Workspace(("services/*",), ("services/x",), sources)


@pytest.mark.parametrize(
    ("version", "paths", "names"),
    [
        ("workspace:*", (), ("a",)),
        ("workspace:../b", ("../b",), ()),
        ("workspace:b@^1", (), ("b",)),
        ("npm:@shop/b@^1", (), ("@shop/b",)),
        ("portal:../b", ("../b",), ()),
        ("^1", (), ("a",)),
        ("https://x.org/a.tgz", (), ("a",)),
    ],
)
def test_versions_of_node(version: str, paths: tuple[str, ...], names: tuple[str, ...]) -> None:
    found = package_json(json.dumps({"peerDependencies": {"a": version}}))
    assert (found.paths, found.names) == (paths, names)


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
    assert pyproject("a = " + "[" * 9999).unknown
    assert package_json("[" * 99999).unknown


SHAPES = st.recursive(
    st.integers() | st.booleans() | st.sampled_from(["", "a", "a @ file:../a"]),
    lambda inner: (
        st.lists(inner, max_size=2)
        | st.dictionaries(
            st.sampled_from(
                ["uv", "poetry", "sources", "workspace", "members", "group", "dependencies", "path"]
            ),
            inner,
            max_size=2,
        )
    ),
    max_leaves=6,
)


@given(
    st.dictionaries(
        st.sampled_from(
            ["project", "tool", "dependency-groups", "build-system", "name", "dependencies"]
        ),
        SHAPES,
    )
)
def test_no_form_breaks_them(data: dict[str, object]) -> None:
    package_json(json.dumps(data))
    pyproject("\n".join(f"{name} = {_toml(value)}" for name, value in data.items()))


def _toml(value: object) -> str:
    if isinstance(value, dict):
        return "{" + ", ".join(f"{name} = {_toml(one)}" for name, one in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(_toml, value)) + "]"
    return json.dumps(value)


@given(st.text())
def test_no_text_breaks_them(text: str) -> None:
    for read in (pyproject, package_json, requirements):
        read(text)
