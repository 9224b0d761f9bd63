"""What a Compose file says of images, files and variables."""

from __future__ import annotations

import json
from textwrap import dedent

import pytest
from hypothesis import given
from hypothesis import strategies as st

from taskslib.project.references.compose import Build, Compose, compose

ALWAYS = (
    "COMPOSE_DISABLE_ENV_FILE", "COMPOSE_ENV_FILES", "COMPOSE_PROFILES", "DOCKER_DEFAULT_PLATFORM",
)  # fmt: skip


def read(*texts: str, **environ: str) -> Compose:
    return compose(map(dedent, texts), environ)


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
        volumes: {data: {}, bound: {driver_opts: {type: none, o: bind, device: ./state}}}
        """)
    assert found.files == ("base.yml", "common.yml", "a.yml", "b.yml")
    assert found.paths == ("./conf", "../shared", "x.env", "./secret", "./config", "./state")
    assert found.env_files == ("one.env", "two.env")
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


def test_a_variable_without_a_value_is_empty() -> None:
    found = read("services: {a: {image: 'a:1${SUFFIX}', volumes: ['./${SUB}x:/x']}}")
    assert (found.images, found.paths, found.unknown) == (("a:1",), ("./x",), ())


@pytest.mark.parametrize(
    ("text", "unknown", "partial"),
    [
        ("services: {a: {image: '${A:?}'}}", "what ${A:?} stands for", False),
        ("services: {a: {volumes: ['${A?}:/x']}}", "what ${A?}:/x stands for", True),
        ("services: {a: {build: '${A%x}'}}", "what ${A%x} stands for", True),
        ("include: [{path: a.yml, project_directory: ../x}]", "what is below ../x", True),
        (
            "services: {a: {build: https://x.org/y.git}}",
            "a is built from https://x.org/y.git",
            False,
        ),
        (
            "services: {a: {build: {context: ., additional_contexts: {b: 'oci-layout://x'}}}}",
            "a is built from oci-layout://x",
            False,
        ),
        ("services: [", "line 1 is no YAML that can be read here", True),
        ("a: 1\na: 2", "line 2 is no YAML that can be read here", True),
        ("a: !!timestamp 2001-99-99", "it is no YAML that can be read here", True),
        ("[" * 9999, "it is no YAML that can be read here", True),
        ("- a", "it is no mapping", True),
        ("", "it is no mapping", True),
    ],
)
def test_what_is_not_known(text: str, unknown: str, *, partial: bool) -> None:
    found = compose([text], {})
    assert (found.unknown, found.partial) == ((unknown,), partial)


def test_further_contexts() -> None:
    found = read("""
        services:
          a:
            build:
              context: .
              additional_contexts: {lib: ../lib, base: docker-image://b:1, other: "service:b"}
          b: {build: {dockerfile_inline: "FROM c", additional_contexts: [x=./y]}}
        """)
    assert found.builds["a"].contexts == ("../lib",)
    assert found.builds["a"].named == {
        "lib": "../lib", "base": "docker-image://b:1", "other": "service:b",
    }  # fmt: skip
    assert found.builds["b"] == Build(".", "", "FROM c", contexts=("./y",), named={"x": "./y"})
    assert found.images == ("b:1",)


def test_arguments_that_come_from_outside() -> None:
    text = "services: {a: {build: {context: ., args: [SET, UNSET, GIVEN=1]}}}"
    assert read(text, SET="x").builds["a"].arguments == {"SET": "x", "GIVEN": "1"}
    text = "services: {a: {build: {context: ., args: {SET: , UNSET: , GIVEN: true}}}}"
    assert read(text, SET="x").builds["a"].arguments == {"SET": "x", "GIVEN": "true"}


def test_an_override_adds_to_what_it_overrides() -> None:
    found = read(
        """
        services:
          a: {build: ../a, environment: [ONE], depends_on: [b]}
          b: {image: "b:1"}
        """,
        """
        services:
          a: {build: {args: {X: "1"}}, environment: {TWO: }, volumes: [./x:/x]}
          b: {image: "b:2", depends_on: {c: {condition: service_started}}}
          c: !override {image: c, ports: !reset [], volumes: !reset null}
        """,
    )
    assert found.builds == {"a": Build("../a", arguments={"X": "1"})}
    assert found.images == ("b:2", "c")
    assert found.after == {"a": ("b",), "b": ("c",), "c": ()}
    assert {"ONE", "TWO"} < set(found.variables)
    assert found.paths == ("./x",)
    assert found.unknown == ()


@pytest.mark.parametrize("first", ["one.env", "[one.env]", "[{path: one.env}]"])
@pytest.mark.parametrize("second", ["two.env", "[two.env]"])
def test_an_overrides_files_come_to_the_first_ones(first: str, second: str) -> None:
    texts = [
        f"services: {{a: {{image: a, env_file: {one}, label_file: {one}}}}}"
        for one in (first, second)
    ]
    found = compose(texts, {})
    assert (found.env_files, found.paths) == (("one.env", "two.env"), ("one.env", "two.env"))


def test_what_each_of_two_files_extends_counts() -> None:
    texts = [f"services: {{a: {{extends: {{file: {one}}}}}}}" for one in ("x.yml", "y.yml")]
    assert compose(texts, {}).files == ("x.yml", "y.yml")


SHAPES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.sampled_from(["", ".", "a=b", "${A", "$A", "x:y"]),
    lambda inner: (
        st.lists(inner, max_size=2)
        | st.dictionaries(st.sampled_from(["", "a", "path"]), inner, max_size=2)
    ),
    max_leaves=4,
)
SERVICE = st.dictionaries(
    st.sampled_from(
        [
            "image",
            "build",
            "volumes",
            "environment",
            "env_file",
            "extends",
            "depends_on",
            "label_file",
        ]
    ),
    SHAPES
    | st.dictionaries(
        st.sampled_from(
            [
                "context",
                "args",
                "additional_contexts",
                "dockerfile",
                "tags",
                "file",
                "dockerfile_inline",
            ]
        ),
        SHAPES,
    ),
)


@given(
    st.dictionaries(
        st.sampled_from(["services", "include", "secrets", "volumes", "configs"]),
        SHAPES | st.dictionaries(st.sampled_from(["a", "b"]), SHAPES | SERVICE),
    ),
)
def test_no_form_breaks_it(data: dict[str, object]) -> None:
    text = json.dumps(data)  # which is YAML, too
    compose([text, text], {"A": "a"})


@given(st.text() | st.lists(st.sampled_from("abx:-?[]{}&*!|>'\"#%@`,\n $0.")).map("".join))
def test_no_text_breaks_it(text: str) -> None:
    compose([text], {})
