"""Several documents in one Compose file: each is an override of those before it."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.unit.lint.cases import found, mended, project

PATH = "deploy/test/compose.yml"
FIRST = "services:\n  web:\n    image: x:1\n"


def said(root: Path, *rules: str) -> list[tuple[str, int]]:
    return [(one.rule, one.line) for one in found(root, *rules)]


@pytest.mark.parametrize("begin", ["", "---\n", "# nothing yet\n---\n"])
def test_what_the_second_says_is_found_and_mended_there(tmp_path: Path, begin: str) -> None:
    more = "    restart: always  # why\n    init: true\n"
    text = f"{begin}{FIRST}---\nservices:\n  web:\n{more}"
    root = project(tmp_path, {PATH: text})
    assert said(root, "TL403") == [("TL403", 7 + begin.count("\n"))]
    fixed = text.replace("    restart: always  # why\n", "    # why\n")
    assert mended(root, "TL403") == {PATH: fixed}
    project(root, {PATH: fixed})
    assert mended(root, "TL403") == {}


def test_they_are_one_stack(tmp_path: Path) -> None:
    """A network of the second, a healthcheck that it takes back, a base in the first."""
    web = f"{FIRST}    networks: [back]\n    healthcheck: {{test: [CMD, 'true']}}\n"
    more = (
        "services:\n  web: {healthcheck: !reset null}\n  api:\n    extends: web\n"
        "    depends_on: {web: {condition: service_healthy}}\nnetworks: {back: {}}\n"
    )
    root = project(tmp_path, {PATH: f"{web}---\n{more}"})
    assert said(root, "TL001", "TL304") == []


@pytest.mark.parametrize(
    ("second", "line"),
    [("services: [\n", 6), ("one\n", 5), ("services:\n  a: {image: 'x:1', image: 'y:1'}\n", 6)],
)
def test_what_is_wrong_with_the_second_is_said(tmp_path: Path, second: str, line: int) -> None:
    root = project(tmp_path, {PATH: f"{FIRST}---\n{second}"})
    assert said(root, "TL001") == [("TL001", line)]


def test_an_anchor_of_the_first_is_none_of_the_second(tmp_path: Path) -> None:
    text = "x-a: &a {init: true}\n" + FIRST + "---\nservices: {web: *a}\n"
    assert said(project(tmp_path, {PATH: text}), "TL001") == [("TL001", 6)]


def test_of_two_values_of_a_key_nothing_else_is_said(tmp_path: Path) -> None:
    text = f"{FIRST}    restart: always\n    restart: on-failure\n    container_name: web\n"
    root = project(tmp_path, {PATH: text})
    assert said(root, "TL403", "TL401") == [("TL001", 5), ("TL401", 6)]
