"""Fills the page's template."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from taskslib.display.clean import clean
from taskslib.display.text import TITLES, duration
from taskslib.events import Failure, Outcome, SuiteId
from taskslib.pipeline.history import FlakyTest, PastTotal
from taskslib.pipeline.report import total
from taskslib.reports.page.chart import chart_of
from taskslib.reports.record import Record

_SLOWEST = 15
"""Tests that the page names as the slowest."""


@dataclass(frozen=True, slots=True)
class Earlier:
    """What is known of earlier runs."""

    flaky: Sequence[FlakyTest] = ()
    trend: Sequence[PastTotal] = ()
    """The last run first."""


def page(record: Record, earlier: Earlier) -> str:
    """Return a run as an HTML document."""
    from jinja2 import Environment, PackageLoader, StrictUndefined

    environment = Environment(
        loader=PackageLoader("taskslib.reports.page", "."),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {"duration": duration, "clean": clean, "when": _when}
    results = [one.result for one in record.suites.values() if one.result is not None]
    counts = total(results)
    return environment.get_template("template.html.j2").render(
        record=record,
        chart=chart_of(record),
        titles=TITLES,
        verdict=_verdict(record),
        counts=counts,
        failed=counts.failed + counts.errors,
        failures=_failures(record),
        broken=[one for one in results if not one.state.green and not one.failures],
        slowest=_slowest(record),
        earlier=earlier,
        longest=max((one.seconds for one in earlier.trend), default=0.0),
    )


def _verdict(record: Record) -> str:
    if record.code is None:
        return "did not end"
    return "passed" if record.code == 0 else "interrupted" if record.code > 128 else "failed"  # noqa: PLR2004


def _failures(record: Record) -> list[tuple[SuiteId, Failure]]:
    return [
        (suite.id, failure)
        for suite in record.suites.values()
        if suite.result is not None
        for failure in suite.result.failures
    ]


def _slowest(record: Record) -> list[tuple[float, SuiteId, str, Outcome]]:
    tests = [
        (seconds, suite.id, test, outcome)
        for suite in record.suites.values()
        if suite.result is not None and not suite.result.cached_at
        for test, (outcome, seconds) in suite.tests.items()
        if seconds > 0
    ]
    return sorted(tests, key=lambda one: -one[0])[:_SLOWEST]


def _when(at: float) -> str:
    return datetime.fromtimestamp(at).astimezone().strftime("%Y-%m-%d %H:%M")
