"""What a stack is made from."""

from __future__ import annotations

from pathlib import Path

import pytest

from taskslib.events import Stage
from tests.unit.project.dependencies.support import (
    dependencies,
    hit,
    inputs,
    library,
    service,
    unknown,
)

AT = "services/a/deploy/test"


def test_an_override_that_gives_only_arguments(tmp_path: Path) -> None:
    api = service("a", "ARG TAG=1\nFROM x:${TAG}\nCOPY code.py /\n")
    override = "services: {a: {build: {args: {TAG: '2'}}}}"
    found = dependencies(tmp_path, {**api, f"{AT}/docker-compose.override.yml": override})
    assert (inputs(found, "a").images, unknown(found, "a", Stage.SERVICE)) == (("x:2",), ())


def test_env_files_take_from_the_environment(tmp_path: Path) -> None:
    files = {
        f"{AT}/docker-compose.yml": "services: {a: {image: a, env_file: [x.env, gone.env]}}",
        f"{AT}/x.env": "GIVEN=1\nPASSED\nURL=http://${HOST}/\n# COMMENT\n",
    }
    found = dependencies(tmp_path, {**service("a"), **files})
    assert {"PASSED", "HOST"} < set(inputs(found, "a").variables)
    assert "GIVEN" not in inputs(found, "a").variables
    assert unknown(found, "a", Stage.SERVICE) == ()


@pytest.mark.parametrize(
    ("line", "image"),
    [
        ("TAG=2", "a:2"),
        ("export TAG=2", "a:2"),
        ("TAG='2'  # two", "a:2"),
        ("TAG=2 # two", "a:2"),
        ('TAG="${MAJOR}.1"', "a:3.1"),
        ("TAG='${MAJOR}'", "a:${MAJOR}"),
        ("MAJOR=9\nTAG=$MAJOR", "a:3"),
        ("MINOR=9\nTAG=$MINOR", "a:9"),
        ("# TAG=2", "a:"),
        ("TAG", "a:"),
    ],
)
def test_a_dotenv(tmp_path: Path, line: str, image: str) -> None:
    files = {f"{AT}/docker-compose.yml": "services: {a: {image: 'a:$TAG'}}", f"{AT}/.env": line}
    found = dependencies(tmp_path, {**service("a"), **files}, {"MAJOR": "3"})
    assert inputs(found, "a").images == (image,)


def test_an_absolute_path_can_lie_in_the_repo(tmp_path: Path) -> None:
    text = "services: {a: {image: a, volumes: ['${PWD}/services/b:/b']}}"
    files = {**service("a"), **library("b"), f"{AT}/docker-compose.yml": text}
    found = dependencies(tmp_path, files, {"PWD": str(tmp_path)})
    assert hit(found, "services/b/code.py") == {"b:unit", "a:service"}
    assert unknown(found, "a", Stage.SERVICE) == ()


@pytest.mark.parametrize(
    "text",
    [
        "services: [",
        "services: {a: {build: '${NOWHERE?}'}}",
        "services: {a: {build: ../nowhere}}",
        "include: [gone.yml]",
        "services: {a: {image: a, volumes: ['${NOWHERE?}:/x']}}",
    ],
)
def test_where_it_leads_nobody_knows_it_can_lead_anywhere(tmp_path: Path, text: str) -> None:
    files = {**service("a"), **library("b"), f"{AT}/docker-compose.yml": text}
    found = dependencies(tmp_path, files)
    assert hit(found, "services/b/code.py") == {"b:unit", "a:service"}


@pytest.mark.parametrize(
    "text",
    [
        "services: {a: {image: a, volumes: ['/var/run/docker.sock:/x']}}",
        "services: {a: {image: '${IMAGE?}'}}",
        "services: {a: {build: https://x.org/y.git}}",
    ],
)
def test_what_is_unknown_elsewhere_is_nothing_of_the_repo(tmp_path: Path, text: str) -> None:
    files = {**service("a"), **library("b"), f"{AT}/docker-compose.yml": text}
    found = dependencies(tmp_path, files)
    assert unknown(found, "a", Stage.SERVICE) != ()
    assert hit(found, "services/b/code.py") == {"b:unit"}


def test_a_further_context(tmp_path: Path) -> None:
    text = "services: {a: {build: {context: ../.., additional_contexts: {lib: ../../../b}}}}"
    dockerfile = "FROM x\nCOPY --from=lib code.py /\n"
    files = {**service("a", dockerfile), **library("b"), f"{AT}/docker-compose.yml": text}
    found = dependencies(tmp_path, files)
    assert hit(found, "services/b/code.py") == {"b:unit", "a:service"}
    assert inputs(found, "a").images == ("x",)


@pytest.mark.parametrize("name", ["a.Dockerfile.dockerignore", ".dockerignore"])
def test_what_a_context_ignored_counts_when_it_is_deleted(tmp_path: Path, name: str) -> None:
    text = "services: {a: {build: {context: ../../../b/docker, dockerfile: a.Dockerfile}}}"
    image = {"services/b/docker/a.Dockerfile": "FROM x\nCOPY code.py /\n"}
    files = {**service("a"), **library("b"), **image, f"{AT}/docker-compose.yml": text}
    found = dependencies(tmp_path, files)
    assert hit(found, f"services/b/docker/{name}") == {"b:unit", "a:service"}


def test_the_variables_of_an_included_file_count_when_they_are_deleted(tmp_path: Path) -> None:
    files = {
        **service("a"),
        **library("b", **{"stack/compose.yml": "services: {b: {image: b}}"}),
        f"{AT}/docker-compose.yml": "include: [../../../b/stack/compose.yml]",
    }
    found = dependencies(tmp_path, files)
    assert hit(found, "services/b/stack/.env") == {"b:unit", "a:service"}
