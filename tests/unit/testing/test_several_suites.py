"""pytest by itself over several suites: the stack is that of one, or nothing is run."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.plain_pytest import CONFTEST, plain_pytest
from tests.support.projects import inv, multi, write

WEB, SECOND = "services/web/tests/integration", "services/second/tests/integration"
OPTIONS = ("--integration", "--import-mode=importlib")
NO_ENGINE = {"DOCKER_HOST": "tcp://127.0.0.1:9"}


@pytest.fixture
def two(tmp_path: Path) -> Path:
    """Return a project of two services, each with a stack of its own."""
    second = "services/second"
    return write(
        tmp_path / "shop",
        multi(**{
            "services/web/tests/conftest.py": CONFTEST,
            f"{WEB}/test_service.py": "def test_it(): pass\n",
            f"{second}/Dockerfile": "FROM scratch\n",
            f"{second}/deploy/test/compose.yaml": "services: {}\n",
            f"{second}/tests/unit/test_alone.py": "def test_alone(): pass\n",
            f"{second}/tests/integration/test_second.py": "def test_it(): pass\n",
        }),
    )  # fmt: skip


def test_the_suites_of_two_stacks_are_refused(two: Path) -> None:
    """They would have the variables of the first one only."""
    ran = plain_pytest(two, WEB, SECOND, *OPTIONS, root=two, **NO_ENGINE)
    assert (ran.code, ran.out) == (4, "")
    said = f"ERROR: ROOT/{WEB}, ROOT/{SECOND}: tests of several stacks: second, web\n\nhint: name"
    assert ran.err.startswith(said)
    skipped = plain_pytest(
        two, WEB, SECOND, *OPTIONS, "--without-stack=skip", root=two, **NO_ENGINE
    )
    assert (skipped.code, skipped.out.splitlines()[-1]) == (0, "2 skipped in TIME"), skipped


def test_a_suite_with_a_stack_after_one_without(two: Path) -> None:
    """Its stack is not up, which is said: it is not the first suite's that counts."""
    unit = "services/second/tests/unit"
    ran = plain_pytest(two, unit, WEB, *OPTIONS, root=two, **NO_ENGINE)
    assert (ran.code, ran.out) == (4, ""), ran
    skipped = plain_pytest(two, unit, WEB, *OPTIONS, "--without-stack=skip", root=two, **NO_ENGINE)
    assert skipped.out.splitlines()[-1] == "1 passed, 1 skipped in TIME", skipped


def test_two_files_of_one_suite(two: Path) -> None:
    write(two, {f"{WEB}/test_more.py": "def test_more(): pass\n"})
    files = (f"{WEB}/test_service.py", f"{WEB}/test_more.py::test_more")
    ran = plain_pytest(two, *files, *OPTIONS, root=two, **NO_ENGINE)
    assert (ran.code, "several" in ran.err) == (4, False), ran


def test_ports_of_several_folders(two: Path) -> None:
    def ports(*folders: str) -> tuple[int, str]:
        tests = (word for one in folders for word in ("--tests", one))
        ran = inv(two, "ports", *tests, **NO_ENGINE)
        return ran.code, ran.err.partition(":")[2].splitlines()[0]

    assert ports(WEB, f"{WEB}/test_service.py")[0] == 3
    assert ports("services/second/tests/unit", WEB)[0] == 3
    several = f" ROOT/{WEB}, ROOT/{SECOND}: tests of several stacks: second, web"
    assert ports(WEB, SECOND) == (2, several)
    unit = "services/second/tests/unit"
    assert ports(unit) == (4, f" ROOT/{unit}: no tests that have a stack")
