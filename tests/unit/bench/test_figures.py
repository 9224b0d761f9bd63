"""Medians, comparisons and the table of them."""

from __future__ import annotations

import json

import pytest

from tests.bench.figures import By, Figure, Target, document, table


@pytest.mark.parametrize(
    ("target", "expected"),
    [
        (None, (None, None)),
        (Target(By.RATIO, 0.5), (0.5, True)),
        (Target(By.RATIO, 0.4), (0.5, False)),
        (Target(By.EXTRA, -10), (-10, True)),
        (Target(By.VALUE, 9), (10, False)),
    ],
)
def test_pairs_are_compared_with_each_other(
    target: Target | None, expected: tuple[float | None, bool | None]
) -> None:
    # The machine was ten times slower in the last round, for both.
    figure = Figure("b", "w", "s", (9, 10, 100), "peer", (18, 20, 200), target)
    assert (figure.reached, figure.met) == expected


def test_what_was_not_measured_meets_nothing() -> None:
    for by in By:
        figure = Figure("b", "w", "s", target=Target(by, 1))
        assert (figure.reached, figure.met, figure.ratio, figure.extra) == (None, None, None, None)
    assert Figure("b", "w", "s", (1,), "peer", (0,)).ratio is None


def test_table() -> None:
    figures = [
        Figure("a", "fast", "ms", (10, 20, 30), "peer", (40, 40, 40), Target(By.RATIO, 0.6)),
        Figure("a", "slow", "s", (2.0,), "peer", (1.5,), Target(By.EXTRA, 0.3), "one run"),
        Figure("b", "big", "MB", (123.4,), target=Target(By.VALUE, 120)),
        Figure("b", "later", "s", target=Target(By.VALUE, 0.5), note="there is no task later"),
    ]
    assert table(figures) == [
        "| benchmark | what  | ours    | peer | theirs  | ratio | target         | met |",
        "|-----------|-------|---------|------|---------|-------|----------------|-----|",
        "| a         | fast  | 20.0 ms | peer | 40.0 ms | 0.50  | 0.6            | yes |",
        "| a         | slow  | 2.00 s  | peer | 1.50 s  | 1.33  | +0.3 s (+0.50) | NO  |",
        "| b         | big   | 123 MB  |      |         |       | 120 MB         | NO  |",
        "| b         | later | missing |      |         |       | 0.5 s          |     |",
        "",
        "a, slow: one run",
        "b, later: there is no task later",
    ]


def test_every_measurement_is_in_the_document() -> None:
    figure = Figure("a", "w", "s", (1, 3), "peer", (2, 2), Target(By.RATIO, 1), "a note")
    assert json.loads(json.dumps(document([figure]))) == [
        {
            "benchmark": "a", "what": "w", "unit": "s", "ours": [1, 3], "peer": "peer",
            "theirs": [2, 2], "ratio": 1.0, "extra": 0.0, "target": {"by": "ratio", "most": 1},
            "met": True, "note": "a note",
        }
    ]  # fmt: skip
