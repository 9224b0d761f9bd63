"""`inv lint --fix` and the disk: nobody's change is lost, and no file is ever half there."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from tests.support.projects import Ran, inv, repository, single, write

PATH = "deploy/test/docker-compose.yml"
WEB = "services: {web: {image: 'ghcr.io/acme/web:1', restart: always}}\n"
MENDED = WEB.replace(", restart: always", "")
NOBODY = "FROM python:3.13-slim\nUSER nobody\n"
pytestmark = pytest.mark.skipif(
    sys.platform == "win32", reason="modes, links, and a script as a program"
)


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    return write(tmp_path / "shop", single(Dockerfile=NOBODY, **{PATH: WEB}))


def test_what_somebody_saves_meanwhile_stays(shop: Path) -> None:
    """The program that is taken for Docker's Compose saves the file while it is asked."""
    program = write(shop.parent / "bin", {"docker": f"#!/bin/sh\necho '# mine' >> {shop / PATH}\n"})
    (program / "docker").chmod(0o755)
    path = os.pathsep.join((str(program), os.environ["PATH"]))
    ran = inv(shop, "lint", "--fix", "--rule", "TL403", PATH=path)
    assert ran.code == 0
    assert f"not fixed {PATH}: it was changed meanwhile; run inv lint --fix again\n" in ran.out
    assert f"\nfixed {PATH}\n" not in f"\n{ran.out}"
    assert "TL403" in ran.out
    text = (shop / PATH).read_text("utf-8")
    assert text.startswith(f"{WEB}# mine\n")


def test_a_file_is_replaced_at_once_and_keeps_its_mode(shop: Path) -> None:
    (shop / PATH).chmod(0o640)
    with (shop / PATH).open("rb") as opened:
        fixed = f"fixed {PATH}\nno findings in 2 files\n"
        assert inv(shop, "lint", "--fix", "--rule", "TL403") == Ran(0, fixed, "")
        assert opened.read().decode() == WEB  # who reads it meanwhile has the old one, whole
    assert (shop / PATH).read_text("utf-8") == MENDED
    assert (shop / PATH).stat().st_mode & 0o777 == 0o640
    assert [one.name for one in (shop / PATH).parent.iterdir()] == ["docker-compose.yml"]


def test_a_link_in_the_repo_stays_one(shop: Path) -> None:
    (shop / PATH).rename(shop / "stack")
    (shop / PATH).symlink_to("../../stack")
    assert inv(shop, "lint", "--fix", "--rule", "TL403").out.startswith(f"fixed {PATH}\n")
    assert (shop / PATH).is_symlink()
    assert (shop / "stack").read_text("utf-8") == MENDED


def test_why_a_file_is_not_mended_is_said(shop: Path) -> None:
    """What git ignores is linted, since it runs; who asks for a fix hears why there is none."""
    write(shop, {".gitignore": "/deploy/\n", "deploy/base.yml": WEB})
    repository(shop)
    only = ("--rule", "TL403")
    ran = inv(shop, "lint", "--fix", *only)
    assert ran.code == 0
    assert f"not fixed {PATH}: git ignores it\n" in ran.out
    assert "not fixed" not in inv(shop, "lint", *only).out
    assert (shop / PATH).read_text("utf-8") == WEB


def test_that_another_environment_has_a_file_too_is_said(shop: Path) -> None:
    included = "include: [../base.yml]\n"
    stacks = {PATH: included, "deploy/prod/compose.yml": included}
    write(shop, {"deploy/base.yml": WEB, **stacks})
    ran = inv(shop, "lint", "--fix", "--rule", "TL403")
    assert "not fixed deploy/base.yml: prod has it too\n" in ran.out
    assert (shop / "deploy/base.yml").read_text("utf-8") == WEB
