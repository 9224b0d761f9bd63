"""`inv test --retries`: a run is green only where its red tests were all that was wrong."""

from __future__ import annotations

import html
import json
import re
import sys
from pathlib import Path

import pytest

from tests.support.projects import Ran, inv, multi, write

TEST = "services/web/tests/unit/test_unit.py"
FLAKY = """\
import os, pathlib, pytest
SEEN = pathlib.Path(__file__).with_name("seen")
FIRST = not SEEN.exists()

def test_sometimes():
    SEEN.touch()
    assert not FIRST
"""
RED = """\
Unit Tests
  ✗ web              1 failed TIME

    F1 FAILED test_sometimes
    services/web/tests/unit/test_unit.py:7: assert not True
    > assert not FIRST
    again: inv test services/web/tests/unit/test_unit.py::test_sometimes

{left}web:unit: 1 failed{more}
full output: .taskslib/runs/RUN
1 suite in TIME
0 passed, 1 failed, 0 skipped
"""
EXITS = """\
from test_unit import FIRST

def pytest_sessionfinish(session):
    if FIRST:
        session.exitstatus = 7
"""


@pytest.mark.parametrize(
    ("files", "arguments", "left"),
    [
        pytest.param(
            {TEST: FLAKY + "def test_after(): assert 0\ndef test_last(): pass\n"},
            ("--", "-x"),
            "2 not run",
            id="others did not run",
        ),
        pytest.param(
            {TEST: f"{FLAKY}def test_ends_it():\n    FIRST and pytest.exit('enough')\n"},
            (),
            "1 not run",
            id="stopped",
        ),
        pytest.param(
            {TEST: FLAKY, "services/web/tests/unit/conftest.py": EXITS},
            (),
            "",
            id="an exit code of its own",
        ),
    ],
)
def test_what_no_other_try_makes_good(
    tmp_path: Path, files: dict[str, str], arguments: tuple[str, ...], left: str
) -> None:
    shop = write(tmp_path / "shop", multi(**files))
    ran = inv(shop, "test", "--stage", "unit", "--retries", "1", *arguments)
    told = {"left": f"    {left}\n\n", "more": f": {left}"} if left else {"left": "", "more": ""}
    assert ran == Ran(1, RED.format(**told), "")


SAYS_TAP = """\
import pathlib
seen = pathlib.Path("seen")
fail = "" if seen.exists() else '<failure message="boom"/>'
print("1..2\\nok 1 - adds", flush=True)
print(("not ok" if fail else "ok") + " 2 - subtracts", flush=True)
seen.touch()
pathlib.Path("report.xml").write_text(
    '<testsuite><testcase classname="calc" name="adds"/>'
    f'<testcase classname="calc" name="subtracts">{fail}</testcase></testsuite>'
)
raise SystemExit(1 if fail else 0)
"""


def test_what_a_command_prints_of_its_tests_is_only_shown(tmp_path: Path) -> None:
    """Its report calls them otherwise; that alone is counted, reported and remembered."""
    config = "[tool.taskslib.service.web.unit]\nprogress = 'tap'\n"
    config += f"command = ['{sys.executable}', 'run.py']\nreport = 'report.xml'\n"
    run = {"services/web/run.py": SAYS_TAP, "pyproject.toml": config}
    shop = write(tmp_path / "shop", multi(**run))
    own = {"TASKSLIB_CACHE_DIR": str(tmp_path / "cache")}
    unit = ("test", "--stage", "unit", "--json", "--junit", "out")
    for flaky in (["calc > subtracts"], []):
        ran = inv(shop, *unit, "--retries", "1", **own)
        suite = json.loads(ran.out)["suites"][0]
        assert (ran.code, suite["counts"]["passed"], suite["flaky"]) == (0, 2, flaky)
        assert [test["test"] for test in suite["tests"]] == ["calc > adds", "calc > subtracts"]
        xml = html.unescape((shop / "out" / "web-unit.xml").read_text("utf-8"))
        assert re.findall(r'<testcase .*?name="(.*?)"', xml) == ["calc > adds", "calc > subtracts"]
        assert (
            inv(shop, "test", "--failed", **own).err == "note: no test was red when it ran last\n"
        )


VANISHES = """\
#!{python}
import pathlib
pathlib.Path(__file__).unlink()
pathlib.Path("report.xml").write_text(
    '<testsuite><testcase name="once"><failure message="boom"/></testcase></testsuite>'
)
raise SystemExit(1)
"""


@pytest.mark.skipif(sys.platform == "win32", reason="no scripts without an ending there")
def test_what_can_not_be_run_again_is_what_it_was(tmp_path: Path) -> None:
    config = "[tool.taskslib.service.web.unit]\ncommand = ['./run']\nreport = 'report.xml'\n"
    run = {"services/web/run": VANISHES.format(python=sys.executable), "pyproject.toml": config}
    shop = write(tmp_path / "shop", multi(**run))
    (shop / "services/web/run").chmod(0o755)
    ran = inv(shop, "test", "--stage", "unit", "--retries", "1")
    reason = "[Errno 2] No such file or directory: 'ROOT/services/web/run'"
    program = "ROOT/services/web/run cannot be started"
    assert ran == Ran(
        1,
        f"""\
Unit Tests
  web:unit: its red tests can't be run again: {program}: {reason}
  ✗ web              1 failed TIME

    F1 FAILED once
    boom
    again: inv test-unit --service web

web:unit: 1 failed
full output: .taskslib/runs/RUN
1 suite in TIME
0 passed, 1 failed, 0 skipped
""",
        "",
    )


STOPS_AT_THE_FIRST = """\
import pathlib
seen = pathlib.Path("seen")
later = '<testcase name="later"><failure message="no"/></testcase>' if seen.exists() else ""
first = "" if seen.exists() else '<failure message="boom"/>'
seen.touch()
pathlib.Path("report.xml").write_text(
    f'<testsuite><testcase name="sometimes">{first}</testcase>{later}</testsuite>'
)
raise SystemExit(1)
"""


def test_a_try_that_shows_another_red_test_makes_nothing_good(tmp_path: Path) -> None:
    config = "[tool.taskslib.service.web.unit]\n"
    config += f"command = ['{sys.executable}', 'run.py']\nreport = 'report.xml'\n"
    run = {"services/web/run.py": STOPS_AT_THE_FIRST, "pyproject.toml": config}
    shop = write(tmp_path / "shop", multi(**run))
    ran = inv(shop, "test", "--stage", "unit", "--retries", "1")
    assert ran == Ran(
        1,
        """\
Unit Tests
  ✗ web              1 failed TIME

    F1 FAILED sometimes
    boom
    again: inv test-unit --service web

web:unit: 1 failed
full output: .taskslib/runs/RUN
1 suite in TIME
0 passed, 1 failed, 0 skipped
""",
        "",
    )
