"""What people see of a run, whole."""

from __future__ import annotations

import io
from dataclasses import replace
from pathlib import Path

import pytest

from taskslib.ages import ago
from taskslib.display.plain import PlainDisplay
from taskslib.errors import ExitCode
from taskslib.events import (
    Counts,
    Failure,
    Note,
    Outcome,
    Stage,
    StageStarted,
    State,
    StepStarted,
    SuiteFinished,
    SuiteId,
    SuiteResult,
    SuiteStarted,
    TestFinished,
    TestsCollected,
)
from taskslib.pipeline.report import Report
from taskslib.pipeline.slow import SlowTest
from taskslib.testing import wait_for
from tests.unit.display.names import Plain

UNIT = SuiteId("api", Stage.UNIT)
SERVICE = SuiteId("api", Stage.SERVICE)
FAILURE = Failure(
    "tests/unit/test_a.py::test_b",
    Outcome.FAILED,
    "AssertionError: assert 3 == 4",
    ">       assert 3 == 4\nE       assert 3 == 4",
    "tests/unit/test_a.py",
    7,
)


def shown(
    *results: SuiteResult,
    encoding: str = "utf-8",
    environ: dict[str, str] | None = None,
    signum: int = 0,
) -> str:
    raw = io.BytesIO()
    stream = io.TextIOWrapper(raw, encoding=encoding, newline="\n")
    display = PlainDisplay(stream, Plain(), environ or {})
    for result in results:
        display(StageStarted(result.suite.stage, (result.suite,)))
        display(SuiteFinished(result))
    display.summary(Report(results, 3.21, signum), None)
    stream.flush()
    return raw.getvalue().decode(encoding)


def test_green() -> None:
    counts = Counts(passed=24, skipped=1, xfailed=1)
    assert shown(SuiteResult(UNIT, State.PASSED, counts, seconds=1.24)) == (
        "Unit Tests\n"
        "  ✓ api              24 passed, 1 skipped, 1 xfailed         1.2s\n"
        "\n"
        "1 suite in 3.2s\n"
        "24 passed, 0 failed, 2 skipped\n"
    )


def test_red_and_blocked() -> None:
    missed = replace(FAILURE, text=f"{FAILURE.text}\nKeyError: 'SECRET'")
    red = SuiteResult(
        UNIT,
        State.FAILED,
        Counts(passed=2, failed=1),
        (missed,),
        2.0,
        withheld=("OTHER", "SECRET"),
    )
    blocked = SuiteResult(SERVICE, State.BLOCKED, reason="stage unit failed")
    assert shown(red, blocked) == (
        "Unit Tests\n"
        "  ✗ api              1 failed, 2 passed                      2.0s\n"
        "\n"
        "    FAILED test_b\n"
        "    api/tests/unit/test_a.py:7: assert 3 == 4\n"
        "    > assert 3 == 4\n"
        "    again: inv api:unit -- tests/unit/test_a.py::test_b\n"
        "    not passed to the tests (`pass_env` passes them): SECRET\n"
        "Service Tests\n"
        "  ○ api              not run: stage unit failed\n"
        "\n"
        "api:unit: 1 failed, 2 passed\n"
        "1 suite in 3.2s\n"
        "2 passed, 1 failed, 0 skipped\n"
    )


def test_a_stack_that_does_not_start_counts_as_a_failure() -> None:
    result = SuiteResult(
        SERVICE,
        State.ERROR,
        reason="api exited with 3",
        details="logs of api:\nboom",
        hint="check it",
        code=ExitCode.ENGINE,
    )
    assert shown(result) == (
        "Service Tests\n"
        "  ✗ api              error                                   0.0s\n"
        "    api exited with 3\n"
        "    logs of api:\n"
        "    boom\n"
        "    hint: check it\n"
        "\n"
        "api:service: error: api exited with 3\n"
        "1 suite in 3.2s\n"
        "0 passed, 1 failed, 0 skipped\n"
    )


def test_logs_of_a_red_service_suite() -> None:
    result = SuiteResult(SERVICE, State.CRASHED, reason="died", logs="api-1  | boom")
    assert "    logs of its containers:\n    | api-1  | boom\n" in shown(result)


def test_interrupted() -> None:
    result = SuiteResult(SERVICE, State.INTERRUPTED, reason="during wait")
    assert shown(result, signum=15) == (
        "Service Tests\n"
        "  ○ api              interrupted                             0.0s\n"
        "    during wait\n"
        "\n"
        "api:service: interrupted: during wait\n"
        "1 suite in 3.2s\n"
        "0 passed, 0 failed, 0 skipped\n"
    )


def test_interrupted_when_all_had_passed() -> None:
    text = shown(SuiteResult(UNIT, State.PASSED, Counts(passed=1)), signum=15)
    assert text.endswith(
        "\ninterrupted by signal 15\n1 suite in 3.2s\n1 passed, 0 failed, 0 skipped\n"
    )


def test_slow_tests_are_named() -> None:
    stream = io.StringIO()
    slow = tuple(SlowTest(UNIT, f"a.py::t{n}", 9.0 - n) for n in range(5))
    PlainDisplay(stream, Plain(), {}).summary(Report((), 1.0, slow=slow), None)
    assert stream.getvalue().splitlines()[1] == (
        "slow: 9.0s api:unit a.py::t0, 8.0s api:unit a.py::t1, 7.0s api:unit a.py::t2 and 2 more"
    )


def test_many_causes_are_cut() -> None:
    failures = tuple(replace(FAILURE, test=f"a.py::t{n}", line=n + 1) for n in range(60))
    text = shown(SuiteResult(UNIT, State.FAILED, Counts(failed=60), failures))
    assert text.count("FAILED") == 50
    assert "    … and 10 more failures: inv show\n" in text


def test_a_megabyte_in_one_line_is_cut() -> None:
    long = "x" * 10**6
    text = f"E   ValueError: {long}\nE    {long}\n{'Captured stdout call':-^80}\n{long}\n"
    failure = replace(FAILURE, message=f"ValueError: {long}", text=text)
    result = SuiteResult(UNIT, State.FAILED, Counts(failed=1), (failure,), details=long, logs=long)
    told = shown(result)
    assert len(told) < 4000
    assert f"ValueError: {'x' * 388} … 999612 more characters\n" in told


def test_fifty_failures_of_one_cause_are_one_with_a_count() -> None:
    failures = tuple(
        replace(FAILURE, test=f"a.py::t{n}", id=f"F{n}", message=f"assert {n} == 4")
        for n in range(1, 51)
    )
    assert shown(SuiteResult(UNIT, State.FAILED, Counts(failed=50), failures)) == (
        "Unit Tests\n"
        "  ✗ api              50 failed                               0.0s\n"
        "\n"
        "    F1 FAILED a.py::t1\n"
        "    api/tests/unit/test_a.py:7: assert 1 == 4\n"
        "    > assert 3 == 4\n"
        "    E assert 3 == 4\n"
        "    again: inv api:unit -- a.py::t1\n"
        "    49 more like F1: F2 t2, F3 t3, F4 t4 …\n"
        "\n"
        "api:unit: 50 failed\n"
        "1 suite in 3.2s\n"
        "0 passed, 50 failed, 0 skipped\n"
    )


def cached(name: str) -> SuiteResult:
    suite = SuiteId(name, Stage.UNIT)
    return SuiteResult(suite, State.PASSED, Counts(passed=2), cached_at=1.0)


@pytest.mark.parametrize("count", [8, 9, 200])
def test_many_cached_suites_share_a_row(count: int) -> None:
    stream = io.StringIO()
    display = PlainDisplay(stream, Plain(), {}, age=lambda then: ago(then, 3 * 3600 + 1.0))
    results = [cached(f"s{number}") for number in range(count)]
    ran = SuiteResult(UNIT, State.PASSED, Counts(passed=1))
    display(StageStarted(Stage.UNIT, tuple(one.suite for one in (*results, ran))))
    for one in (*results, ran):
        display(SuiteFinished(one))
    rows = [
        f"  ✓ s{n}               2 passed                             cached, 3 h ago\n"
        for n in range(8)
    ]
    words = f"{count} suites"
    one_row = f"  ✓ {words:16} {f'{2 * count} passed':36} cached, up to 3 h ago\n"
    assert stream.getvalue() == (
        "Unit Tests\n"
        + (one_row if count > 8 else "".join(rows))
        + "  ✓ api              1 passed                                0.0s\n"
    )


class Clock:
    """Tells the time that it is set to."""

    now = 0.0

    def __call__(self) -> float:
        return self.now


def test_a_minute_of_silence_and_what_is_said_then() -> None:
    stream, clock = io.StringIO(), Clock()
    display = PlainDisplay(stream, Plain(), {}, silence=60.0, clock=clock)
    for event in (
        StageStarted(Stage.UNIT, (UNIT,)),
        SuiteStarted(UNIT, 0.0),
        StepStarted(UNIT, "test", 0.0),
        TestsCollected(UNIT, 3),
        TestFinished(UNIT, "t", Outcome.PASSED, 0.1),
    ):
        display(event)
    clock.now = 59.9
    display.beat()
    assert stream.getvalue() == "Unit Tests\n"
    clock.now = 60.0
    display.beat()
    display.beat()
    assert stream.getvalue() == "Unit Tests\n  … api:unit 1/3\n"
    clock.now = 120.0
    display.beat()
    assert stream.getvalue().count("api:unit") == 2
    display(SuiteFinished(SuiteResult(UNIT, State.PASSED)))
    clock.now = 999.0
    display.beat()
    assert stream.getvalue().count("api:unit") == 2


def test_the_silence_is_noticed_without_any_event() -> None:
    stream = io.StringIO()
    display = PlainDisplay(stream, Plain(), {}, silence=0.05)
    for event in (SuiteStarted(UNIT, 0.0), StepStarted(UNIT, "build", 0.0)):
        display(event)
    wait_for(lambda: "  … api:unit building its images\n" in stream.getvalue())
    display.close()


@pytest.mark.parametrize("encoding", ["cp437", "ascii"])
def test_a_console_without_the_glyphs(encoding: str) -> None:
    text = shown(
        SuiteResult(UNIT, State.PASSED, Counts(passed=1)),
        SuiteResult(
            SERVICE, State.FAILED, Counts(failed=1), (Failure("日本", Outcome.FAILED, "x"),)
        ),
        encoding=encoding,
    )
    assert "  + api " in text
    assert "  x api " in text
    assert "FAILED ??\n" in text


def test_colour_only_where_it_is_wanted() -> None:
    result = SuiteResult(UNIT, State.PASSED, Counts(passed=1))
    assert "\x1b" not in shown(result)
    assert "\x1b" not in shown(result, environ={"FORCE_COLOR": "1", "NO_COLOR": "1"})


def test_hostile_output_does_not_drive_the_terminal() -> None:
    nasty = "\x1b[2J\x1b]0;title\x07\r\x9b31m::error::x\u0000"
    failure = Failure(nasty, Outcome.ERROR, nasty, nasty + "\n", "a.py", 1)
    text = shown(SuiteResult(UNIT, State.FAILED, Counts(errors=1), (failure,), logs=nasty))
    assert not {char for char in text if ord(char) < 32 or 127 <= ord(char) < 160} - {"\n"}
    assert "\n::error::" not in text


def test_notes(tmp_path: Path) -> None:
    stream = io.StringIO()
    PlainDisplay(stream, Plain(), {})(Note("api:service: waiting for pid 1", SERVICE))
    assert stream.getvalue() == "  api:service: waiting for pid 1\n"
    assert list(tmp_path.iterdir()) == []
