"""Plain lines: one when a suite ends, failures in full, and a summary. For any output at all."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import IO

from rich.console import Console
from rich.text import Text

from taskslib.display.text import (
    TITLES,
    beside_counts,
    duration,
    glyphs,
    indented,
    printable,
    suite_words,
    total_words,
    wants_colour,
)
from taskslib.events import (
    Event,
    Failure,
    Note,
    Output,
    StageStarted,
    State,
    SuiteFinished,
    SuiteId,
    SuiteResult,
)
from taskslib.pipeline.report import Report

_STYLES = {State.PASSED: "green", State.BLOCKED: "dim", State.INTERRUPTED: "yellow"}
_NAME_WIDTH = 16
_WORDS_WIDTH = 36
_LONG = 5.0
"""Seconds from which a run says what it waited for."""
_FAILURES = 50
"""Failures of one suite that are shown in full."""


class _Console(Console):
    """rich's console, but for what it does when nobody reads any more: end with code 1."""

    def on_broken_pipe(self) -> None:
        """Leave it to the caller, who knows a code for it."""
        raise BrokenPipeError


class PlainDisplay:
    """Consumes a run's events and writes lines.

    Args:
        stream: Where the lines go.
        rerun: Gives the command that runs one failed test of a suite again.
        environ: For NO_COLOR and the like.
        terminal: Whether the cursor may be moved, whatever is said of colour.
    """

    def __init__(
        self,
        stream: IO[str],
        rerun: Callable[[SuiteId, str], str],
        environ: Mapping[str, str] = os.environ,
        *,
        terminal: bool = False,
    ) -> None:
        colour = wants_colour(terminal=stream.isatty(), environ=environ)
        self.console = _Console(
            file=stream,
            highlight=False,
            markup=False,
            emoji=False,
            soft_wrap=True,
            force_terminal=terminal or colour,
            color_system="standard" if colour else None,
        )
        self._encoding = getattr(stream, "encoding", None) or "utf-8"
        self._glyphs = glyphs(self._encoding)
        self._rerun = rerun

    def __call__(self, event: Event) -> None:
        """Show an event."""
        match event:
            case StageStarted():
                self._stage(event)
            case SuiteFinished(result):
                self._suite(result)
            case Note(message):
                self._line(f"  {message}", "yellow")
            case Output(suite, text):
                self._line(f"{suite}| {text}")

    def close(self) -> None:
        """Leave the terminal as it was, which it always is."""

    def summary(self, report: Report, folder: Path | None) -> None:
        """Write what the run came to; the last line is `N passed, N failed, N skipped`."""
        red = [one for one in report.results if not one.state.green]
        self._line("")
        for result in red:
            if result.state is not State.BLOCKED:
                words = suite_words(result.counts, result.state)
                said = ": ".join(filter(None, (words, beside_counts(result))))
                self._line(f"{result.suite}: {said}", self._style(result.state))
        if red and folder is not None and any(folder.iterdir()):
            self._line(f"full output: {folder}")
        if report.signum and State.INTERRUPTED not in {one.state for one in red}:
            # It came when all tests had passed, in the middle of the last teardown.
            self._line(f"interrupted by signal {report.signum}", "yellow")
        if report.seconds >= _LONG and len({leg.suite for leg in report.critical_path}) > 1:
            legs = (
                f"{leg.suite} {leg.step} {duration(leg.seconds)}" for leg in report.critical_path
            )
            self._line(f"waited for {', '.join(legs)}", "dim")
        self._line(_suites(report), "dim")
        blamed = sum(_is_own_failure(one) for one in red)
        style = "bold green" if report.green else "bold red"
        self._line(total_words(report.counts, blamed), style)

    def _stage(self, event: StageStarted) -> None:
        self._line(TITLES[event.stage], "bold")

    def _suite(self, result: SuiteResult) -> None:
        state = result.state
        mark = self._glyphs.of(state)
        if state is State.BLOCKED:
            words, seconds = f"not run: {result.reason}", ""
        else:
            words = suite_words(result.counts, state)
            seconds = "cached" if result.cached_at else duration(result.seconds)
        name = result.suite.name
        self._line(
            f"  {mark} {name:{_NAME_WIDTH}} {words:{_WORDS_WIDTH}} {seconds:>7}".rstrip(),
            self._style(state),
        )
        if not state.green and state is not State.BLOCKED:
            self._red(result)

    def _red(self, result: SuiteResult) -> None:
        for failure in result.failures[:_FAILURES]:
            self._failure(result.suite, failure)
        if len(result.failures) > _FAILURES:
            self._line(f"    … and {len(result.failures) - _FAILURES} more failures")
        said = beside_counts(result) if result.failures else result.reason
        if said:
            between = "\n" if result.failures else ""
            self._line(between + indented(said), "red")
        if result.details:
            self._line(indented(result.details))
        if result.logs:
            self._line("    logs of its containers:")
            self._line(indented(result.logs, "    | "))
        if result.withheld and result.failures:
            names = ", ".join(result.withheld)
            self._line(f"    not passed to the tests (`pass_env` passes them): {names}", "dim")
        if result.hint:
            self._line(f"    hint: {result.hint}")

    def _failure(self, suite: SuiteId, failure: Failure) -> None:
        self._line("")
        place = f"{failure.path}:{failure.line}: " if failure.path and failure.line else ""
        self._line(f"    {failure.outcome.upper()} {failure.test}", "bold red")
        self._line(f"    {place}{failure.message}")
        # Some frameworks' reports begin with the message, pytest's ends with it.
        text = failure.text.strip("\n").removeprefix(failure.message).strip("\n")
        if text:
            self._line("")
            self._line(indented(text))
        self._line(f"    again: {self._rerun(suite, failure.test)}", "cyan")

    def _style(self, state: State) -> str:
        return _STYLES.get(state, "red")

    def _line(self, text: str, style: str = "") -> None:
        # All of it, since any of it can come from the tests.
        self.console.print(Text(printable(text, self._encoding), style))


def _suites(report: Report) -> str:
    """Return how many suites there were, how many of them were cached, and how long it took."""
    begun = [one for one in report.results if one.state is not State.BLOCKED]
    cached = sum(bool(one.cached_at) for one in begun)
    words = f"{len(begun)} suite{'' if len(begun) == 1 else 's'}"
    if cached == len(begun) and cached:
        return f"{words}, {'all ' if cached > 1 else ''}cached"
    return f"{words} in {duration(report.seconds)}{f', {cached} cached' if cached else ''}"


def _is_own_failure(result: SuiteResult) -> bool:
    """Whether a suite is red although no test of it is."""
    if result.state in {State.BLOCKED, State.INTERRUPTED}:
        return False
    return not result.state.green and not (result.counts.failed + result.counts.errors)
