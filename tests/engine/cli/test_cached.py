"""What makes a suite with a stack run again: images, build arguments, the stack's variables."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from taskslib.identities import EngineQuestions
from tests.support.leftovers import docker
from tests.support.projects import Ran, environment, inv, multi, repository, write

WEB = "services/web"
STACK = """\
services:
  web:
    build: {context: ../.., args: [FLAVOUR]}
    init: true
    environment: [GREETING]
    ports: ["8000"]
"""


@pytest.fixture
def base(shop: Path) -> Iterator[str]:
    """A base image of the test's own."""
    name = f"taskslib-test-base:{shop.name}"
    make(name, "one")
    yield name
    docker("image", "rm", "-f", name)


def make(image: str, said: str) -> None:
    """Build an image under a name that it may have had before."""
    docker("build", "-q", "-t", image, "-", given=f"FROM python:3.13-slim\nLABEL said={said}\n")


def again(ran: Ran) -> list[str]:
    """Return which stages' suites ran, and were not cached."""
    assert ran.code == 0, ran
    found = re.findall(r"^(\w+) Tests\n  ✓ web .* (\S+)$", ran.out, re.MULTILINE)
    return [stage for stage, end in found if end != "AGE"]


def test_what_a_stack_is_made_of(shop: Path, base: str) -> None:
    dockerfile = multi()[f"{WEB}/Dockerfile"].replace("python:3.13-slim", base)
    files = multi(**{f"{WEB}/Dockerfile": f"{dockerfile}ARG FLAVOUR\n"})
    write(shop, {**files, f"{WEB}/deploy/test/docker-compose.yml": STACK})
    write(shop, {".gitignore": "__pycache__\n.pytest_cache\n.taskslib\n"})
    repository(shop)
    assert again(inv(shop, "test")) == ["Unit", "Service"]
    assert inv(shop, "test").out == (
        "Unit Tests\n"
        "  ✓ web              1 passed                             cached, AGE\n"
        "Service Tests\n"
        "  ✓ web              1 passed                             cached, AGE\n"
        "\n"
        "2 suites, all cached\n"
        "2 passed, 0 failed, 0 skipped\n"
    )
    assert again(inv(shop, "test", FLAVOUR="sweet")) == ["Service"]
    assert again(inv(shop, "test", GREETING="")) == ["Service"]
    assert again(inv(shop, "test")) == []
    make(base, "two")
    assert again(inv(shop, "test")) == ["Service"]
    assert f"  since the time before: image {base} changed\n" in inv(shop, "why", "web").out
    assert again(inv(shop, "test", program="taskslib")) == []


def test_without_an_engine_nothing_is_known_of_a_stack(shop: Path) -> None:
    write(shop, {**multi(), ".gitignore": "__pycache__\n.pytest_cache\n.taskslib\n"})
    repository(shop)
    assert again(inv(shop, "test")) == ["Unit", "Service"]
    ran = inv(shop, "test", DOCKER_HOST="unix:///nowhere")
    assert ran.code == 3
    assert "✓ web              1 passed                             cached, AGE\n" in ran.out
    assert "✗ web              error" in ran.out


def test_a_run_with_its_stack_kept_neither_reads_nor_stores(shop: Path) -> None:
    write(shop, {**multi(), ".gitignore": "__pycache__\n.pytest_cache\n.taskslib\n"})
    repository(shop)
    assert inv(shop, "test-service", "web", "--keep").code == 0
    assert inv(shop, "infra-down", "--service", "web").code == 0
    assert "cached" not in inv(shop, "test-service", "web").out
    assert "cached" not in inv(shop, "test-service", "web", "--keep").out
    assert inv(shop, "infra-down", "--service", "web").code == 0


def test_the_engine_tells_images_by_any_of_their_names() -> None:
    image = "python:3.13-slim"
    identity = json.loads(docker("image", "inspect", image))[0]["Id"]
    names = [image, f"docker.io/library/{image}", "taskslib-test/nothing-like-it"]
    told = EngineQuestions(names, environment()).answers()
    assert told.pop("engine")
    assert told.pop("compose")
    assert told == {f"image {name}": identity for name in names[:2]}


def test_a_red_run_speaks_of_what_is_cached_only_where_it_shows_it(shop: Path) -> None:
    write(shop, {**multi(), ".gitignore": "__pycache__\n.pytest_cache\n.taskslib\n"})
    repository(shop)
    assert again(inv(shop, "test", "--service", "web")) == ["Unit", "Service"]
    # The service stage does not depend on the tests of the other.
    write(shop, {f"{WEB}/tests/unit/test_unit.py": "def test_one(): assert 0\n"})
    ran = inv(shop, "test", "--service", "web")
    assert (ran.code, "web              not run: stage unit failed" in ran.out) == (1, True)
    assert ran.err == ""
    ran = inv(shop, "test", "--service", "web", "--keep-going")
    assert (ran.code, "cached, AGE\n" in ran.out) == (1, True)
    assert ran.err == "note: what is cached was not run again; --force runs it\n"
