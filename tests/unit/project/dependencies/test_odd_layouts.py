"""Which suites a changed file affects where a repo doesn't follow the conventions."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from taskslib.events import Stage
from tests.support.projects import repository, write
from tests.unit.project.dependencies.support import (
    dependencies,
    hit,
    inputs,
    library,
    service,
    services,
    unknown,
)


def test_tests_beside_the_sources_take_these_from_nobody(tmp_path: Path) -> None:
    config = '[tool.taskslib.service.a]\nunit_tests = "src"\nstack = "src/compose.yml"\n'
    found = dependencies(
        tmp_path,
        {
            **service("a"),
            "pyproject.toml": config,
            "services/a/src/code.py": "",
            "services/a/src/compose.yml": "services: {x: {image: x}}",
            **library("b", **{"requirements.txt": "-e ../a"}),
        },
    )
    assert hit(found, "services/a/src/code.py") == {"a:unit", "a:service", "b:unit"}


def test_tests_and_commands_elsewhere(tmp_path: Path) -> None:
    config = """
        [tool.taskslib.service.a]
        unit_tests = "../../tests/a"
        unit = {command = ["x"], report = "x.xml", folder = "../../tools"}
        """
    found = dependencies(
        tmp_path,
        {"pyproject.toml": config, **library("a"), **library("b"), "tests/a/test_x.py": "",
         "tools/x.sh": "", "tests/unit/test_y.py": ""},
    )  # fmt: skip
    assert hit(found, "tests/a/test_x.py") == {"a:unit", f"{tmp_path.name}:unit"}
    assert hit(found, "tools/x.sh") == {"a:unit"}
    assert hit(found, "tests/unit/test_y.py") == {f"{tmp_path.name}:unit"}


def test_a_stack_outside_of_the_repo(tmp_path: Path) -> None:
    config = '[tool.taskslib.service.a]\nstack = "../../../compose.yml"\n'
    files = {**service("a"), **library("b"), "pyproject.toml": config}
    write(tmp_path, {"compose.yml": "services: {a: {image: a}}"})
    found = dependencies(tmp_path / "shop", files)
    assert unknown(found, "a", Stage.SERVICE) == ("../compose.yml is not there",)
    assert "a:service" in hit(found, "services/b/code.py")


def test_inputs_that_are_not_in_the_repo_are_said(tmp_path: Path) -> None:
    config = '[tool.taskslib.service.a]\ninputs = ["../x", "./schemas/", "**/*.sql"]\n'
    found = dependencies(tmp_path, {"pyproject.toml": config, **library("a"), **library("b")})
    assert unknown(found, "a") == ("../x is not in the repo",)
    assert hit(found, "services/b/more/x.sql") == {"a:unit", "b:unit"}


def test_what_is_named_is_known_where_tools_leave_files(tmp_path: Path) -> None:
    config = """
        [tool.taskslib.service.a]
        inputs = ["services/a/dist", "services/a/target/x.jar", "services/target/x", "src"]
        [tool.taskslib.service.b]
        inputs = ["services/*/build/*.js", "**/*.log", "ser*/target/x"]
    """
    a = service("a", "FROM x\nCOPY build/app out/*.js code.py /\n", "../..")
    stack = "services: {a: {build: ../.., image: x, volumes: ['../../coverage:/out', './x:/x']}}"
    files = {
        ".gitignore": "dist/\nbuild/\ntarget/\nout/\ncoverage/\n*.log\n",
        "pyproject.toml": config,
        "services/target/x": "",
        **a,
        **library("b"),
        "services/a/deploy/test/docker-compose.yml": stack,
    }
    repository(write(tmp_path, files)).git.add("-f", "services/target/x")
    found = dependencies(tmp_path, files)
    configured = ("services/a/dist", "services/a/target/x.jar")
    used = ("services/a/build/app", "services/a/coverage", "services/a/out")
    assert inputs(found, "a", Stage.UNIT).left_out == configured
    assert inputs(found, "a", Stage.SERVICE).left_out == tuple(sorted((*configured, *used)))
    assert unknown(found, "b") == (
        "**/*.log is nothing that git knows",
        "services/*/build/*.js is nothing that git knows",
    )


@pytest.mark.skipif(os.name == "nt", reason="links need a privilege there")
def test_who_has_a_link_depends_on_what_it_leads_to(tmp_path: Path) -> None:
    for name in ("a", "b", "c", "d"):
        (tmp_path / "services" / name).mkdir(parents=True)
    (tmp_path / "services" / "a" / "to_b").symlink_to("../b/shared")
    (tmp_path / "services" / "b" / "shared").symlink_to("../c")
    (tmp_path / "services" / "c" / "round").symlink_to("../a")
    (tmp_path / "services" / "d" / "out").symlink_to("../../../elsewhere")
    files = {path: text for name in "abcd" for path, text in library(name).items()}
    found = dependencies(tmp_path, files)
    assert hit(found, "services/c/code.py") == {"a:unit", "b:unit", "c:unit"}
    assert hit(found, "services/a/code.py") == {"a:unit", "b:unit", "c:unit"}
    assert hit(found, "services/d/code.py") == {"d:unit"}
    (tmp_path / "everybodys").symlink_to("services/d/code.py")
    found = dependencies(tmp_path, files)
    assert hit(found, "services/d/code.py") == {"a:unit", "b:unit", "c:unit", "d:unit"}


@pytest.mark.skipif(os.name == "nt", reason="links need a privilege there")
def test_who_names_a_place_behind_a_link_depends_on_what_it_leads_to(tmp_path: Path) -> None:
    config = """
        [tool.taskslib.service.a]
        inputs = ["services/b/link/v1", "services/b/round/x", "services/b/out/x"]
        [tool.taskslib.service.c]
        inputs = ["services/b/link/*/code.py"]
        [tool.taskslib.service.d]
        inputs = ["services/b/link"]
    """
    files = {"pyproject.toml": config, "services/b/real/v1/code.py": "", "services/b/real/v2/x": ""}
    write(tmp_path, files | {path: text for name in "abcd" for path, text in library(name).items()})
    links = {"link": "hop", "hop": "real", "round": "round/y", "out": "../../../elsewhere"}
    for name, target in links.items():
        (tmp_path / "services/b" / name).symlink_to(target)
    found = dependencies(tmp_path, {})
    assert hit(found, "services/b/real/v1/code.py") == {"a:unit", "b:unit", "c:unit", "d:unit"}
    assert hit(found, "services/b/real/v2/x") == {"b:unit", "d:unit"}
    assert hit(found, "services/b/link") == {"a:unit", "b:unit", "c:unit", "d:unit"}
    assert hit(found, "services/b/out") == {"a:unit", "b:unit"}


def test_a_service_with_an_affected_suite_is_affected(tmp_path: Path) -> None:
    config = '[tool.taskslib.service.a]\ninputs = ["README.md"]\nstack = "../../deploy/a"\n'
    files = {**service("a"), **service("b"), "pyproject.toml": config, "README.md": ""}
    stack = "services: {a: {image: a}, b: {build: ../../services/b}}"
    found = dependencies(tmp_path, {**files, "deploy/a/compose.yml": stack})
    assert services(found, "README.md") == {"a"}
    assert services(found, "deploy/a/seed.sql") == {"a"}
    assert services(found, "services/b/code.py") == {"a", "b"}
    assert services(found, "docs/x.txt") == set()
    assert services(found, "services/a/tests/integration/test_b.py") == {"a"}


def test_what_is_harmless_affects_no_flat_repo(tmp_path: Path) -> None:
    files = {
        "Dockerfile": "FROM a\nCOPY src /src\n",
        "src/a.py": "",
        "tests/unit/test_a.py": "",
        "README.md": "",
    }
    found = dependencies(tmp_path / "shop", files)
    assert services(found, "README.md") == set()
    assert services(found, "src/a.py") == services(found, "Dockerfile") == {"shop"}
    assert services(found, "tests/unit/test_a.py") == {"shop"}
