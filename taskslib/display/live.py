"""The live display of a terminal: all suites as a table, and failures above it as they happen."""

from __future__ import annotations

import os
import sys
import threading
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import IO

from rich.console import Console, ConsoleRenderable
from rich.control import Control
from rich.live import Live
from rich.segment import ControlType
from rich.text import Text

from taskslib.ages import Age, since
from taskslib.display.board import Board
from taskslib.display.clean import printable
from taskslib.display.red import Red
from taskslib.display.rows import row, rows
from taskslib.display.summary import summary_lines
from taskslib.display.text import TITLES, glyphs, wants_colour
from taskslib.events import Event, Note, Output, State, SuiteFinished, SuiteResult, TestFinished
from taskslib.pipeline.names import Names
from taskslib.pipeline.report import Report
from taskslib.project.model import Slow

_PER_SECOND = 4
_SLOW = Slow()


def _has_more_to_say(result: SuiteResult) -> bool:
    """Return whether the table and the summary, which come anyway, do not tell all of a suite."""
    if result.state is State.INTERRUPTED:
        return bool(result.failures or result.details)
    return not result.state.green and result.state is not State.BLOCKED


class _Console(Console):
    """rich's console, but for what it does when nobody reads any more: end with code 1."""

    def on_broken_pipe(self) -> None:
        """Leave it to the caller, who knows a code for it."""
        raise BrokenPipeError


class _Picture(Live):
    """rich's live display, which erases as many lines as it drew.

    When terminals get narrower, they break what they show anew: then there are more of them. What
    leaves the screen by that is out of reach.
    """

    def __init__(self, console: Console, draw: Callable[[], Text]) -> None:
        self._draw = draw
        self._next: list[int] = []
        """Columns of each line of the picture that is drawn next."""
        self._there: list[int] = []
        """Those of what is on the screen."""
        super().__init__(
            console=console,
            get_renderable=self._drawn,
            refresh_per_second=_PER_SECOND,
            transient=True,
            redirect_stdout=False,
            redirect_stderr=sys.stderr is not None and sys.stderr.isatty(),
        )

    def process_renderables(self, renderables: list[ConsoleRenderable]) -> list[ConsoleRenderable]:
        """Return what is written to draw the picture anew below these."""
        erase, *rest = super().process_renderables(renderables)
        width = max(1, self.console.width)
        broken = sum(max(0, columns - 1) // width for columns in self._there)
        above = ((ControlType.CURSOR_UP, 1), (ControlType.ERASE_IN_LINE, 2)) * broken
        self._there = [min(columns, width) for columns in self._next]
        return [erase, Control(*above), *rest]

    def _drawn(self) -> Text:
        picture = self._draw()
        self._next = [line.cell_len for line in picture.split(allow_blank=True)]
        return picture


class LiveDisplay:
    """Consumes a run's events and keeps all suites in sight.

    Args:
        stream: The terminal.
        names: How tests, files and commands are called.
        environ: For NO_COLOR and the like.
        clock: Seconds, of the events' clock.
        age: Returns how long ago a suite passed that is cached.
        slow: Which test is shown with its time.
    """

    def __init__(
        self,
        stream: IO[str],
        names: Names,
        environ: Mapping[str, str] = os.environ,
        *,
        clock: Callable[[], float] = time.monotonic,
        age: Age = since,
        slow: Slow = _SLOW,
    ) -> None:
        colour = wants_colour(terminal=True, environ=environ)
        self._console = _Console(
            file=stream,
            highlight=False,
            markup=False,
            emoji=False,
            soft_wrap=True,
            force_terminal=True,
            color_system="standard" if colour else None,
            _environ=environ,
        )
        self._encoding = getattr(stream, "encoding", None) or "utf-8"
        self._glyphs = glyphs(self._encoding)
        self._clock = clock
        self._age = age
        self._board = Board(age, slow)
        self._red = Red(self._line, names)
        # The picture is drawn by a thread of its own, while events come.
        self._lock = threading.Lock()
        self._live = _Picture(self._console, self._picture)

    def __call__(self, event: Event) -> None:
        """Show an event."""
        if not self._live.is_started:
            self._live.start()
        with self._lock:
            self._board.add(event)
        match event:
            case TestFinished(suite, failure=failure) if failure is not None:
                self._red.add(suite, failure)
            case SuiteFinished(result):
                if _has_more_to_say(result):
                    if not result.failures:  # else they have been told of
                        self._line(row(result, self._glyphs, self._age, self._console.width), "red")
                    self._red.end(result)
            case Note(message):
                self._line(f"  {message}", "yellow")
            case Output(suite, text):
                self._line(f"{suite}| {text}", "")

    def summary(self, report: Report, folder: Path | None) -> None:
        """Leave the table as it is in the end, and write what the run came to."""
        self.close()
        width = self._console.width
        for stage, results in self._board.results():
            self._line(TITLES[stage], "bold")
            for text, style in rows(results, self._glyphs, self._age, width):
                self._line(text, style)
        for text, style in summary_lines(report, folder, width):
            self._line(text, style)

    def close(self) -> None:
        """Leave the terminal as it was; harmless a second time."""
        self._live.stop()

    def _line(self, text: str, style: str) -> None:
        # All of it, since any of it can come from the tests.
        self._console.print(Text(printable(text, self._encoding), style))

    def _picture(self) -> Text:
        width, height = self._console.size
        with self._lock:
            lines = self._board.lines(self._clock(), width, max(1, height - 3), self._glyphs)
        picture = Text(no_wrap=True, overflow="crop", end="")
        for text, style in lines:
            picture.append(f"{printable(text, self._encoding)}\n", style)
        # The cursor rests on a line of its own: the terminal's echo of Ctrl-C would else wrap a
        # full row, and the picture's own height would be wrong. (rich drops an empty last line.)
        return picture.append(" ")
