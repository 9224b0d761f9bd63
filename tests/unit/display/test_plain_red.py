"""Red runs of every kind, whole."""

from __future__ import annotations

import io
from pathlib import Path

import pytest

from taskslib.display.plain import PlainDisplay
from taskslib.events import (
    Counts,
    Event,
    Failure,
    Outcome,
    Output,
    Stage,
    StageStarted,
    State,
    SuiteFinished,
    SuiteId,
    SuiteResult,
)
from taskslib.pipeline.report import Report
from tests.unit.display.names import Plain

UNIT = SuiteId("api", Stage.UNIT)
SERVICE = SuiteId("api", Stage.SERVICE)


class Terminal(io.StringIO):
    """A stream that says that it is a terminal."""

    def isatty(self) -> bool:
        return True


def display(stream: io.StringIO, **environ: str) -> PlainDisplay:
    return PlainDisplay(stream, Plain(), environ)


def shown(*results: SuiteResult, folder: Path | None = None) -> str:
    stream = io.StringIO()
    plain = display(stream)
    for result in results:
        plain(SuiteFinished(result))
    plain.summary(Report(results, 1.0), folder)
    return stream.getvalue()


def failure(number: int) -> Failure:
    return Failure(f"test_a.py::test_{number}", Outcome.FAILED, "assert 0")


@pytest.mark.parametrize(
    ("result", "expected"),
    [
        pytest.param(
            SuiteResult(
                UNIT,
                State.CRASHED,
                Counts(passed=2),
                seconds=0.5,
                reason="killed by SIGSEGV during test_a.py::test_b",
                details="Fatal Python error: Segmentation fault",
            ),
            "  ✗ api              crashed (2 passed)                      0.5s\n"
            "    killed by SIGSEGV during test_a.py::test_b\n"
            "    Fatal Python error: Segmentation fault\n"
            "\n"
            "api:unit: crashed (2 passed): killed by SIGSEGV during test_a.py::test_b\n"
            "1 suite in 1.0s\n"
            "2 passed, 1 failed, 0 skipped\n",
            id="crash",
        ),
        pytest.param(
            SuiteResult(UNIT, State.TIMED_OUT, reason="ended after 3600 s", hint="-- -k one"),
            "  ✗ api              timed out                               0.0s\n"
            "    ended after 3600 s\n"
            "    hint: -- -k one\n"
            "\n"
            "api:unit: timed out: ended after 3600 s\n"
            "1 suite in 1.0s\n"
            "0 passed, 1 failed, 0 skipped\n",
            id="timed out",
        ),
        pytest.param(
            SuiteResult(UNIT, State.NO_TESTS, Counts(skipped=1), reason="all were skipped"),
            "  ✗ api              no tests (1 skipped)                    0.0s\n"
            "    all were skipped\n"
            "\n"
            "api:unit: no tests (1 skipped): all were skipped\n"
            "1 suite in 1.0s\n"
            "0 passed, 1 failed, 1 skipped\n",
            id="no tests",
        ),
        pytest.param(
            SuiteResult(
                SERVICE,
                State.FAILED,
                Counts(passed=1, errors=1),
                (Failure("test_a.py", Outcome.ERROR, "ImportError: x", "ImportError: x\n"),),
                reason="1 error",
                logs="api-1  | boom\ndatabase-1  | ready\n",
            ),
            "  ✗ api              1 error, 1 passed                       0.0s\n"
            "\n"
            "    ERROR test_a.py\n"
            "    ImportError: x\n"
            "    again: inv api:service -- test_a.py\n"
            "    logs of its containers:\n"
            "    | api-1  | boom\n"
            "    | database-1  | ready\n"
            "\n"
            "api:service: 1 error, 1 passed\n"
            "1 suite in 1.0s\n"
            "1 passed, 1 failed, 0 skipped\n",
            id="logs",
        ),
        pytest.param(
            SuiteResult(
                UNIT,
                State.FAILED,
                Counts(passed=1, failed=1),
                (Failure("a", Outcome.FAILED, "Error: no", "Error: no\n\n> 3 | no()", "a.ts", 3),),
                reason="1 failed, lost, 2 not run",
                details="lost\n> 9 | throw",
            ),
            "  ✗ api              1 failed, 1 passed                      0.0s\n"
            "\n"
            "    FAILED a\n"
            "    api/a.ts:3: Error: no\n"
            "    > 3 | no()\n"
            "    again: inv api:unit -- a\n"
            "\n"
            "    lost, 2 not run\n"
            "    lost\n"
            "    > 9 | throw\n"
            "\n"
            "api:unit: 1 failed, 1 passed: lost, 2 not run\n"
            "1 suite in 1.0s\n"
            "1 passed, 1 failed, 0 skipped\n",
            id="what else went wrong",
        ),
    ],
)
def test_red(result: SuiteResult, expected: str) -> None:
    assert shown(result) == expected


def test_forty_failures_are_shown_in_full() -> None:
    failures = tuple(failure(number) for number in range(40))
    text = shown(SuiteResult(UNIT, State.FAILED, Counts(failed=40), failures))
    blocks = "".join(
        f"\n    FAILED {one.test}\n    assert 0\n    again: inv api:unit -- {one.test}\n"
        for one in failures
    )
    assert text == (
        "  ✗ api              40 failed                               0.0s\n"
        f"{blocks}"
        "\napi:unit: 40 failed\n1 suite in 1.0s\n0 passed, 40 failed, 0 skipped\n"
    )


def test_several_red_suites_and_a_blocked_stage() -> None:
    text = shown(
        SuiteResult(UNIT, State.FAILED, Counts(failed=1), (failure(1),)),
        SuiteResult(SuiteId("web", Stage.UNIT), State.CRASHED, reason="died"),
        SuiteResult(SERVICE, State.BLOCKED, reason="stage unit failed"),
    )
    assert text.endswith(
        "  ○ api              not run: stage unit failed\n"
        "\n"
        "api:unit: 1 failed\n"
        "web:unit: crashed: died\n"
        "2 suites in 1.0s\n"
        "0 passed, 2 failed, 0 skipped\n"
    )


def test_the_runs_folder_is_named_where_something_is_in_it(tmp_path: Path) -> None:
    red = SuiteResult(UNIT, State.CRASHED, reason="died")
    green = SuiteResult(UNIT, State.PASSED, Counts(passed=1))
    assert "full output" not in shown(red, folder=tmp_path)
    (tmp_path / "events.jsonl").touch()
    assert "full output" not in shown(red, folder=tmp_path)
    (tmp_path / "api-unit").mkdir()
    assert f"\nfull output: {tmp_path}\n" in shown(red, folder=tmp_path)
    assert "full output" not in shown(green, folder=tmp_path)


def test_a_long_name_and_a_long_line_are_neither_cut_nor_folded() -> None:
    long = SuiteId("a-service-with-a-very-long-name", Stage.UNIT)
    message = "word " * 60
    red = Failure("test_a.py::test_b", Outcome.FAILED, message)
    text = shown(SuiteResult(long, State.FAILED, Counts(failed=1), (red,)))
    assert text.startswith("  ✗ a-service-with-a-very-long-name 1 failed ")
    assert f"    {message}\n" in text


def test_what_looks_like_markup_stays_text() -> None:
    message = "[bold]a[/bold] :smile: [/] [red"
    red = Failure("test_a.py::test_b[x]", Outcome.FAILED, message, f"{message}\nE")
    text = shown(SuiteResult(UNIT, State.FAILED, Counts(failed=1), (red,)))
    assert "    FAILED test_a.py::test_b[x]\n    [bold]a[/bold] :smile: [/] [red\n" in text


def test_verbose_lines_name_their_suite() -> None:
    stream = io.StringIO()
    display(stream)(Output(UNIT, "::error::no"))
    assert stream.getvalue() == "api:unit| ::error::no\n"


@pytest.mark.parametrize(
    ("stream", "environ", "coloured"),
    [
        (io.StringIO(), {"FORCE_COLOR": "1"}, True),
        (Terminal(), {}, True),
        (Terminal(), {"NO_COLOR": "1"}, False),
        (Terminal(), {"FORCE_COLOR": "0"}, False),
        (Terminal(), {"TERM": "dumb"}, False),
    ],
)
def test_colour(stream: io.StringIO, environ: dict[str, str], *, coloured: bool) -> None:
    events: tuple[Event, ...] = (
        StageStarted(Stage.UNIT, (UNIT,)),
        SuiteFinished(SuiteResult(UNIT, State.PASSED, Counts(passed=1))),
    )
    plain = display(stream, **environ)
    for event in events:
        plain(event)
    title = "\x1b[1mUnit Tests\x1b[0m\n" if coloured else "Unit Tests\n"
    assert stream.getvalue().startswith(title)
    assert ("\x1b[32m  ✓ api" in stream.getvalue()) is coloured
