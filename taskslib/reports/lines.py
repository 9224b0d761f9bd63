"""A run's events in a file, one JSON object a line, written as they happen; and read again.

A line is `{"event": "TestFinished", …}` with the fields of that class of `taskslib.events`. The
first one tells of the run. A reader takes a file that was cut off anywhere, and passes over events
that it doesn't know: they are of a newer taskslib.
"""

from __future__ import annotations

import json
import time
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from types import TracebackType
from typing import IO, Any, Self, get_args

import msgspec

from taskslib.events import Event, RunStarted
from taskslib.version import __version__

SCHEMA = 1
RUN = "Run"
"""The name of the first line: schema, version, and what the clock of the events said when."""
_KINDS: Mapping[str, type] = {kind.__name__: kind for kind in get_args(Event)}


class EventLines:
    """A sink that writes events to a file; also a context, which closes it."""

    def __init__(self, file: Path, about: Mapping[str, object]) -> None:
        """Begin a file, in place of what is there.

        Args:
            file: Where; its folder is made.
            about: What the first line tells besides: the project, the command.

        Raises OSError where it can't be written.
        """
        file.parent.mkdir(parents=True, exist_ok=True)
        self._name = str(file)
        self._file: IO[bytes] | None = file.open("wb", buffering=0)
        self._broken: OSError | None = None
        clocks = {"began": time.time(), "clock": time.monotonic()}
        self._write({"event": RUN, "schema": SCHEMA, "taskslib": __version__, **clocks, **about})
        self.check()

    def check(self) -> None:
        """Raise OSError where a line could not be written, and so none after it."""
        if self._broken is not None:
            raise OSError(self._broken.errno, self._broken.strerror, self._name)

    def __call__(self, event: Event) -> None:
        """Write an event. Raises nothing: a full disk costs the file, not the run."""
        self._write({"event": type(event).__name__, **msgspec.to_builtins(event)})

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        if self._file is not None:
            self._file.close()

    def _write(self, line: dict[str, Any]) -> None:
        if self._file is None:
            return
        try:
            self._file.write(_encoded(line) + b"\n")
        except OSError as error:
            self._broken = error
            self._file.close()
            self._file = None


def read_lines(file: Path) -> tuple[dict[str, Any], Iterator[Event]]:
    """Return what a file's first line tells (empty where that is not whole), and its events.

    Raises OSError where it can't be read.
    """
    lines = iter(file.read_bytes().split(b"\n"))
    first = _decoded(next(lines, b"")) or {}
    return (first if first.get("event") == RUN else {}), _events(lines)


def has_begun(file: Path) -> bool:
    """Return whether the run of a file began anything; False where there is no such file."""
    try:
        with file.open("rb") as lines:
            return any(isinstance(one, RunStarted) and one.stages for one in _events(lines))
    except OSError:
        return False


def _events(lines: Iterable[bytes]) -> Iterator[Event]:
    for line in lines:
        told = _decoded(line)
        kind = _KINDS.get(told.pop("event", "")) if told is not None else None
        if kind is not None:
            try:
                yield msgspec.convert(told, kind)
            except msgspec.ValidationError:
                continue


def _decoded(line: bytes) -> dict[str, Any] | None:
    try:
        told = msgspec.json.decode(line)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return None
    return told if isinstance(told, dict) else None


def _encoded(line: dict[str, Any]) -> bytes:
    try:
        return msgspec.json.encode(line)
    except UnicodeEncodeError:  # a file name that is no text
        return json.dumps(line, ensure_ascii=False).encode(errors="replace")
