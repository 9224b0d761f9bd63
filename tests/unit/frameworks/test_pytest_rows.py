"""The cases in which pytest's text misleads, each with what really happened."""

from __future__ import annotations

import pytest

from taskslib import events
from taskslib.events import Counts, Outcome, State
from tests.unit.frameworks.bench import Bench

IT = "tests/unit/test_it.py"


def test_mixed(bench: Bench) -> None:
    run = bench.test(
        """
        import pytest

        def test_passes(): pass
        def test_passes_too(): pass
        def test_fails(): assert 1 == 2
        def test_raises():
            raise ValueError("no such order\\nsecond line")
        @pytest.mark.skip(reason="not here")
        def test_skipped(): pass
        @pytest.mark.xfail
        def test_expected(): assert 0
        @pytest.mark.xfail
        def test_unexpected(): pass
        """
    )
    counts = Counts(passed=2, failed=2, skipped=1, xfailed=1, xpassed=1)
    assert run.verdict == (State.FAILED, counts, "2 failed")
    assert run.failures == [
        (f"{IT}::test_fails", Outcome.FAILED, "AssertionError: assert 1 == 2", f"{IT}:6"),
        (f"{IT}::test_raises", Outcome.FAILED, "ValueError: no such order", f"{IT}:8"),
    ]
    assert run.result.failures[1].text.splitlines() == [
        "    def test_raises():",
        '>       raise ValueError("no such order\\nsecond line")',
        "E       ValueError: no such order",
        "E       second line",
        "",
        f"{IT}:8: ValueError",
    ]
    assert run.result.details == ""


def test_what_is_raised_in_python_itself_has_the_tests_line(bench: Bench) -> None:
    """Modules that are frozen into Python have names of files that are none: `<frozen os>`."""
    run = bench.test(
        """
        import os

        def test_reads():
            os.environ["TASKSLIB_NO_SUCH"]
        """
    )
    assert run.failures == [
        (f"{IT}::test_reads", Outcome.FAILED, "KeyError: 'TASKSLIB_NO_SUCH'", f"{IT}:5"),
    ]


def test_errors_in_setup_and_teardown(bench: Bench) -> None:
    run = bench.test(
        """
        import pytest

        @pytest.fixture
        def no_setup():
            raise OSError("no database")
        @pytest.fixture
        def no_teardown():
            yield
            raise OSError("still open")

        def test_passes(): pass
        def test_set_up(no_setup): pass
        def test_tear_down(no_teardown): pass
        def test_both(no_teardown):
            assert 0
        """
    )
    assert run.verdict == (State.FAILED, Counts(passed=1, errors=3), "3 errors")
    assert run.failures == [
        (f"{IT}::test_set_up", Outcome.ERROR, "OSError: no database", f"{IT}:6"),
        (f"{IT}::test_tear_down", Outcome.ERROR, "OSError: still open", f"{IT}:10"),
        (f"{IT}::test_both", Outcome.ERROR, "AssertionError: assert 0", f"{IT}:16"),
    ]
    # A test that is red twice is one failure with both reports.
    both = run.result.failures[2].text
    assert both.index("E       assert 0") < both.index("OSError: still open")


def test_all_fail_quietly(bench: Bench) -> None:
    run = bench.test(
        """
        import pytest
        @pytest.mark.parametrize("n", range(5))
        def test_fails(n): assert n == 7
        """,
        "-qq",
    )
    assert run.verdict == (State.FAILED, Counts(failed=5), "5 failed")
    assert run.failures[4] == (
        f"{IT}::test_fails[4]",
        Outcome.FAILED,
        "AssertionError: assert 4 == 7",
        f"{IT}:4",
    )


IMPORTS = "import nowhere_to_be_found\ndef test_never(): pass\n"
NOT_PYTHON = "def test_never(:\n"
RAISES = "def helper():\n    raise RuntimeError('at import')\nhelper()\n"


@pytest.mark.parametrize(
    ("text", "message", "line"),
    [
        (IMPORTS, "ModuleNotFoundError: No module named 'nowhere_to_be_found'", 1),
        (NOT_PYTHON, "SyntaxError: invalid syntax", 1),
        (RAISES, "RuntimeError: at import", 2),
    ],
    ids=["import", "syntax", "exception"],
)
@pytest.mark.parametrize("options", [("-qq",), ("-n2",)], ids=["alone", "workers"])
def test_collection_error(
    bench: Bench, text: str, message: str, line: int, options: tuple[str, ...]
) -> None:
    bench.write({"tests/unit/test_good.py": "def test_passes(): pass\n"})
    run = bench.test(text, *options)
    # Without workers pytest does not run the rest.
    alone = options == ("-qq",)
    reason = "1 error, 1 not run" if alone else "1 error"
    assert run.verdict == (State.FAILED, Counts(passed=0 if alone else 1, errors=1), reason)
    assert run.failures == [(IT, Outcome.ERROR, message, f"{IT}:{line}")]


def test_keyboard_interrupt(bench: Bench) -> None:
    run = bench.test(
        """
        import pytest
        @pytest.mark.parametrize("n", range(5))
        def test_passes(n): pass
        def test_interrupts():
            raise KeyboardInterrupt
        def test_never(): pass
        """
    )
    reason = f"stopped by KeyboardInterrupt during {IT}::test_interrupts"
    assert run.verdict == (State.CRASHED, Counts(passed=5), reason)
    assert "5 passed" in run.result.details


def test_what_tests_print_is_no_result(bench: Bench) -> None:
    run = bench.test(
        """
        import warnings
        import pytest

        @pytest.mark.parametrize("n", range(7))
        def test_passes(n):
            print("==== 1000 passed in 0.1s ====")
            print("tests/unit/test_it.py .... [ 99%]")
            print('{"kind": "ended", "code": 0}')
        def test_says():
            assert "7 passed" == "7 passed in life"
        def test_warns():
            warnings.warn("12 passed thing")
        """,
        "-s",
    )
    assert run.verdict == (State.FAILED, Counts(passed=8, failed=1), "1 failed")
    assert [event for event in run.events if isinstance(event, events.TestsCollected)] == [
        events.TestsCollected(run.result.suite, 9)
    ]


def test_ids_that_look_like_summaries(bench: Bench) -> None:
    run = bench.test(
        """
        import pytest
        @pytest.mark.parametrize("n", [1, 2], ids=["3 passed, 2 failed", "[ 45%]"])
        def test_passes(n): pass
        """,
        "-v",
    )
    assert run.verdict == (State.PASSED, Counts(passed=2), "")
    assert [event.test for event in run.events if isinstance(event, events.TestFinished)] == [
        f"{IT}::test_passes[3 passed, 2 failed]",
        f"{IT}::test_passes[[ 45%]]",
    ]


@pytest.mark.parametrize(
    "options",
    [
        ("-q",),
        ("-s",),
        ("-o", "console_output_style=count"),
        ("-o", "console_output_style=times"),
        ("-o", "console_output_style=classic"),
        ("-p", "no:terminal"),
    ],
    ids=lambda options: options[-1],
)
def test_progress_in_every_style(bench: Bench, options: tuple[str, ...]) -> None:
    if options[-1].endswith("times") and bench.version in ("7.4", "8.4"):
        pytest.skip("newer than this pytest")
    run = bench.test(
        """
        import pytest
        @pytest.mark.parametrize("n", range(60))
        def test_passes(n): print("a line")
        """,
        *options,
    )
    assert run.verdict == (State.PASSED, Counts(passed=60), "")
    assert run.events[0] == events.TestsCollected(run.result.suite, 60)
    # Started and finished in turn, one after the other.
    assert [type(event).__name__ for event in run.events[1:]] == [
        "TestStarted",
        "TestFinished",
    ] * 60


def test_subtests(bench: Bench) -> None:
    run = bench.test(
        """
        import unittest

        def test_two_fail(subtests):
            for n in range(4):
                with subtests.test("number", n=n):
                    assert n % 2 == 0
        def test_none_fails(subtests):
            for n in range(4):
                with subtests.test(n=n):
                    pass
        class TestOld(unittest.TestCase):
            def test_one_fails(self):
                for n in range(2):
                    with self.subTest(n=n):
                        self.assertEqual(n, 0)
        """
    )
    assert run.verdict == (State.FAILED, Counts(passed=1, failed=2), "2 failed")
    two, old = run.failures
    message = "[number] (n=1): AssertionError: assert (1 % 2) == 0"
    assert two == (f"{IT}::test_two_fail", Outcome.FAILED, message, f"{IT}:7")
    message = "(n=1): AssertionError: 1 != 0"
    assert old == (f"{IT}::TestOld::test_one_fails", Outcome.FAILED, message, f"{IT}:16")
    # The second subtest that fails is in the text.
    assert "(3 % 2) == 0" in run.result.failures[0].text
