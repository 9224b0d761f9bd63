"""The pages' commands that start containers run, and leave none."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.following import Tell, follow
from tests.support.leftovers import docker, leftovers, remove
from tests.support.pages import Page, commands_of
from tests.support.shops import prepared


def undeployed(name: str) -> None:
    """Remove what a project has deployed to prod, and the images of its releases."""
    docker("compose", "--project-name", f"{name}-prod", "down", "--volumes", "--timeout", "0")
    for kind, form in (("volume", "{{.Name}}"), ("image", "{{.Repository}}:{{.Tag}}")):
        listed = docker(kind, "ls", "--format", form).split()
        if mine := [one for one in listed if one.rpartition("/")[2].startswith(f"{name}-")]:
            docker(kind, "rm", *mine)


@pytest.fixture
def root(tmp_path: Path) -> Iterator[Path]:
    """Return the folder of a project whose name is as long as `shop`; it leaves nothing."""
    name = f"q{uuid.uuid4().hex[:3]}"
    yield tmp_path / name
    undeployed(name)
    found = leftovers(name)
    remove(found)
    assert found == []


@pytest.mark.parametrize("page", commands_of(engine=True), ids=lambda page: page.path.stem)
def test_the_commands_of_a_page(
    root: Path, page: Page, pytestconfig: pytest.Config, record_property: Tell
) -> None:
    prepared(page.project, root)
    follow(page, root, record_property, renew=pytestconfig.getoption("--renew"))
