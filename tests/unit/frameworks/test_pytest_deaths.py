"""Runs that end before their time, and runs that only look as if they were in order."""

from __future__ import annotations

import sys

import pytest

from taskslib.events import Counts, Outcome, State
from tests.unit.frameworks.bench import Bench

IT = "tests/unit/test_it.py"
posix = pytest.mark.skipif(sys.platform == "win32", reason="signals and forks are POSIX")


@pytest.mark.parametrize(
    ("death", "how"),
    [
        ("os._exit(0)", "ended with exit code 0"),
        ("os._exit(3)", "ended with exit code 3"),
        pytest.param("os.kill(os.getpid(), 11)", "killed by SIGSEGV", marks=posix),
        pytest.param("ctypes.string_at(0)", "killed by SIGSEGV", marks=posix),
    ],
)
def test_process_dies(bench: Bench, death: str, how: str) -> None:
    run = bench.test(
        f"""
        import ctypes, os
        def test_passes(): pass
        def test_fails(): assert 0
        def test_dies():
            print("about to die", flush=True)
            {death}
        def test_never(): pass
        """,
        "-s",
    )
    reason = f"{how} in the middle of the run during {IT}::test_dies"
    assert run.verdict == (State.CRASHED, Counts(passed=1, failed=1), reason)
    assert "about to die" in run.result.details
    # What was red before the end is still told.
    assert [failure.test for failure in run.result.failures] == [f"{IT}::test_fails"]


def test_death_in_teardown_names_the_test(bench: Bench) -> None:
    run = bench.test(
        """
        import os, pytest
        @pytest.fixture
        def deadly():
            yield
            os._exit(0)
        def test_it(deadly): pass
        """
    )
    reason = f"ended with exit code 0 in the middle of the run during {IT}::test_it"
    assert run.verdict == (State.CRASHED, Counts(), reason)


def test_death_after_the_last_test(bench: Bench) -> None:
    bench.write(
        {
            "tests/unit/conftest.py": """
                import os
                def pytest_sessionfinish():
                    os._exit(0)
                """
        }
    )
    run = bench.test("def test_it(): pass")
    reason = "ended with exit code 0 in the middle of the run"
    assert run.verdict == (State.CRASHED, Counts(passed=1), reason)


@posix
def test_killed_after_the_end(bench: Bench) -> None:
    bench.write(
        {
            "tests/unit/conftest.py": """
                import os
                def pytest_unconfigure():
                    os.kill(os.getpid(), 9)
                """
        }
    )
    run = bench.test("def test_it(): pass")
    assert run.verdict == (State.CRASHED, Counts(passed=1), "killed by SIGKILL after its last test")


def test_internal_error(bench: Bench) -> None:
    bench.write(
        {
            "tests/unit/conftest.py": """
                def pytest_runtest_teardown(item, nextitem):
                    pass
                def pytest_runtest_logreport(report):
                    if report.when == "call":
                        raise LookupError("a plugin is broken")
                """
        }
    )
    run = bench.test("def test_it(): pass")
    reason = f"internal error: LookupError: a plugin is broken during {IT}::test_it"
    assert run.verdict == (State.CRASHED, Counts(), reason)
    assert "INTERNALERROR" in run.result.details


def test_broken_conftest(bench: Bench) -> None:
    bench.write({"tests/unit/conftest.py": "import nowhere_to_be_found"})
    run = bench.test("def test_it(): pass")
    reason = "ended with exit code 4 before any test was collected"
    assert run.verdict == (State.CRASHED, Counts(), reason)
    assert "No module named 'nowhere_to_be_found'" in run.result.details


def test_refused_option(bench: Bench) -> None:
    run = bench.test("def test_it(): pass", "--no-such-option")
    reason = "ended with exit code 4 before any test was collected"
    assert run.verdict == (State.CRASHED, Counts(), reason)
    assert "--no-such-option" in run.result.details


def test_worker_dies(bench: Bench) -> None:
    run = bench.test(
        """
        import os, pytest
        @pytest.mark.parametrize("n", range(6))
        def test_passes(n): pass
        def test_dies(): os._exit(0)
        """,
        "-n2",
    )
    worker = "xdist worker gw0: Not properly terminated"
    if worker not in run.result.reason:
        worker = worker.replace("gw0", "gw1")
    assert run.verdict == (State.FAILED, Counts(passed=6, failed=1), f"1 failed, {worker}")
    [(test, outcome, message, place)] = run.failures
    assert (test, outcome, place) == (f"{IT}::test_dies", Outcome.FAILED, f"{IT}:0")
    assert message.endswith(f"crashed while running '{IT}::test_dies'")


def test_worker_dies_between_tests(bench: Bench) -> None:
    """pytest itself ends with 0 here, and prints two passes."""
    bench.write(
        {
            "tests/unit/conftest.py": """
                import os, pytest
                @pytest.hookimpl(tryfirst=True)
                def pytest_sessionfinish():
                    if os.environ.get("PYTEST_XDIST_WORKER"):
                        os._exit(0)
                """
        }
    )
    run = bench.test("def test_one(): pass\ndef test_two(): pass\n", "-n1")
    reason = "xdist worker gw0: Not properly terminated (and 4 more)"
    assert run.verdict == (State.CRASHED, Counts(passed=2), reason)


def test_exit_that_claims_success(bench: Bench) -> None:
    run = bench.test(
        """
        import pytest
        def test_passes(): pass
        def test_leaves(): pytest.exit("enough", returncode=0)
        def test_never(): assert 0
        """
    )
    reason = f"stopped by Exit: enough during {IT}::test_leaves"
    assert run.verdict == (State.CRASHED, Counts(passed=1), reason)


def test_failed_by_a_plugin(bench: Bench) -> None:
    """As coverage does below its threshold."""
    bench.write(
        {
            "tests/unit/conftest.py": """
                def pytest_sessionfinish(session):
                    print("coverage is too low")
                    session.exitstatus = 1
                """
        }
    )
    run = bench.test("def test_it(): pass", "-s")
    assert run.result.state is State.FAILED
    assert run.result.counts == Counts(passed=1)
    assert run.result.reason.startswith("no test failed, but pytest ")
    assert run.result.reason.endswith(" ended with exit code 1")
    assert "coverage is too low" in run.result.details


@posix
def test_forked_child_is_not_heard(bench: Bench) -> None:
    run = bench.test(
        """
        import os
        def test_forks():
            if os.fork() == 0:
                raise RuntimeError("the child runs on as a second pytest")
            os.wait()
        def test_after(): pass
        """
    )
    assert run.verdict == (State.PASSED, Counts(passed=2), "")
    assert len(run.events) == 5


def test_first_failure_stops(bench: Bench) -> None:
    run = bench.test(
        """
        def test_passes(): pass
        def test_fails(): assert 0
        def test_never(): pass
        def test_never_too(): pass
        """,
        "-x",
    )
    assert run.verdict == (State.FAILED, Counts(passed=1, failed=1), "1 failed, 2 not run")
