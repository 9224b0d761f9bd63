"""Signals at random moments leave nothing; `kills.py` prints them as a table."""

from __future__ import annotations

import secrets
import sys

import pytest

from tests.engine.stacks.kills import SIGNALS, cells, run, wrong

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="kills by POSIX signals")


def check(count: int) -> None:
    seed = secrets.randbelow(1_000_000)
    outcomes = run(count, seed, 4)
    found = [(one, words) for one in outcomes if (words := wrong(one))]
    assert found == [], f"python -m tests.engine.stacks.kills --seed {seed} --count {count}"


def test_each_signal_once() -> None:
    check(len(SIGNALS))


@pytest.mark.full
def test_hundreds() -> None:
    check(200)


def test_a_seed_says_which() -> None:
    assert list(cells(9, 7)) == list(cells(9, 7))
    assert list(cells(9, 7)) != list(cells(9, 8))
