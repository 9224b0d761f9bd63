"""Words for what a run came to, and glyphs that the terminal can show. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from taskslib.events import Counts, Stage, State, SuiteResult

if TYPE_CHECKING:
    from taskslib.pipeline.coverage import Coverage

_FLAKY = 5
"""Flaky tests of a suite that are named."""
TITLES = {
    Stage.UNIT: "Unit Tests",
    Stage.SERVICE: "Service Tests",
    Stage.INTEGRATION: "Integration Tests",
}


def wants_colour(*, terminal: bool, environ: Mapping[str, str]) -> bool:
    """Tell whether to style what is written: on a terminal, or where FORCE_COLOR asks for it.

    A non-empty NO_COLOR (no-color.org) wins; FORCE_COLOR=0 asks for none, unlike rich has it.
    """
    if environ.get("NO_COLOR") or environ.get("TERM") == "dumb":
        return False
    forced = environ.get("FORCE_COLOR", "")
    return forced != "0" if forced else terminal


@dataclass(frozen=True, slots=True)
class Glyphs:
    """The marks before a suite's name."""

    passed: str
    failed: str
    waiting: str
    running: str
    begun: str
    """On the way to its tests."""
    arrow: str
    more: str
    full: str
    empty: str

    def of(self, state: State) -> str:
        """Return a state's mark."""
        if state is State.PASSED:
            return self.passed
        undecided = {State.BLOCKED, State.INTERRUPTED, State.NONE_FITS}
        return self.waiting if state in undecided else self.failed


def glyphs(encoding: str) -> Glyphs:
    """Return marks that an encoding has: code pages of consoles lack the usual ones."""
    try:
        "✓✗○●◐→…━░".encode(encoding)
    except (UnicodeEncodeError, LookupError):
        return Glyphs("+", "x", "o", "*", "~", ">", "...", "#", ".")
    return Glyphs("✓", "✗", "○", "●", "◐", "→", "…", "━", "░")


def suite_words(counts: Counts, state: State) -> str:
    """Return a suite's counts as words, without the zeros: `1 failed, 23 passed`."""
    named = (
        (counts.failed, "failed"),
        (counts.errors, "error" if counts.errors == 1 else "errors"),
        (counts.passed, "passed"),
        (counts.skipped, "skipped"),
        (counts.xfailed, "xfailed"),
        (counts.xpassed, "xpassed"),
    )
    words = ", ".join(f"{number} {word}" for number, word in named if number)
    if state in {State.PASSED, State.FAILED}:
        return words or str(state)
    return f"{state} ({words})" if words else str(state)


def flaky_words(result: SuiteResult) -> str:
    """Return which tests passed only when they were run again; empty where none did."""
    shown = ", ".join(result.flaky[:_FLAKY])
    more = f" and {len(result.flaky) - _FLAKY} more" if len(result.flaky) > _FLAKY else ""
    return f"    flaky: {shown}{more}" if result.flaky else ""


def withheld_words(names: Sequence[str]) -> str:
    """Return that tests did not get these variables, and what mends it."""
    return f"not passed to the tests (`pass_env` passes them): {', '.join(names)}"


def coverage_words(found: Coverage | None) -> str:
    """Return what the tests of a run covered, in one line."""
    if found is None:
        return "coverage: nothing was measured"
    files = filter(None, (found.html, found.lcov))
    shown = ", ".join(shown_from_here(file) for file in files)
    return f"coverage: {found.percent:.1f} % of {found.lines} lines ({shown})"


def shown_from_here(path: Path) -> str:
    """Return a path as seen from where the user is, if it is in there."""
    try:
        return str(path.relative_to(Path.cwd()))
    except (ValueError, OSError):
        return str(path)


def beside_counts(result: SuiteResult) -> str:
    """Return what a suite's reason says that its counts don't; empty where that is nothing."""
    if result.state is State.INTERRUPTED:
        return result.reason.removeprefix("interrupted").strip()
    if result.state is not State.FAILED:
        return result.reason
    counts = replace(result.counts, passed=0, skipped=0, xfailed=0, xpassed=0)
    return result.reason.removeprefix(suite_words(counts, result.state)).removeprefix(", ")


def total_words(counts: Counts) -> str:
    """Return the closing line: `N passed, N failed, N skipped`.

    Errors count as failed, xfailed tests as skipped.
    """
    passed = counts.passed + counts.xpassed
    failed = counts.failed + counts.errors
    return f"{passed} passed, {failed} failed, {counts.skipped + counts.xfailed} skipped"


def duration(seconds: float) -> str:
    """Return seconds for people: `0.4s`, `12.3s`, `2m05s`."""
    if seconds < 60:  # noqa: PLR2004
        return f"{seconds:.1f}s"
    return f"{int(seconds // 60)}m{int(seconds % 60):02}s"


def indented(text: str, by: str = "    ") -> str:
    """Return a text with every line moved in."""
    return "\n".join(by + line if line else line for line in text.splitlines())
