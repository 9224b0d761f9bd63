"""What people see of a run: consumers of events, and the only importer of rich.

Imports `events` and the report types, never the runner. Start reading at `plain.py`, which writes
lines; `live.py` keeps a table of all suites (`board.py`) on a terminal. Both show a red suite by
`red.py`.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import IO, TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from taskslib.events import Event
    from taskslib.pipeline.names import Names
    from taskslib.pipeline.report import Report
    from taskslib.project.model import Slow


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
    names: Names,
    environ: Mapping[str, str] = os.environ,
    *,
    slow: Slow,
    plain: bool = False,
) -> Display:
    """Return the display that suits a stream: live on a terminal, else (or if asked for) plain."""
    # A terminal that knows no cursor, and CI's that is no terminal to anybody who reads it.
    plain = plain or environ.get("TERM") == "dumb" or bool(environ.get("CI"))
    if stream.isatty() and not plain:
        from taskslib.display.live import LiveDisplay

        return LiveDisplay(stream, names, environ, slow=slow)
    from taskslib.display.plain import PlainDisplay

    return PlainDisplay(stream, names, environ)
