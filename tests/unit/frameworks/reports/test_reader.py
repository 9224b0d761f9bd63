"""Which report is this run's, and what is told before it is there."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable
from pathlib import Path

import pytest

from taskslib.events import Outcome
from taskslib.frameworks.messages import (
    Begun,
    Collected,
    Ended,
    Finished,
    Message,
    Started,
    Unhandled,
)
from taskslib.frameworks.reports.reader import JUnitReader
from taskslib.project.model import Runner

GREEN = '<testsuite><testcase name="a"/></testsuite>'


def reader(
    folder: Path, report: str = "junit.xml", progress: str = "", *, narrowed: bool = False
) -> JUnitReader:
    runner = Runner(("npx", "jest", "--ci", "x"), folder, report, progress)
    return JUnitReader(runner, folder / "output.txt", narrowed=narrowed)


def names(messages: Iterable[Message]) -> list[str]:
    return [one.test for one in messages if isinstance(one, Started)]


def test_none_was_written(tmp_path: Path) -> None:
    what = Unhandled(f"no report was written to {tmp_path / 'junit.xml'}", "")
    assert reader(tmp_path).finish() == [Begun("npx jest"), what, Ended(0)]


def test_one_of_an_earlier_run(tmp_path: Path) -> None:
    (tmp_path / "junit.xml").write_text(GREEN)
    what = Unhandled(f"no new report was written to {tmp_path / 'junit.xml'}", "")
    assert reader(tmp_path).finish() == [Begun("npx jest"), what, Ended(0)]


def test_an_old_one_that_is_put_back(tmp_path: Path) -> None:
    """As a build tool's cache does."""
    read = reader(tmp_path)
    (tmp_path / "junit.xml").write_text(GREEN)
    os.utime(tmp_path / "junit.xml", (1e9, 1e9))
    what = Unhandled(f"no new report was written to {tmp_path / 'junit.xml'}", "")
    assert read.finish() == [Begun("npx jest"), what, Ended(0)]


@pytest.mark.parametrize(("narrowed", "code"), [(True, 5), (False, 0)])
def test_all_were_skipped(tmp_path: Path, code: int, *, narrowed: bool) -> None:
    """Where some were asked for, those that a pattern leaves out are called skipped too."""
    read = reader(tmp_path, narrowed=narrowed)
    skipped = '<testcase name="a"><skipped/></testcase>'
    (tmp_path / "junit.xml").write_text(f"<testsuite>{skipped}</testsuite>")
    assert read.finish()[-1] == Ended(code)


def test_one_that_is_written_anew(tmp_path: Path) -> None:
    (tmp_path / "junit.xml").write_text(GREEN)
    read = reader(tmp_path)
    (tmp_path / "junit.xml").write_text(GREEN.replace('"a"', '"bc"'))
    assert names(read.finish()) == ["bc"]


def test_of_several_only_those_of_this_run(tmp_path: Path) -> None:
    out = tmp_path / "target" / "reports"
    out.mkdir(parents=True)
    (out / "gone.xml").write_text(GREEN)
    read = reader(tmp_path, "target/reports/*.xml")
    (out / "b.xml").write_text(GREEN.replace('"a"', '"b"'))
    (out / "c.xml").write_text(GREEN.replace('"a"', '"c"'))
    assert names(read.finish()) == ["b", "c"]


TAP = """\
TAP version 13
# Subtest: one
ok 1 - one
    ok 1 - a part of two
not ok 2 - two
ok 3 - three # SKIP later
ok
1..4
Bail out!
"""
GO = [
    {"Action": "run", "Package": "p", "Test": "A"},
    {"Action": "output", "Package": "p", "Test": "A", "Output": "x"},
    {"Action": "pass", "Package": "p", "Test": "A"},
    {"Action": "fail", "Package": "p"},
]
LIBTEST = [
    {"type": "suite", "event": "started", "test_count": 2},
    {"type": "test", "event": "started", "name": "a"},
    {"type": "test", "event": "ok", "name": "a"},
    {"type": "test", "event": "failed", "name": "b"},
]


@pytest.mark.parametrize(
    ("progress", "text", "expected"),
    [
        (
            "tap",
            TAP,
            [
                Started("one"),
                Finished("one", Outcome.PASSED, 0.0),
                Started("two"),
                Started("three"),
                Finished("three", Outcome.SKIPPED, 0.0),
                Started("a test"),
                Finished("a test", Outcome.PASSED, 0.0),
                Collected(4),
            ],
        ),
        (
            "json",
            "\n".join(["noise", "{", "[1]", *map(json.dumps, GO), ""]),
            [Started("p > A"), Finished("p > A", Outcome.PASSED, 0.0)],
        ),
        (
            "json",
            "\n".join([*map(json.dumps, LIBTEST), ""]),
            [Collected(2), Started("a"), Finished("a", Outcome.PASSED, 0.0)],
        ),
        ("", TAP, []),
    ],
    ids=["tap", "go", "libtest", "nothing"],
)
def test_what_is_printed_meanwhile(
    tmp_path: Path, progress: str, text: str, expected: list[Message]
) -> None:
    read = reader(tmp_path, progress=progress)
    (tmp_path / "output.txt").write_bytes(text.encode() + b"\xff")
    assert read.follow() == expected
    assert read.follow() == []
