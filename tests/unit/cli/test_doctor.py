"""`inv doctor` on the real command line, without an engine; `--tests` runs the real suites."""

from __future__ import annotations

import json
from pathlib import Path

from tests.support.projects import Ran, inv, single, write

TESTS = """\
import asyncio
import threading
import time
from time import sleep

import pytest


@pytest.fixture
def slow():
    sleep(0.3)


@pytest.mark.parametrize("number", range(3))
def test_of_a_fixture(slow, number):
    pass


def test_sleeps():
    time.sleep(0.2)


def test_sleeps_too():
    async def main():
        assert await asyncio.sleep(0.25, "result") == "result"

    asyncio.run(main())


def test_another_threads_sleep_is_nobodys():
    thread = threading.Thread(target=time.sleep, args=(0.3,))
    thread.start()
    thread.join()
"""
UNTOUCHED = """\
import asyncio
import inspect
import time

def test_nothing_is_measured():
    assert type(time.sleep).__name__ == "builtin_function_or_method"
    assert inspect.iscoroutinefunction(asyncio.sleep)
"""


def test_costs_of_tests(tmp_path: Path) -> None:
    shop = single(**{"tests/unit/test_unit.py": TESTS})
    del shop["tests/integration/test_web.py"]  # it needs containers
    root = write(tmp_path / "shop", shop)
    ran = inv(root, "doctor", "--tests", "--json")
    assert (ran.code, ran.err) == (0, "measuring shop:unit\n")
    lines = [one for one in json.loads(ran.out)["lines"] if one["subject"] != "slow tests"]
    told = {(one["subject"], one["words"].partition(" spends ")[0]) for one in lines}
    test = "shop:unit: tests/unit/test_unit.py::"
    assert told == {
        ("fixed sleep", f"{test}test_sleeps"),
        ("fixed sleep", f"{test}test_sleeps_too"),
        *(("fixed sleep", f"{test}test_of_a_fixture[{number}]") for number in range(3)),
        ("fixture", next(one["words"] for one in lines if one["subject"] == "fixture")),
    }
    places = {one["words"].rpartition(" in ")[2] for one in lines if "sleep" in one["subject"]}
    assert places == {
        "time.sleep at tests/unit/test_unit.py:11",
        "time.sleep at tests/unit/test_unit.py:20",
        "asyncio.sleep at tests/unit/test_unit.py:25",
    }
    (fixture,) = (one for one in lines if one["subject"] == "fixture")
    assert "slow of tests/unit/test_unit.py (scope function) is set up 3 times" in fixture["words"]


def test_in_xdists_workers_too(tmp_path: Path) -> None:
    pyproject = (
        "[project]\nname = 'shop'\nversion = '1'\n[dependency-groups]\ndev = ['pytest-xdist']\n"
        "[tool.pytest.ini_options]\naddopts = ['--numprocesses=2']\n"
    )
    shop = single(**{"tests/unit/test_unit.py": TESTS, "pyproject.toml": pyproject})
    del shop["tests/integration/test_web.py"]
    out = inv(write(tmp_path / "shop", shop), "doctor", "--tests").out
    assert "test_sleeps spends 0." in out
    assert "test_sleeps_too spends 0." in out


def test_a_normal_run_measures_nothing(tmp_path: Path) -> None:
    root = write(tmp_path / "shop", single(**{"tests/unit/test_unit.py": UNTOUCHED}))
    assert inv(root, "test-unit").code == 0


def test_what_cannot_be(tmp_path: Path) -> None:
    root = write(tmp_path / "shop", single())
    assert inv(root, "doctor", "--service", "shop") == Ran(
        2,
        "",
        "error: --service is about tests\n\nhint: inv doctor --tests --service api\n",
    )
    assert inv(root, "doctor", "--tests", "--service", "shpo") == Ran(
        2,
        "",
        "error: no service 'shpo' with tests\n\nhint: did you mean 'shop'? services: shop\n",
    )
