"""What goes to the frameworks of all suites, and fits tests of some of them alone."""

from __future__ import annotations

import json
from pathlib import Path
from uuid import uuid4

import pytest
from junitparser import JUnitXml

from tests.support.projects import TASKS, Ran, inv, write

_NONE = "no test of this shard fits; whether one of another does, inv merge-reports tells"
FILES = {
    **TASKS,
    "services/api/tests/unit/test_api.py": "def test_price():\n    assert 1\n",
    "services/web/tests/unit/test_web.py": "def test_page():\n    assert 1\n",
}


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    return write(tmp_path / "shop", FILES)


def test_a_suite_without_a_test_that_fits_is_not_red(shop: Path) -> None:
    run = ("test", "--stage", "unit", "--", "-k", "price")
    ran = inv(shop, *run)
    assert (ran.code, ran.err) == (0, "")
    title, *rows, _, suites, counts = ran.out.splitlines()
    assert (title, *sorted(rows), suites, counts) == (
        "Unit Tests",
        "  ○ web              no test fits TIME",
        "  ✓ api              1 passed TIME",
        "2 suites in TIME",
        "1 passed, 0 failed, 0 skipped",
    )
    # What has no test is looked for again.
    again = inv(shop, *run).out
    assert "  ✓ api              1 passed                             cached, AGE\n" in again
    assert "  ○ web              no test fits TIME\n" in again


def test_where_none_fits_anywhere_it_is_red(shop: Path) -> None:
    ran = inv(shop, "test", "--junit", "reports", "--json", "--", "-k", "prise")
    told = json.loads(ran.out)
    assert (ran.code, told["exit"]["code"]) == (1, 1)
    assert {one["state"] for one in told["suites"]} == {"no tests"}
    assert "\napi:unit: no tests: no test ran: 1 deselected\n" in ran.err
    assert ran.err.endswith("\n0 passed, 2 failed, 0 skipped\n")
    assert JUnitXml.fromfile(str(shop / "reports/junit.xml")).errors == 2


def test_a_suite_without_tests_is_red_whatever_is_passed_through(shop: Path) -> None:
    """Only what leaves out all that is there fits none: a misnamed test is not there."""
    write(shop, {"services/web/tests/unit/test_web.py": "def tset_page():\n    assert 1\n"})
    ran = inv(shop, "test", "--stage", "unit", "--", "-k", "price", "--tb=short")
    assert ran.code == 1
    assert "\nweb:unit: no tests: no test was collected\n" in ran.out
    assert "  ✓ api              1 passed TIME\n" in ran.out


def test_reports_tell_which_had_none(shop: Path) -> None:
    # What failed is remembered by the project's name, beside what other tests' projects left.
    write(shop, {"pyproject.toml": f'[tool.taskslib]\nproject = "shop-{uuid4().hex[:8]}"\n'})
    ran = inv(shop, "test", "--stage", "unit", "--junit", "reports", "--json", "--", "-k", "price")
    assert ran.code == 0, ran.err
    told = json.loads(ran.out)
    assert [(one["name"], one["state"], one["reason"]) for one in told["suites"]] == [
        ("api", "passed", ""),
        ("web", "no test fits", "no test ran: 1 deselected"),
    ]
    suites = JUnitXml.fromfile(str(shop / "reports/junit.xml"))
    assert (suites.tests, suites.errors, suites.failures, suites.skipped) == (2, 0, 0, 1)
    assert inv(shop, "test", "--failed").out == ""


@pytest.mark.parametrize(("words", "code"), [("price", 0), ("prise", 1)])
def test_shards_are_judged_together(shop: Path, words: str, code: int) -> None:
    """A share without a test that fits is no verdict: the others may have one."""
    for one in ("1", "2"):
        run = ("test", "--stage", "unit", "--shard", f"{one}/2", "--json", "--", "-k", words)
        ran = inv(shop, *run)
        assert ran.code == 0, ran.err
        passed = [suite["counts"]["passed"] for suite in json.loads(ran.out)["suites"]]
        assert (_NONE in ran.err) is (not any(passed))
        write(shop, {f"shards/{one}.json": ran.out})
    assert inv(shop, "merge-reports", "shards").code == code


def test_words_that_no_task_takes_are_refused(shop: Path) -> None:
    refused = Ran(
        2,
        "",
        "error: services takes nothing after `--`: foo -k x\n\n"
        "hint: tasks that hand it on: inv test, inv dev-shell SERVICE\n",
    )
    assert inv(shop, "services", "--", "foo", "-k", "x") == refused
    assert inv(shop, "lint", "--", "foo", "-k", "x").err == refused.err.replace("services", "lint")
    ran = inv(shop, "services", "--", "foo", "-k", "x", program="taskslib")
    assert ran == Ran(2, "", refused.err.replace("inv ", "taskslib "))
    assert inv(shop, "why", "api", "--", "foo").code == 2
    assert inv(shop, "services", "--").code == 0


def test_words_may_be_another_tasks(shop: Path) -> None:
    ran = inv(shop, "services", "test-unit", "--", "-k", "price")
    assert ran.code == 0
    assert "\n1 passed, 0 failed" in ran.out
    own = """\
import sys
from invoke import task
from taskslib import make_ns
from taskslib.cli.info_tasks import services

@task(pre=[services])
def mine(c):
    print(sys.argv[-1])

ns = make_ns()
ns.add_task(mine)
"""
    write(shop, {"tasks.py": own})
    for words in (("mine",), ("services", "mine")):
        ran = inv(shop, *words, "--", "given")
        assert (ran.code, ran.out.splitlines()[-1]) == (0, "given")
