"""Runs in which no test was executed: told apart from green ones."""

from __future__ import annotations

from taskslib.events import Counts, State
from tests.unit.frameworks.bench import Bench


def test_nothing_there(bench: Bench) -> None:
    run = bench.run()
    assert run.verdict == (State.NO_TESTS, Counts(), "no test was collected")


def test_all_deselected(bench: Bench) -> None:
    two = "def test_a(): pass\ndef test_b(): pass\n"
    run = bench.test(two, "-k", "nothing")
    assert run.verdict == (State.NONE_FITS, Counts(), "no test ran: 2 deselected")
    # By the suite's own configuration, it is a suite that tests nothing.
    bench.write({"pytest.ini": "[pytest]\naddopts = -k nothing\n"})
    run = bench.test(two)
    assert run.verdict == (State.NO_TESTS, Counts(), "no test ran: 2 deselected")
    run = bench.test("def tset_a(): pass\n", "-k", "nothing")
    assert run.verdict == (State.NO_TESTS, Counts(), "no test was collected")


def test_collect_only(bench: Bench) -> None:
    run = bench.test("def test_a(): pass\n", "--collect-only")
    assert run.verdict == (State.NO_TESTS, Counts(), "no test ran: 1 collected")


SKIPS = "import pytest\npytest.skip('not on this machine', allow_module_level=True)\n"


def test_file_that_skips_itself(bench: Bench) -> None:
    bench.write({"tests/unit/test_other.py": "def test_passes(): pass\n"})
    run = bench.test(SKIPS)
    assert run.verdict == (State.PASSED, Counts(passed=1, skipped=1), "")


def test_only_a_file_that_skips_itself(bench: Bench) -> None:
    run = bench.test(SKIPS)
    reason = "no test ran: 1 file skipped in collection"
    assert run.verdict == (State.NO_TESTS, Counts(skipped=1), reason)


def test_only_skipped_tests(bench: Bench) -> None:
    run = bench.test("import pytest\n@pytest.mark.skip\ndef test_it(): pass\n")
    assert run.verdict == (State.PASSED, Counts(skipped=1), "")
