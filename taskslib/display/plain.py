"""Plain lines: one when a suite ends, failures, and a summary. For any output at all."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import IO

from taskslib.ages import Age, since
from taskslib.display.board import Board
from taskslib.display.red import Red
from taskslib.display.rows import rows
from taskslib.display.styled import line_writer
from taskslib.display.summary import summary_lines
from taskslib.display.text import TITLES, glyphs
from taskslib.events import (
    Event,
    Note,
    Output,
    StageStarted,
    State,
    SuiteFinished,
    SuiteId,
    SuiteResult,
)
from taskslib.pipeline.names import Names
from taskslib.pipeline.report import Report

_SILENCE = 60.0
"""Seconds of silence after which a line says that, and where, the run goes on."""


class PlainDisplay:
    """Consumes a run's events and writes lines.

    Args:
        stream: Where the lines go.
        names: How tests, files and commands are called.
        environ: For NO_COLOR and the like.
        silence: Seconds without a line after which one says what is going on.
        clock: Seconds, of the events' clock.
        age: Returns how long ago a suite passed that is cached.
    """

    def __init__(
        self,
        stream: IO[str],
        names: Names,
        environ: Mapping[str, str] = os.environ,
        *,
        silence: float = _SILENCE,
        clock: Callable[[], float] = time.monotonic,
        age: Age = since,
    ) -> None:
        self._write = line_writer(stream, environ)
        self._glyphs = glyphs(getattr(stream, "encoding", None) or "utf-8")
        self._red = Red(self._line, names)
        self._cached: list[SuiteResult] = []
        self._told: set[SuiteId] = set()
        self._board = Board()
        self._silence = silence
        self._clock = clock
        self._age = age
        self._written = clock()
        # The line in the silence is written by a thread of its own.
        self._lock = threading.RLock()
        self._ended = threading.Event()
        self._ticking: threading.Thread | None = None

    def __call__(self, event: Event) -> None:
        """Show an event."""
        with self._lock:
            self._board.add(event)
            match event:
                case StageStarted():
                    self._tell_cached()
                    self._line(TITLES[event.stage], "bold")
                case SuiteFinished(result):
                    self._suite(result)
                case Note(message):
                    self._line(f"  {message}", "yellow")
                case Output(suite, text):
                    self._line(f"{suite}| {text}", "")
        if self._ticking is None:
            self._ticking = threading.Thread(target=self._tick, name="heartbeat", daemon=True)
            self._ticking.start()

    def close(self) -> None:
        """Leave the terminal as it was, which it always is."""
        self._ended.set()

    def summary(self, report: Report, folder: Path | None) -> None:
        """Write what the run came to; the last line is `N passed, N failed, N skipped`."""
        self.close()
        self._tell_cached()
        for text, style in summary_lines(report, folder):
            self._line(text, style)

    def beat(self) -> None:
        """Say what is going on, where nothing has been written for long."""
        with self._lock:
            if self._clock() - self._written >= self._silence:
                now = self._board.now(self._clock())
                if now:
                    self._line(f"  {self._glyphs.more} {now}", "dim")

    def _tick(self) -> None:
        while not self._ended.wait(self._silence / 60):
            with suppress(OSError):  # nobody reads any more: the next line says so
                self.beat()

    def _suite(self, result: SuiteResult) -> None:
        if result.suite in self._told:
            return  # what it means in the end, which the summary says
        self._told.add(result.suite)
        if result.cached_at and result.state is State.PASSED:
            self._cached.append(result)
            return
        self._tell_cached()
        self._tell([result])
        if not result.state.green and result.state is not State.BLOCKED:
            self._red.end(result)

    def _tell_cached(self) -> None:
        """Write a row for each cached suite that was told of, or one for many."""
        cached, self._cached = self._cached, []
        self._tell(cached)

    def _tell(self, results: Sequence[SuiteResult]) -> None:
        for text, style in rows(results, self._glyphs, self._age):
            self._line(text, style)

    def _line(self, text: str, style: str) -> None:
        self._written = self._clock()
        self._write(text, style)
