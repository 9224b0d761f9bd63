"""What is known of earlier runs, as lines. Pure."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from typing import Any

from taskslib.pipeline.history import FlakyTest, PastRun, TestTime


def flaky_lines(tests: Sequence[FlakyTest], format: str) -> Iterator[str]:  # noqa: A002
    """Yield flaky tests as a table or as JSON."""
    if format == "json":
        yield _json(tests)
        return
    if not tests:
        yield "no test is known to be flaky"
    for one in tests:
        yield f"{one.suite}  {one.red} of {one.runs} red, {_when(one.at)}  {one.test}"


def slowest_lines(tests: Sequence[TestTime], format: str) -> Iterator[str]:  # noqa: A002
    """Yield tests with their seconds, as a table or as JSON."""
    if format == "json":
        yield _json(tests)
        return
    if not tests:
        yield "no run is known yet"
    for one in tests:
        yield f"{one.seconds:8.2f} s  {one.suite}  {one.test}"


def history_lines(runs: Sequence[PastRun], format: str) -> Iterator[str]:  # noqa: A002
    """Yield what tests came to, as a table or as JSON."""
    if format == "json":
        yield _json(runs)
        return
    if not runs:
        yield "no run of such a test is known"
    for one in runs:
        branch = f" on {one.branch}" if one.branch else ""
        took = f"{one.outcome:8} {one.seconds:6.2f} s"
        yield f"{_when(one.at)}  {took}  {one.suite}  {one.test}{branch}"


def _when(at: float) -> str:
    return datetime.fromtimestamp(at, UTC).astimezone().strftime("%Y-%m-%d %H:%M")


def _json(found: Sequence[Any]) -> str:
    return json.dumps([{**asdict(one), "suite": str(one.suite)} for one in found], indent=2)
