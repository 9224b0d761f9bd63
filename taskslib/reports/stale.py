"""Reports that an earlier run left where this one is to write its own.

They go before anything else: a run that is refused writes none, and CI, which keeps what is there
whatever the exit code is, must not take an earlier green one for its. Only files go that say
themselves that taskslib has written them.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from taskslib.reports.junit import MARK
from taskslib.reports.lines import RUN

_BEGINNING = 4096
"""Bytes that are read of a file which may be anybody's, and of any size."""


def remove_earlier(junit: Path | None, events: Path | None) -> None:
    """Remove our own reports in the folder for JUnit XML, and the file of events if it is ours.

    What can't be read or removed stays: where it can't be written either, that is said then.
    """
    for file in (*_junit(junit), *_events(events)):
        with suppress(OSError):
            file.unlink()


def _junit(folder: Path | None) -> Iterator[Path]:
    for file in sorted(folder.glob("*.xml")) if folder is not None else ():
        if MARK in _beginning(file):
            yield file


def _events(file: Path | None) -> Iterator[Path]:
    if file is None:
        return
    with suppress(ValueError):
        first = json.loads(_beginning(file).partition(b"\n")[0])
        if isinstance(first, dict) and first.get("event") == RUN and "taskslib" in first:
            yield file


def _beginning(file: Path) -> bytes:
    try:
        if not file.is_file():  # a pipe would be waited for
            return b""
        with file.open("rb") as stream:
            return stream.read(_BEGINNING)
    except OSError:
        return b""
