from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from taskslib.events import Outcome
from taskslib.frameworks.messages import (
    Begun,
    Collected,
    Deselected,
    Ended,
    Finished,
    Message,
    Reported,
    Started,
    Stopped,
    Unhandled,
    Unreadable,
    parse,
)

REPORTED = (
    '{"kind": "reported", "test": "a.py::t", "outcome": "failed", "seconds": 0.5, "final": false,'
    ' "message": "E: x", "text": "long", "path": "a.py", "line": 3}'
)
LINES: dict[str, Message] = {
    '{"kind": "begun", "framework": "pytest 9.2.0"}': Begun("pytest 9.2.0"),
    '{"kind": "collected", "total": 7}': Collected(7),
    '{"kind": "deselected", "count": 2}': Deselected(2),
    '{"kind":"started","test":"a.py::t[\\u00e9]"}': Started("a.py::t[é]"),
    REPORTED: Reported(
        "a.py::t",
        Outcome.FAILED,
        0.5,
        final=False,
        message="E: x",
        text="long",
        path="a.py",
        line=3,
    ),
    '{"kind":"finished","test":"a.py::t"}': Finished("a.py::t", None, 0.0),
    '{"kind":"finished","test":"a.py::t","outcome":"passed","seconds":1}': Finished(
        "a.py::t", Outcome.PASSED, 1.0
    ),
    '{"kind": "unhandled", "message": "m", "text": "t"}': Unhandled("m", "t"),
    '{"kind": "stopped", "reason": "r"}': Stopped("r"),
    '{"kind": "ended", "code": -1}': Ended(-1),
}


@pytest.mark.parametrize(("line", "message"), LINES.items())
def test_every_kind(line: str, message: Message) -> None:
    assert parse(line.encode()) == message


@pytest.mark.parametrize("line", LINES)
def test_cut_off_anywhere(line: str) -> None:
    assert {parse(line[:length].encode()) for length in range(len(line))} == {Unreadable()}


@pytest.mark.parametrize(
    "line",
    [
        "",
        "null",
        "[]",
        "3",
        '"started"',
        "{}",
        '{"kind": "brand new"}',
        '{"kind": ["started"]}',
        '{"kind": "started"}',
        '{"kind": "started", "test": 3}',
        '{"kind": "collected", "total": true}',
        '{"kind": "collected", "total": -1}',
        '{"kind": "collected", "total": 1.5}',
        '{"kind": "ended", "code": "0"}',
        '{"kind": "ended", "code": ' + "9" * 5_000 + "}",
        '{"kind": "finished", "test": "t", "outcome": "green"}',
        '{"kind": "finished", "test": "t", "seconds": NaN}',
        '{"kind": "finished", "test": "t", "seconds": 1e999}',
        '{"kind": "finished", "test": "t", "seconds": -1}',
        '{"kind": "finished", "test": "t", "seconds": "1"}',
        "[" * 100_000,
        REPORTED.replace('"a.py"', "null"),
    ],
)
def test_no_message(line: str) -> None:
    assert parse(line.encode()) == Unreadable()


def test_no_text() -> None:
    assert parse(b"\xff\xfe\x00") == Unreadable()


def test_half_a_surrogate_pair_becomes_readable() -> None:
    message = parse(b'{"kind":"started","test":"\\udce9 and \\ud83d\\ude00"}')
    assert message == Started("\\udce9 and \N{GRINNING FACE}")


values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=3,
)
kinds = [json.loads(line)["kind"] for line in LINES]
fields = sorted({field for line in LINES for field in json.loads(line)} - {"kind"})


@given(st.binary() | st.text().map(str.encode))
def test_garbage_never_raises(line: bytes) -> None:
    parse(line)


@given(st.sampled_from(kinds), st.dictionaries(st.sampled_from(fields), values))
def test_wrong_types_never_raise(kind: str, data: dict[str, object]) -> None:
    parse(json.dumps({"kind": kind, **data}).encode())
