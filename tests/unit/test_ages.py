"""How long ago something was."""

from __future__ import annotations

import pytest

from taskslib.ages import aged, ago, later


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (-5, "0 s"),
        (119, "119 s"),
        (120, "2 min"),
        (7199, "119 min"),
        (7200, "2 h"),
        (9e5, "10 days"),
    ],
)
def test_the_largest_unit_of_which_there_are_two(seconds: float, words: str) -> None:
    assert ago(1000.0, 1000.0 + seconds) == words


def test_a_text_that_is_shown_later() -> None:
    text = f"a, {later(100.5)} ago\nb, {later(7000.0)} ago\n"
    assert aged(text, 7300.0) == "a, 119 min ago\nb, 5 min ago\n"
    for odd in ("", "plain", "\ue000", "\ue000x\ue001", "\ue001"):
        assert aged(odd, 1.0) == odd
