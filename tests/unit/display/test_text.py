"""Words, durations, glyphs, and what is taken out of a text that comes from tests."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from taskslib.display.clean import clean
from taskslib.display.text import duration, glyphs, indented, suite_words, total_words, wants_colour
from taskslib.events import Counts, State


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(0, "0.0s"), (0.449, "0.4s"), (59.94, "59.9s"), (60, "1m00s"), (125.9, "2m05s")],
)
def test_duration(seconds: float, words: str) -> None:
    assert duration(seconds) == words


@pytest.mark.parametrize(
    ("counts", "state", "words"),
    [
        (Counts(passed=3), State.PASSED, "3 passed"),
        (Counts(1, 2, 1, 3, 4, 5), State.FAILED,
         "2 failed, 1 error, 1 passed, 3 skipped, 4 xfailed, 5 xpassed"),
        (Counts(errors=2), State.FAILED, "2 errors"),
        (Counts(passed=2), State.CRASHED, "crashed (2 passed)"),
        (Counts(), State.TIMED_OUT, "timed out"),
        (Counts(skipped=2), State.NO_TESTS, "no tests (2 skipped)"),
    ],
)  # fmt: skip
def test_words_of_a_suite(counts: Counts, state: State, words: str) -> None:
    assert suite_words(counts, state) == words


@given(st.builds(Counts, *(st.integers(0, 99) for _ in range(6))))
def test_the_closing_line_counts_every_test_once(counts: Counts) -> None:
    words = total_words(counts).replace(",", "").split()
    assert words[1::2] == ["passed", "failed", "skipped"]
    assert sum(map(int, words[::2])) == counts.ran + counts.skipped
    assert (int(words[2]) > 0) == bool(counts.failed or counts.errors)


@pytest.mark.parametrize(
    ("terminal", "environ", "colour"),
    [
        (False, {}, False),
        (True, {}, True),
        (True, {"NO_COLOR": ""}, True),
        (True, {"NO_COLOR": "0"}, False),
        (True, {"TERM": "dumb"}, False),
        (False, {"FORCE_COLOR": "1"}, True),
        (True, {"FORCE_COLOR": "0"}, False),
        (True, {"FORCE_COLOR": ""}, True),
        (False, {"FORCE_COLOR": "1", "NO_COLOR": "1"}, False),
    ],
)
def test_colour(*, terminal: bool, environ: dict[str, str], colour: bool) -> None:
    assert wants_colour(terminal=terminal, environ=environ) is colour


def test_glyphs_that_an_encoding_has() -> None:
    assert glyphs("utf-8").of(State.PASSED) == "✓"
    assert glyphs("no-such-encoding").of(State.CRASHED) == "x"
    assert [glyphs("cp437").of(state) for state in (State.BLOCKED, State.INTERRUPTED)] == ["o", "o"]


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("a\r\nb\tc\n", "a\nb\tc\n"),
        ("50%\r100%", "50%100%"),
        ("\x1b[31mred\x1b[0m", "red"),
        ("\x1b[2J\x1b[1;1Hgone", "gone"),
        ("abc\u202edef\u2066ghi\u2069", "abcdefghi"),
        ("\x1b(0\x1b7", "(07"),
        ("a\x07\x08\x00\x7f\x9bb", "ab"),
        ("日本 é ✓", "日本 é ✓"),
        ("::error file=a.py,line=1::no", ": :error file=a.py,line=1::no"),
        ("ok\n   \t::stop-commands::x", "ok\n   \t: :stop-commands::x"),
        ("\x1b[31m::add-mask::x", ": :add-mask::x"),
        ("\u00a0\u2003\u200b\ufeff::error::x", "\u00a0\u2003\u200b\ufeff: :error::x"),
        ("E   ##[error]no ##vso[task.complete]", "E   # #[error]no # #vso[task.complete]"),
        ("tests/a.py::test_b ::c:: std::vector", "tests/a.py::test_b ::c:: std::vector"),
        ("::test_b", "::test_b"),
        ("## a heading [x]", "## a heading [x]"),
    ],
)
def test_clean(text: str, shown: str) -> None:
    assert clean(text) == shown


def test_a_megabyte_of_empty_lines_is_no_work() -> None:
    assert clean("\n" * 1_000_000) == "\n" * 1_000_000


PARTS = ["::error::", "##[", " ", "\u00a0", "\u200b", "\u2028", "\x1b[31m", "\n", "a", "\x85"]


@given(st.lists(st.sampled_from(PARTS)).map("".join) | st.text())
def test_nothing_that_is_shown_drives_a_terminal_or_ci(text: str) -> None:
    shown = clean(text)
    assert {c for c in shown if unicodedata.category(c) == "Cc"} <= {"\n", "\t"}
    assert not any(
        line.replace("\u200b", "").lstrip().startswith("::error::") or "##[" in line
        for line in shown.split("\n")
    )


def test_indented() -> None:
    assert indented("a\n\n  b\n") == "    a\n\n      b"
    assert indented("a\nb", "| ") == "| a\n| b"
