"""What a Compose file says of images, files and variables."""

from __future__ import annotations

from textwrap import dedent

import pytest

from taskslib.project.references.compose import Build, Compose, compose
from taskslib.project.references.interpolation import substituted, variables

ALWAYS = ("COMPOSE_DISABLE_ENV_FILE", "COMPOSE_ENV_FILES", "DOCKER_DEFAULT_PLATFORM")


def read(text: str, **environ: str) -> Compose:
    return compose(dedent(text), environ)


def test_images_and_builds() -> None:
    found = read("""
        x-base: &base
          build: {context: .., dockerfile: api/Dockerfile, args: {A: "1"}}
        services:
          api:
            <<: *base
            image: shop/api
            depends_on: {database: {condition: service_healthy}}
          other: {image: "shop/api:latest"}
          worker: {build: ./worker, depends_on: [api]}
          database: {image: "postgres:17"}
        """)
    assert found.builds == {
        "api": Build("..", "api/Dockerfile", arguments={"A": "1"}),
        "worker": Build("./worker"),
    }
    assert found.images == ("postgres:17",)  # what it builds itself is nobody else's
    assert found.after == {"api": ("database",), "worker": ("api",), "other": (), "database": ()}
    assert found.unknown == ()


def test_files() -> None:
    found = read("""
        include: [common.yml, {path: [a.yml, b.yml], env_file: x.env}]
        services:
          a:
            image: a
            extends: {file: base.yml, service: b}
            env_file: [one.env, {path: two.env, required: false}]
            volumes:
              - ./conf:/etc/conf:ro
              - data:/data
              - {type: bind, source: ../shared, target: /s}
              - {type: volume, source: data, target: /s}
        secrets: {s: {file: ./secret}, t: {environment: TOKEN}}
        configs: {c: {file: ./config}}
        volumes: {data: {}}
        """)
    assert found.files == ("base.yml", "common.yml", "a.yml", "b.yml")
    assert found.paths == (
        "./conf", "../shared", "one.env", "two.env", "x.env", "./secret", "./config",
    )  # fmt: skip
    assert "TOKEN" in found.variables


def test_variables() -> None:
    found = read(
        """
        services:
          a:
            image: a:${TAG:-1}
            environment: [PASSED, "SET=${INNER}", "PRICE=$$5"]
          b:
            image: $IMAGE
            environment: {NONE: , SOME: x}
            build: {context: ., args: [FROM_OUTSIDE, "GIVEN=1"]}
        """,
        IMAGE="b:2",
    )
    assert found.variables == tuple(
        sorted({"TAG", "PASSED", "INNER", "IMAGE", "NONE", "FROM_OUTSIDE", *ALWAYS})
    )
    assert found.images == ("a:1",)
    assert found.unknown == ()


@pytest.mark.parametrize(
    ("text", "unknown"),
    [
        ("services: {a: {image: $UNSET}}", "what $UNSET stands for"),
        ("services: {a: {build: https://x.org/y.git}}", "a is built from https://x.org/y.git"),
        (
            "services: {a: {build: {context: ., additional_contexts: {b: 'oci-layout://x'}}}}",
            "a is built from oci-layout://x",
        ),
        ("services: [", "line 1 is no YAML that can be read here"),
        ("services: {a: !reset null}", "line 1 is no YAML that can be read here"),
        ("- a", "it is no mapping"),
        ("", "it is no mapping"),
    ],
)
def test_what_is_not_known(text: str, unknown: str) -> None:
    assert compose(text, {}).unknown == (unknown,)


def test_further_contexts() -> None:
    found = read("""
        services:
          a:
            build:
              context: .
              additional_contexts: {lib: ../lib, base: docker-image://b:1, other: "service:b"}
          b: {build: {dockerfile_inline: "FROM c"}}
        """)
    assert found.builds["a"].contexts == ("../lib",)
    assert found.builds["b"] == Build(".", "", "FROM c")
    assert found.images == ("b:1",)


@pytest.mark.parametrize(
    "text",
    ["services: 1", "services: {a: }", "services: {a: {build: [1], volumes: [1], ports: x}}"],
)
def test_odd_forms_break_nothing(text: str) -> None:
    compose(text, {})


@pytest.mark.parametrize(
    ("text", "result"),
    [
        ("plain", "plain"),
        ("$A-${B}", "a-"),
        ("${B:-x}${B-y}", "x"),
        ("${C:-x}${C-y}", "xy"),
        ("${A:+x}${B:+x}${C+x}", "x"),
        ("${C:-${A}}", "a"),
        ("$$A", "$A"),
        ("${C}", None),
        ("${C:?must be set}", None),
    ],
)
def test_interpolation(text: str, result: str | None) -> None:
    assert substituted(text, {"A": "a", "B": ""}) == result


def test_names_in_defaults_are_names_too() -> None:
    assert list(variables("${A:-${B}} $$C $D")) == ["A", "B", "D"]
