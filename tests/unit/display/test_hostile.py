"""What tests say drives neither the terminal nor CI, whatever it is."""

from __future__ import annotations

import io
import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from taskslib.display.plain import PlainDisplay
from taskslib.events import (
    Counts,
    Failure,
    Note,
    Outcome,
    Output,
    Stage,
    State,
    SuiteFinished,
    SuiteId,
    SuiteResult,
)
from taskslib.pipeline.report import Report
from taskslib.reports.annotations import annotation_lines, job_summary
from tests.support.projects import inv, multi, write
from tests.unit.display.names import Plain

UNIT = SuiteId("api", Stage.UNIT)
PIECES = st.sampled_from(
    ["\x1b[2J", "\x1b]0;t\x07", "\x9b31m", "\r", "\n", "\x00", "\x7f", "::error::x", "##[error]",
     "::set-env n::", "##vso[task]", "\x1b", "[", "ü", "\ud800", " ", "\t", "|", "`", "%0A", "a"]
)  # fmt: skip
HOSTILE = st.lists(PIECES, max_size=12).map("".join)
COMMAND = re.compile(r"^\s*::\w|##\[|##vso\[", re.MULTILINE)
CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")


@given(HOSTILE, HOSTILE, HOSTILE)
def test_no_text_of_theirs_does_anything(name: str, message: str, text: str) -> None:
    failure = Failure(name, Outcome.FAILED, message, text, name, 3, "F1")
    red = SuiteResult(
        UNIT, State.FAILED, Counts(failed=1), (failure,), reason=message, details=text, logs=text,
        hint=message, flaky=(name,),
    )  # fmt: skip
    stream = io.StringIO()
    display = PlainDisplay(stream, Plain(), {})
    for event in (Note(message), Output(UNIT, text), SuiteFinished(red)):
        display(event)
    display.summary(Report((red,), 1.0), None)
    shown = stream.getvalue()
    assert not CONTROL.search(shown)
    assert not COMMAND.search(shown)
    assert shown.endswith("\n0 passed, 1 failed, 0 skipped\n")


@given(HOSTILE, HOSTILE)
def test_an_annotation_is_one_command(name: str, message: str) -> None:
    failure = Failure(name, Outcome.FAILED, message, "", f"{name}.py", 3, "F1")
    report = Report((SuiteResult(UNIT, State.FAILED, Counts(failed=1), (failure,)),), 1.0)
    [line] = annotation_lines(report, Plain())
    assert line.splitlines() == [line]
    assert line.startswith("::error file=")
    assert not CONTROL.search(line)
    assert job_summary(report, Plain()).startswith("| suite |")


SAYS = r"""
import os, sys

NASTY = "\x1b[2J\x1b]0;title\x07\r::error::injected\n::error file=a::injected\n##[error]injected\n"

def test_prints():
    print(NASTY)
    os.write(1, b"\xff\xfe\x80 invalid\n::warning::injected\n" + b"x" * 1_000_000 + b"\n")
    print("1000 passed, 3 failed in 0.1s\n[ 99%]", file=sys.stderr)

def test_fails():
    print(NASTY)
    raise AssertionError(NASTY)

def test_name_lies(request):
    request.node.user_properties.append(("a", NASTY))
"""


@pytest.mark.parametrize("verbose", ["0", "1"])
def test_a_suite_that_says_all_of_it(tmp_path: Path, verbose: str) -> None:
    shop = write(tmp_path / "shop", multi(**{"services/web/tests/unit/test_unit.py": SAYS}))
    summary = shop / "summary.md"
    variables = {"GITHUB_ACTIONS": "true", "GITHUB_STEP_SUMMARY": str(summary), "VERBOSE": verbose}
    ran = inv(shop, "test-unit", *(["--", "-s"] if verbose == "1" else []), **variables)
    assert ran.code == 1
    assert ran.out.endswith("\n2 passed, 1 failed, 0 skipped\n")
    assert not CONTROL.search(ran.out)
    commands = [line for line in ran.out.splitlines() if COMMAND.match(line)]
    assert [line.partition("title=")[0] for line in commands] == [
        "::error file=services/web/tests/unit/test_unit.py,line=13,"
    ]
    assert len(ran.out.encode()) < (2_500_000 if verbose == "1" else 4_000)
