"""The lines that every injected plugin writes, as data.

A line is one JSON object with a `kind`. The file is written by a foreign process that can die in
the middle of a line, so reading never raises: what is no message is `Unreadable`, and a run with
one of those is not green.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, NoReturn

from taskslib.events import Outcome


@dataclass(frozen=True, slots=True)
class Begun:
    """The plugin is loaded and the session begins."""

    framework: str
    """Name and version: `pytest 9.2.0`."""


@dataclass(frozen=True, slots=True)
class Collected:
    """How many tests will run; of several such messages (one a worker) the largest counts."""

    total: int


@dataclass(frozen=True, slots=True)
class Deselected:
    """Some collected tests will not run, because an option says so."""

    count: int


@dataclass(frozen=True, slots=True)
class Started:
    """A test begins (again, if it is repeated)."""

    test: str


@dataclass(frozen=True, slots=True)
class Reported:
    """A phase of a test, or a file's collection, came to something worth saying at once."""

    test: str
    outcome: Outcome
    seconds: float
    """The call alone; 0 for other phases."""
    final: bool
    """Whether no `Finished` follows: a file that was never a test, a worker that died."""
    message: str
    text: str
    path: str
    line: int


@dataclass(frozen=True, slots=True)
class Finished:
    """A test has ended, teardown included; its outcome stands here only if it passed."""

    test: str
    outcome: Outcome | None
    seconds: float


@dataclass(frozen=True, slots=True)
class Repeated:
    """A test failed and is run again: whatever it comes to then, it was not plainly green."""

    test: str


@dataclass(frozen=True, slots=True)
class Unhandled:
    """Something broke that belongs to no test: an internal error, a lost worker."""

    message: str
    text: str


@dataclass(frozen=True, slots=True)
class Stopped:
    """The framework stopped before the last test, on purpose or by Ctrl-C."""

    reason: str


@dataclass(frozen=True, slots=True)
class Ended:
    """The session ended in order; `code` is the exit code that the framework intends."""

    code: int


@dataclass(frozen=True, slots=True)
class Unreadable:
    """A line that is no message."""


Message = (
    Begun
    | Collected
    | Deselected
    | Started
    | Reported
    | Finished
    | Repeated
    | Unhandled
    | Stopped
    | Ended
    | Unreadable
)


def parse(line: bytes) -> Message:
    """Read one line. Never raises, whatever the line holds."""
    try:
        data = _DECODER.decode(line.decode())
        return _READERS[data["kind"]](data)
    except (ValueError, TypeError, KeyError, RecursionError):
        return Unreadable()


def _refuse(constant: str) -> NoReturn:
    raise ValueError(constant)


_DECODER = json.JSONDecoder(parse_constant=_refuse)
"""Without `NaN` and `Infinity`, which are not JSON and would spoil every sum."""

Data = Mapping[str, Any]


def _reported(data: Data) -> Message:
    return Reported(
        _text(data["test"]),
        Outcome(data["outcome"]),
        _seconds(data["seconds"]),
        data["final"] is True,
        _text(data["message"]),
        _text(data["text"]),
        _text(data["path"]),
        _count(data["line"]),
    )


def _finished(data: Data) -> Message:
    outcome = Outcome(data["outcome"]) if "outcome" in data else None
    return Finished(_text(data["test"]), outcome, _seconds(data.get("seconds", 0.0)))


_READERS: Mapping[str, Callable[[Data], Message]] = {
    "begun": lambda data: Begun(_text(data["framework"])),
    "collected": lambda data: Collected(_count(data["total"])),
    "deselected": lambda data: Deselected(_count(data["count"])),
    "started": lambda data: Started(_text(data["test"])),
    "reported": _reported,
    "finished": _finished,
    "repeated": lambda data: Repeated(_text(data["test"])),
    "unhandled": lambda data: Unhandled(_text(data["message"]), _text(data["text"])),
    "stopped": lambda data: Stopped(_text(data["reason"])),
    "ended": lambda data: Ended(_integer(data["code"])),
}


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise TypeError(value)
    # Half a surrogate pair (a file name that is not UTF-8) can be written to no terminal.
    return value if value.isascii() else value.encode("utf-8", "backslashreplace").decode()


def _integer(value: object) -> int:
    if not isinstance(value, int) or isinstance(value, bool):
        raise TypeError(value)
    return value


def _count(value: object) -> int:
    if (number := _integer(value)) < 0:
        raise ValueError(value)
    return number


def _seconds(value: object) -> float:
    if not isinstance(value, int | float) or isinstance(value, bool):
        raise TypeError(value)
    # 1e999 is JSON, and infinite.
    if not 0 <= value < float("inf"):
        raise ValueError(value)
    return float(value)
