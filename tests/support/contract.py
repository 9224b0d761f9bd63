"""The contract of the engine adapter as a table: what is tested, and what holds on which engine."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Any

import pytest

OTHERWISE = "otherwise"
"""The mark of a test of what Podman does in another way, with the words for that."""
_TEST = re.compile(r"/test_contract\.py::(test_\w+)\[(docker|tcp|podman|fake)\]")
_ENGINES = ("docker", "tcp", "podman", "fake")
_HOLDS = {"passed": "holds", "failed": "FAILS", "error": "FAILS", "skipped": "not here"}


def title(test: str) -> str:
    """Return what a test is of, in words."""
    return test.removeprefix("test_").replace("_", " ")


def otherwise(test: Any) -> str:
    """Return what Podman does in another way, by the mark of a test; empty where nothing."""
    marks: Iterable[pytest.Mark] = getattr(test, "pytestmark", ())
    return next((str(mark.args[0]) for mark in marks if mark.name == OTHERWISE), "")


def contract_lines(stats: dict[str, list[Any]]) -> Iterator[str]:
    """Yield the table, from what pytest has of the tests that ran; nothing where none of it did."""
    cells: dict[str, dict[str, str]] = {}
    notes: dict[str, str] = {}
    for outcome, reports in stats.items():
        for report in reports if outcome in _HOLDS else ():
            if found := _TEST.search(getattr(report, "nodeid", "")):
                what, engine = title(found[1]), found[2]
                told = dict(report.user_properties).get(OTHERWISE, "")
                holds = OTHERWISE if told and outcome == "passed" else _HOLDS[outcome]
                cells.setdefault(what, {})[engine] = holds
                notes |= {what: told} if told else {}
    width = max(map(len, cells), default=0)
    head = ("", dict(zip(_ENGINES, _ENGINES, strict=True)))
    for what, row in (head, *cells.items()) if cells else ():
        columns = "  ".join(f"{row.get(engine, '-'):9}" for engine in _ENGINES)
        yield f"{what:{width}}  {columns}".rstrip()
    for what, told in notes.items():
        yield f"podman, {what}: {told}"
