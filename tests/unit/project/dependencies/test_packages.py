"""Which folders depend on which as packages."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.unit.project.dependencies.support import dependencies, hit, library, unknown

LIB = '[project]\nname = "lib"\n'
ROOT = """\
[tool.uv.workspace]
members = ["services/*"]
exclude = ["services/out"]
[tool.uv.sources]
lib = {workspace = true}
vendored = {path = "vendor/x"}
"""
NEEDS = '[project]\nname = "{name}"\ndependencies = ["Lib>1", "vendored"]\n'


def test_what_a_workspaces_root_says_of_its_members_requirements(tmp_path: Path) -> None:
    names = ("in", "out")
    needs = {f"services/{name}/pyproject.toml": NEEDS.format(name=name) for name in names}
    found = dependencies(
        tmp_path,
        {
            "pyproject.toml": ROOT,
            "vendor/x/code.py": "",
            **library("lib", **{"pyproject.toml": LIB}),
            **library("in"),
            **library("out"),
            **needs,
        },
    )
    assert hit(found, "services/lib/code.py") == {"lib:unit", "in:unit"}
    assert hit(found, "vendor/x/code.py") == {"in:unit"}


def test_requirements_that_are_included_count(tmp_path: Path) -> None:
    found = dependencies(
        tmp_path,
        {
            **library("a", **{"requirements.txt": "-r ../../requirements/base.txt"}),
            "requirements/base.txt": "-e ../libs/x\n-r base.txt\n-c constraints.txt",
            "requirements/constraints.txt": "",
            **library("b"),
            "libs/x/code.py": "",
        },
    )
    assert hit(found, "libs/x/code.py") == {"a:unit"}
    assert unknown(found, "a") == ()
    assert "a:unit" in hit(found, "requirements/constraints.txt")


def test_a_path_in_an_included_file_starts_where_that_is_installed(tmp_path: Path) -> None:
    found = dependencies(
        tmp_path,
        {
            **library("a", **{"requirements.txt": "-r ../../requirements/base.txt"}),
            "requirements/base.txt": "-e .\n-e ../lib\n",
            **library("lib", **{"requirements.txt": "-e ../../libs/x"}),
            **library("b"),
            "libs/x/code.py": "",
        },
    )
    assert hit(found, "services/lib/code.py") == {"a:unit", "lib:unit"}
    assert hit(found, "libs/x/code.py") == {"a:unit", "lib:unit"}
    assert unknown(found, "a") == ()


def test_where_both_readings_of_a_path_are_there_both_count(tmp_path: Path) -> None:
    found = dependencies(
        tmp_path,
        {
            **library("a", **{"requirements.txt": "-r ../../requirements/base.txt"}),
            "requirements/base.txt": "-e ../lib\n",
            **library("lib"),
            **library("b"),
            "lib/requirements.txt": "-e ../services/b",
        },
    )
    assert hit(found, "services/lib/code.py") == {"a:unit", "lib:unit"}
    assert hit(found, "services/b/code.py") == {"a:unit", "b:unit"}
    # Whether it is a's alone is in doubt, so that it stays everybody's.
    assert hit(found, "lib/code.py") == {"a:unit", "b:unit", "lib:unit"}


def test_packages_with_one_name_all_count(tmp_path: Path) -> None:
    found = dependencies(
        tmp_path,
        {
            **library("a", **{"package.json": '{"dependencies": {"lib": "*"}}'}),
            "examples/x/package.json": '{"name": "lib"}',
            **library("lib", **{"package.json": '{"name": "lib"}'}),
        },
    )
    assert hit(found, "services/lib/code.py") == {"lib:unit", "a:unit"}


def test_a_package_of_another_kind_is_another(tmp_path: Path) -> None:
    found = dependencies(
        tmp_path,
        {
            **library("a", **{"package.json": '{"dependencies": {"lib": "*"}}'}),
            **library("lib", **{"pyproject.toml": LIB}),
        },
    )
    assert hit(found, "services/lib/code.py") == {"lib:unit"}


def test_what_depends_on_itself(tmp_path: Path) -> None:
    config = '[tool.taskslib.service.a]\ndepends_on = ["a"]'
    found = dependencies(
        tmp_path, {"pyproject.toml": config, **library("a", **{"requirements.txt": "-e ."})}
    )
    assert found.packages.folder("services/a").depends_on == ()
    assert hit(found, "services/a/tests/unit/test_a.py") == {"a:unit"}


@pytest.mark.parametrize(
    ("files", "words"),
    [
        ({"pyproject.toml": "["}, "pyproject.toml: "),
        ({"package.json": "{"}, "package.json: "),
        ({"requirements.txt": "-r gone.txt"}, "services/a/requirements.txt: gone.txt is not there"),
        ({"requirements.txt": "-r ../../../x"}, "services/a/requirements.txt: ../../../x is not"),
        ({"requirements.txt": "-r https://x.org/y"}, "it includes https://x.org/y"),
        ({"requirements.txt": "-e ${LIBS}/b"}, "it says -e ${LIBS}/b"),
    ],
)
def test_what_cannot_be_read_can_depend_on_anything(
    tmp_path: Path, files: dict[str, str], words: str
) -> None:
    found = dependencies(tmp_path, {**library("a", **files), **library("b")})
    assert unknown(found, "a")[0].startswith(words)
    assert hit(found, "services/b/code.py") == {"a:unit", "b:unit"}
    assert hit(found, "services/a/code.py") == {"a:unit"}


@pytest.mark.skipif(os.name == "nt", reason="links need a privilege there")
def test_a_manifest_that_is_a_link_to_nothing(tmp_path: Path) -> None:
    files = {**library("a"), **library("b")}
    (tmp_path / "services" / "a").mkdir(parents=True)
    (tmp_path / "services" / "a" / "requirements.txt").symlink_to("gone")
    found = dependencies(tmp_path, files)
    assert unknown(found, "a") == ("services/a/requirements.txt: No such file or directory",)
    assert hit(found, "services/b/code.py") == {"a:unit", "b:unit"}
