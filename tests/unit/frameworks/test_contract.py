"""What every framework does alike: each runs the same cases, and comes to the same."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from taskslib.errors import ConfigError
from taskslib.events import Counts, State, TestFinished
from taskslib.frameworks.detection import FRAMEWORKS, framework_of
from taskslib.frameworks.tally import Tally
from taskslib.frameworks.verdict import Exit, verdict
from tests.unit.frameworks.subjects import Subject, subject


@pytest.fixture(params=["pytest", "vitest", "junit"])
def it(request: pytest.FixtureRequest, tmp_path: Path) -> Subject:
    return subject(request.param, tmp_path, Path(sys.executable))


def test_every_framework_is_here() -> None:
    assert {framework.name for framework in FRAMEWORKS} == {"pytest", "vitest", "junit"}


def test_detected(it: Subject) -> None:
    it.write("green")
    found = [framework.name for framework in FRAMEWORKS if framework.detects(it.bench.suite)]
    assert found == [it.bench.framework.name]


def test_a_helper_in_python_hides_no_javascript(tmp_path: Path) -> None:
    it = subject("vitest", tmp_path, Path(sys.executable))
    it.write("green")
    it.bench.write({"tests/unit/helper.py": "", "tests/unit/conftest.py": ""})
    assert framework_of(it.bench.suite) == it.bench.framework


def test_tests_of_two_frameworks_in_one_folder_are_refused(tmp_path: Path) -> None:
    """Those of one of them would never run."""
    it = subject("vitest", tmp_path, Path(sys.executable))
    it.write("green")
    it.bench.write({"tests/unit/test_it.py": ""})
    with pytest.raises(ConfigError) as refused:
        framework_of(it.bench.suite)
    folder = it.bench.suite.tests
    assert refused.value.message == f"api:unit: {folder} has tests of pytest and of vitest"


def test_green(it: Subject) -> None:
    it.write("green")
    run = it.bench.run()
    assert run.verdict == (State.PASSED, Counts(passed=2, skipped=1), "")
    shown = [event.test for event in run.events if isinstance(event, TestFinished)]
    assert len(shown) == len(set(shown)) == 3


def test_a_part_and_all_but_it(it: Subject) -> None:
    """A suite that several machines share runs in parts that are files, and none is lost."""
    it.write("green")
    bench, first = it.bench, it.file
    others = [it.file.replace("it.", f"it_{name}.") for name in "ab"]
    text = (bench.folder / first).read_text("utf-8")
    bench.write(dict.fromkeys(others, text))
    named = others[:1]
    rest = bench.framework.without(bench.suite, named)
    if rest is None:  # which files a command runs is its own business
        assert bench.framework.name == "junit"
        assert bench.framework.file_of("it > works") == ""
        return
    words = [word for path in named for word in bench.framework.within(bench.suite, path, "")]
    ran = []
    for arguments in (words, rest):
        run = bench.run(*arguments)
        assert run.result.state is State.PASSED
        tests = [event.test for event in run.events if isinstance(event, TestFinished)]
        ran.append({bench.framework.file_of(test) for test in tests})
    assert ran == [set(named), {first, others[1]}]


def test_its_own_output_may_say_more(it: Subject) -> None:
    it.write("green")
    assert it.bench.run(verbose=True).result.state is State.PASSED


def test_red(it: Subject) -> None:
    it.write("red")
    run = it.bench.run()
    assert run.verdict == (State.FAILED, Counts(passed=1, failed=1), "1 failed")
    [failure] = run.result.failures
    assert "two" in failure.test
    assert "no" in failure.message
    assert (failure.path, failure.line) == (it.file, it.line)
    told = [event.failure for event in run.events if isinstance(event, TestFinished)]
    assert [one for one in told if one is not None] == [failure]


@pytest.mark.skipif(sys.platform == "win32", reason="signals are POSIX")
def test_a_process_that_dies(it: Subject) -> None:
    it.write("crash")
    run = it.bench.run()
    assert run.result.state is State.CRASHED
    assert run.result.reason


def test_nothing_collected(it: Subject) -> None:
    run = it.bench.run()
    assert run.verdict == (State.NO_TESTS, Counts(), "no test was collected")


def test_a_test_that_hangs(it: Subject) -> None:
    it.write("hang")
    run = it.bench.run(timeout=4)
    assert run.result.state is State.TIMED_OUT
    assert run.result.reason.startswith("did not end within 4 s")


def test_ten_thousand(it: Subject) -> None:
    it.write("many")
    run = it.bench.run()
    assert run.verdict == (State.PASSED, Counts(passed=10_000), "")


def test_output_that_is_not_utf_8(it: Subject) -> None:
    it.write("bytes")
    run = it.bench.run(*it.uncaptured)
    assert run.verdict == (State.PASSED, Counts(passed=1), "")
    assert "\ufffd" in run.output


def test_results_that_are_cut_off_at_any_byte(it: Subject) -> None:
    """Even where the process claims success."""
    it.write("green")
    suite, folder = it.bench.suite, it.bench.folder
    assert it.bench.run().result.state is State.PASSED
    results = folder / it.events
    whole = results.read_bytes()
    for length in range(len(whole) + 1):
        results.unlink()
        reader = it.bench.framework.reader(it.bench.invocation(folder / it.output))
        results.write_bytes(whole[:length])
        tally = Tally(suite.id)
        for message in (*reader.follow(), *reader.finish()):
            tally.add(message, 0.0)
        found = verdict(tally, Exit(0))
        complete = whole[:length].strip() == whole.strip() and (
            it.bench.framework.name == "junit" or length == len(whole)
        )
        assert found.state.green is complete, (length, found.reason)


def test_results_of_an_earlier_run_do_not_count(it: Subject) -> None:
    it.write("green")
    assert it.bench.run().result.state is State.PASSED
    suite, folder = it.bench.suite, it.bench.folder
    results = folder / it.events
    reader = it.bench.framework.reader(it.bench.invocation(folder / it.output))
    if it.bench.framework.name != "junit":
        results.unlink()  # as `run_suite` does: it is ours
    tally = Tally(suite.id)
    for message in (*reader.follow(), *reader.finish()):
        tally.add(message, 0.0)
    assert not verdict(tally, Exit(0)).state.green
