"""The live display of a terminal: finished suites as plain lines, running ones below them."""

from __future__ import annotations

import os
import sys
import threading
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import IO

from rich.live import Live
from rich.text import Text

from taskslib.display.board import Board
from taskslib.display.plain import PlainDisplay
from taskslib.display.text import glyphs, printable
from taskslib.events import Event, SuiteId
from taskslib.pipeline.report import Report

_PER_SECOND = 4


class LiveDisplay:
    """Consumes a run's events and keeps the running suites in sight.

    The arguments are those of `PlainDisplay`.
    """

    def __init__(
        self,
        stream: IO[str],
        rerun: Callable[[SuiteId, str], str],
        environ: Mapping[str, str] = os.environ,
    ) -> None:
        self._plain = PlainDisplay(stream, rerun, environ, terminal=True)
        self._board = Board()
        # The picture is drawn by a thread of its own, while events come.
        self._lock = threading.Lock()
        self._encoding = getattr(stream, "encoding", None) or "utf-8"
        self._glyphs = glyphs(self._encoding)
        self._live = Live(
            console=self._plain.console,
            get_renderable=self._picture,
            refresh_per_second=_PER_SECOND,
            transient=True,
            redirect_stdout=False,
            redirect_stderr=sys.stderr is not None and sys.stderr.isatty(),
        )

    def __call__(self, event: Event) -> None:
        """Show an event."""
        if not self._live.is_started:
            self._live.start()
        with self._lock:
            self._board.add(event)
        self._plain(event)

    def summary(self, report: Report, folder: Path | None) -> None:
        """Take the running suites away, and write what the run came to."""
        self.close()
        self._plain.summary(report, folder)

    def close(self) -> None:
        """Leave the terminal as it was; harmless a second time."""
        self._live.stop()

    def _picture(self) -> Text:
        width, height = self._plain.console.size
        with self._lock:
            lines = self._board.lines(time.monotonic(), width, max(1, height - 3), self._glyphs)
        # The cursor rests on a line of its own: the terminal's echo of Ctrl-C would else wrap a
        # full row, and the picture's own height would be wrong. (rich drops an empty last line.)
        shown = "\n".join(printable(line, self._encoding) for line in (*lines, " "))
        return Text(shown, no_wrap=True, overflow="crop", end="")
