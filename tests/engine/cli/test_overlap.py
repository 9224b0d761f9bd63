"""While the unit tests run, the service stage's stack comes up on the real engine."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.leftovers import leftovers
from tests.support.projects import Ran, inv, multi, write

WAITS = """\
import subprocess, time

def test_one():
    listing = ["docker", "ps", "-q", "--filter", "label=taskslib.project={name}"]
    until = time.monotonic() + 300
    while not subprocess.run(listing, capture_output=True, check=True).stdout:
        assert time.monotonic() < until, "no container came up"
        time.sleep(0.1)
    assert {passes}
"""
UNIT = "services/web/tests/unit/test_unit.py"


def test_a_stack_is_up_before_its_stage_begins(shop: Path) -> None:
    write(shop, multi(**{UNIT: WAITS.format(name=shop.name, passes=1)}))
    assert inv(shop, "test") == Ran(
        0,
        "Unit Tests\n"
        "  ✓ web              1 passed TIME\n"
        "Service Tests\n"
        "  ✓ web              1 passed TIME\n"
        "\n"
        "2 suites in TIME\n"
        "2 passed, 0 failed, 0 skipped\n",
        "",
    )


def test_nothing_is_left_or_told_of_it_where_its_stage_does_not_begin(shop: Path) -> None:
    write(shop, multi(**{UNIT: WAITS.format(name=shop.name, passes=0)}))
    ran = inv(shop, "test")
    assert ran.code == 1
    assert ran.err == ""
    assert ran.out.endswith(
        "Service Tests\n"
        "  ○ web              not run: stage unit failed\n"
        "\n"
        "web:unit: 1 failed\n"
        "full output: .taskslib/runs/RUN\n"
        "1 suite in TIME\n"
        "0 passed, 1 failed, 0 skipped\n"
    )
    assert leftovers(shop.name) == []


@pytest.mark.parametrize(
    "broken", ["FROM nothing-like-it:0\n", "FROM python:3.13-slim\nRUN false\n"]
)
def test_an_image_that_does_not_build_changes_nothing_of_a_red_unit_stage(
    shop: Path, broken: str
) -> None:
    fails = "def test_one():\n    assert 0\n"
    write(shop, multi(**{UNIT: fails, "services/web/Dockerfile": broken}))
    ran = inv(shop, "test")
    assert ran.code == 1
    assert ran.err == ""
    assert "  ○ web              not run: stage unit failed\n" in ran.out
    assert inv(shop, "test", "--keep-going").code == 3


BUILT = """\
import subprocess, time

def test_one():
    listing = ["docker", "buildx", "du", "--verbose"]
    until = time.monotonic() + 300
    while b"echo {marker}" not in subprocess.run(listing, capture_output=True, check=True).stdout:
        assert time.monotonic() < until, "it is not built"
        time.sleep(0.1)
"""


def test_an_image_is_built_before_it_is_its_stacks_turn(shop: Path) -> None:
    """One stack at a time: the second's image is built while the first's tests wait for that."""
    files = multi(
        **{
            "pyproject.toml": "[tool.taskslib]\nstacks = 1\n",
            "services/web/tests/integration/test_service.py": BUILT.format(marker=shop.name),
        }
    )
    later = {path.replace("/web/", "/zoo/"): text for path, text in multi().items()}
    dockerfile = later["services/zoo/Dockerfile"]
    later["services/zoo/Dockerfile"] = f"{dockerfile}\nRUN echo {shop.name}\n"
    write(shop, {**later, **files})
    ran = inv(shop, "test")
    assert (ran.code, ran.err) == (0, ""), ran.out
    assert ran.out.endswith("4 passed, 0 failed, 0 skipped\n")
