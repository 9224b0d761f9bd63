"""Commands of a suite's own: how they are found, run, and asked for one test."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from taskslib.cancellation import Cancellation
from taskslib.errors import EnvironmentFailure
from taskslib.events import (
    Counts,
    Glimpse,
    Outcome,
    State,
    TestFinished,
    TestsCollected,
    TestStarted,
)
from taskslib.frameworks.base import Prepared
from taskslib.frameworks.junit import JUnit
from taskslib.project.model import Runner
from tests.unit.frameworks.bench import Bench, npm_packages
from tests.unit.frameworks.subjects import NODE, node_bench

FILE = "tests/unit/it.test.mjs"


def test_live_progress_by_tap(tmp_path: Path) -> None:
    bench = node_bench(tmp_path)
    bench.write({FILE: NODE["red"]})
    run = bench.run()
    suite = run.result.suite
    # What it prints is for show, and then the report is told, all of it.
    shown = [event for event in run.events if isinstance(event, Glimpse)]
    assert [(one.test, one.total) for one in shown] == [
        ("one", 0), ("one", 0), ("two", 0), ("", 2)
    ]  # fmt: skip
    collected, *told = [event for event in run.events if not isinstance(event, Glimpse)]
    assert (collected, run.events.index(collected)) == (TestsCollected(suite, 2), 4)
    names = [event.test for event in told if isinstance(event, TestFinished | TestStarted)]
    assert names == ["one", "one", "two", "two"]


def test_one_test_again(tmp_path: Path) -> None:
    bench = node_bench(tmp_path)
    bench.write({FILE: NODE["red"]})
    line = bench.framework.selection(bench.suite, ["two"])
    assert line == ("--test-name-pattern", "^two$")
    assert bench.framework.selection(bench.suite, ["one", "two"]) == ()
    run = bench.run(*line)
    assert run.result.counts.failed == 1
    assert run.result.counts.passed == 0


def test_one_whose_name_would_mean_something_in_a_pattern(tmp_path: Path) -> None:
    bench = node_bench(tmp_path)
    bench.write({FILE: NODE["red"].replace('"two"', '"{name} (two) costs 3.50 $?"')})
    [failure] = bench.run().result.failures
    counts = bench.run(only=(failure.test,)).result.counts
    assert (counts.passed, counts.failed) == (0, 1)


def test_a_report_that_was_never_written(tmp_path: Path) -> None:
    """The reason says so, and how the command ended."""
    fails = "print('no such option'); raise SystemExit(9)"
    runner = Runner((sys.executable, "-c", fails), tmp_path, "r")
    bench = Bench(tmp_path, "", Prepared(tmp_path), JUnit(), runner)
    bench.prepared = bench.framework.prepare(bench.suite, Cancellation())
    run = bench.run()
    reason = f"ended with exit code 9: no report was written to {tmp_path / 'r'}"
    assert run.verdict == (State.CRASHED, Counts(), reason)
    assert "no such option" in run.result.details


def test_without_a_way_to_select_the_whole_suite_is_run_again(tmp_path: Path) -> None:
    bench = Bench(tmp_path, "", Prepared(tmp_path), JUnit(), Runner(("x",), tmp_path, "r.xml"))
    assert bench.framework.selection(bench.suite, ["a > b"]) == ()


def test_a_command_that_is_not_there(tmp_path: Path) -> None:
    runner = Runner(("no-such-tool", "test"), tmp_path, "r.xml")
    bench = Bench(tmp_path, "", Prepared(tmp_path), JUnit(), runner)
    with pytest.raises(EnvironmentFailure) as caught:
        bench.framework.prepare(bench.suite, Cancellation())
    assert caught.value.message == (f"no-such-tool is not there, neither on PATH nor in {tmp_path}")


def test_a_python_command_has_the_folders_environment(tmp_path: Path) -> None:
    """pytest stands for any tool that the folder's own dependencies bring."""
    runner = Runner(("pytest", "--junitxml=r.xml"), tmp_path, "r.xml")
    bench = Bench(tmp_path, "", Prepared(tmp_path), JUnit(), runner)
    bench.write(
        {
            "pyproject.toml": "[dependency-groups]\ndev = ['pytest']\n",
            "tests/unit/test_it.py": "def test_one(): assert 0\n",
        }
    )
    bench.prepared = bench.framework.prepare(bench.suite, Cancellation())
    run = bench.run()
    assert run.verdict == (State.FAILED, Counts(failed=1), "1 failed")


@pytest.mark.full
def test_jest(tmp_path: Path) -> None:
    npm_packages(tmp_path, "jest")
    command = ("npx", "jest", "--reporters=jest-junit")
    bench = Bench(tmp_path, "", Prepared(tmp_path), JUnit(), Runner(command, tmp_path, "junit.xml"))
    bench.write(
        {
            "tests/unit/price.test.js": """\
                describe("prices", () => {
                  test("fails", () => { expect(1).toBe(2) })
                  test("passes", () => {})
                  test.skip("later", () => {})
                })
                """
        }
    )
    bench.prepared = bench.framework.prepare(bench.suite, Cancellation())
    run = bench.run()
    assert run.verdict == (State.FAILED, Counts(passed=1, failed=1, skipped=1), "1 failed")
    message = "Error: expect(received).toBe(expected) // Object.is equality"
    place = "tests/unit/price.test.js:2"
    assert run.failures == [("prices fails", Outcome.FAILED, message, place)]
