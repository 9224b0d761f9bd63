"""What people see of a run: consumers of events, and the only importer of rich.

Imports `events` and the report types, never the runner. Start reading at `plain.py`; `live.py`
adds the running suites (`board.py`) where the terminal can show them.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import IO, TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from taskslib.events import Event, SuiteId
    from taskslib.pipeline.report import Report


class Display(Protocol):
    """Shows a run to a person."""

    def __call__(self, event: Event) -> None:
        """Show an event."""

    def close(self) -> None:
        """Leave the terminal as it was; harmless a second time."""

    def summary(self, report: Report, folder: Path | None) -> None:
        """Write what the run came to."""


def display_for(
    stream: IO[str],
    rerun: Callable[[SuiteId, str], str],
    environ: Mapping[str, str] = os.environ,
) -> Display:
    """Return the display that suits a stream: live on a terminal, else plain lines."""
    # A terminal that knows no cursor, and CI's that is no terminal to anybody who reads it.
    if stream.isatty() and environ.get("TERM") != "dumb" and not environ.get("CI"):
        from taskslib.display.live import LiveDisplay

        return LiveDisplay(stream, rerun, environ)
    from taskslib.display.plain import PlainDisplay

    return PlainDisplay(stream, rerun, environ)
