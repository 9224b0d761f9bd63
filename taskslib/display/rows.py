"""A row a suite that has ended, and one for many that nothing needs to be said of. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import reduce

from taskslib.ages import Age
from taskslib.display.text import Glyphs, duration, flaky_words, suite_words
from taskslib.events import Counts, State, SuiteResult

STYLES = {
    State.PASSED: "green",
    State.BLOCKED: "dim",
    State.NONE_FITS: "dim",
    State.INTERRUPTED: "yellow",
}
NAME_WIDTH = 16
_WORDS_WIDTH = 36
WIDE = 72
"""Columns from which there is room for a row's every part."""
_SHORTEST = 12
"""Columns that a name keeps where a row is too long."""
FOLDED = 8
"""Cached suites of one stage, above which they share a row."""


def style_of(state: State) -> str:
    """Return the style of a row."""
    return STYLES.get(state, "red")


def row(result: SuiteResult, glyphs: Glyphs, age: Age, width: int | None = None) -> str:
    """Return the row of a suite that has ended; on a terminal, whose `width` it is, one line."""
    flaky = f", {len(result.flaky)} flaky" if result.flaky else ""
    if result.state is State.BLOCKED:
        words, seconds = f"not run: {result.reason}", ""
    else:
        words = suite_words(result.counts, result.state) + flaky + on_engine(result.engine)
        seconds = duration(result.seconds)
        if result.cached_at:
            seconds = f"cached, {age(result.cached_at)} ago"
    return _row(glyphs, glyphs.of(result.state), (result.suite.name, words, seconds), width)


def on_engine(name: str) -> str:
    """Return words that say which engine a suite's stack is on; none for the usual one."""
    return f", on {name}" if name else ""


def folded(
    results: Sequence[SuiteResult], glyphs: Glyphs, age: Age, width: int | None = None
) -> str:
    """Return one row for several suites that passed."""
    counts = reduce(lambda total, one: total + one.counts, results, Counts())
    words = suite_words(counts, State.PASSED)
    seconds = duration(max(one.seconds for one in results))
    if oldest := min(one.cached_at for one in results):
        seconds = f"cached, up to {age(oldest)} ago"
    return _row(glyphs, glyphs.passed, (f"{len(results)} suites", words, seconds), width)


def rows(
    results: Sequence[SuiteResult], glyphs: Glyphs, age: Age, width: int | None = None
) -> Iterator[tuple[str, str]]:
    """Yield suites that have ended as lines with their styles; many that are cached share one."""
    cached = [one for one in results if one.cached_at and one.state is State.PASSED]
    hidden = cached if len(cached) > FOLDED else []
    if hidden:
        yield folded(hidden, glyphs, age, width), style_of(State.PASSED)
    for one in results:
        if not (hidden and one in hidden):
            yield row(one, glyphs, age, width), style_of(one.state)
            if one.flaky:
                yield flaky_words(one), "yellow"


def in_columns(mark: str, name: str, words: str, seconds: str) -> str:
    """Return a row in columns; a long name takes from the room of the words."""
    both = f"{name:{NAME_WIDTH}} {words}"
    return f"  {mark} {both:{NAME_WIDTH + 1 + _WORDS_WIDTH}} {seconds:>7}".rstrip()


def fitted(text: str, width: int | None, glyphs: Glyphs) -> str:
    """Return a text that a terminal of this width shows in one line: its end is cut off."""
    if width is None or len(text) < width:
        return text
    return text[: max(0, width - 1 - len(glyphs.more))].rstrip() + glyphs.more


def _row(glyphs: Glyphs, mark: str, parts: tuple[str, str, str], width: int | None) -> str:
    """Return a row: in columns, else with its parts closer, else without what matters least."""
    name, words, seconds = parts
    columns = in_columns(mark, name, words, seconds)
    if width is None or (width >= WIDE and len(columns) < width):
        return columns
    short = fitted(name, max(_SHORTEST, width - len(words) - 5), glyphs)
    tries = (f"  {mark} {name} {words} {seconds}", f"  {mark} {name} {words}")
    fits = (one.rstrip() for one in tries if len(one.rstrip()) < width)
    return next(fits, fitted(f"  {mark} {short} {words}", width, glyphs))
