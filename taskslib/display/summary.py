"""What a run came to, as its last lines. Pure but for a look at whether there are files."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from taskslib.display.rows import style_of
from taskslib.display.text import beside_counts, duration, shown_from_here, suite_words, total_words
from taskslib.events import State
from taskslib.pipeline.report import Report

_SLOW = 3
"""Slow tests that are named."""
_LONG = 5.0
"""Seconds from which a run says what it waited for."""


def summary_lines(
    report: Report, folder: Path | None, width: int | None = None
) -> Iterator[tuple[str, str]]:
    """Yield lines, each with its style; the last one is `N passed, N failed, N skipped`.

    Args:
        report: What the run came to.
        folder: Where its files are.
        width: Columns of the terminal, where it is one: what is listed goes on in a further line.
    """
    red = [one for one in report.results if not one.state.green]
    yield "", ""
    for result in red:
        if result.state is not State.BLOCKED:
            words = suite_words(result.counts, result.state)
            said = ": ".join(filter(None, (words, beside_counts(result))))
            yield f"{result.suite}: {said}", style_of(result.state)
    if red and folder is not None and any(one.is_dir() for one in folder.glob("*")):
        yield f"full output: {shown_from_here(folder)}", ""
    for one in report.missing:
        yield f"{one} is missing", style_of(State.ERROR)
    if report.signum and State.INTERRUPTED not in {one.state for one in red}:
        # It came when all tests had passed, in the middle of the last teardown.
        yield f"interrupted by signal {report.signum}", "yellow"
    if report.seconds >= _LONG and len({leg.suite for leg in report.critical_path}) > 1:
        legs = [f"{leg.suite} {leg.step} {duration(leg.seconds)}" for leg in report.critical_path]
        yield _listed("waited for", legs, width), "dim"
    if report.slow:
        named = [f"{duration(one.seconds)} {one.suite} {one.test}" for one in report.slow[:_SLOW]]
        if len(report.slow) > _SLOW:
            named[-1] += f" and {len(report.slow) - _SLOW} more"
        yield _listed("slow:", named, width), "yellow"
    yield _suites(report), "dim"
    yield total_words(report.counts), "bold green" if report.green else "bold red"


def _listed(title: str, parts: Sequence[str], width: int | None) -> str:
    """Return a list in one line, or in several, none of which a terminal breaks within a part.

    But for a part that is too long for any line.
    """
    lines = [title]
    for part in (*(f"{one}," for one in parts[:-1]), *parts[-1:]):
        if width is None or len(lines[-1]) + 1 + len(part) < width:
            lines[-1] += f" {part}"
        else:
            lines.append(f"  {part}")
    return "\n".join(lines)


def _suites(report: Report) -> str:
    """Return how many suites there were, how many of them were cached, and how long it took."""
    begun = [one for one in report.results if one.state is not State.BLOCKED]
    cached = sum(bool(one.cached_at) for one in begun)
    words = f"{len(begun)} suite{'' if len(begun) == 1 else 's'}"
    if cached == len(begun) and cached:
        return f"{words}, {'all ' if cached > 1 else ''}cached"
    return f"{words} in {duration(report.seconds)}{f', {cached} cached' if cached else ''}"
