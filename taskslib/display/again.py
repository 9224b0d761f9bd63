"""What a green run would show if all of it were cached: kept for the next time that it is.

How long ago that was is filled in then.
"""

from __future__ import annotations

import io
import time
from collections.abc import Sequence
from dataclasses import replace
from itertools import groupby

from taskslib.ages import later
from taskslib.display.plain import PlainDisplay
from taskslib.events import StageStarted, SuiteFinished, SuiteId
from taskslib.pipeline.report import Report
from taskslib.pipeline.results.answers import Shown


def shown_again(report: Report, notes: Sequence[str]) -> Shown:
    """Return a report's lines, plain and coloured, with every suite cached."""
    now = time.time()
    results = [replace(one, cached_at=one.cached_at or now) for one in report.results]
    cached = Report(tuple(results), 0.0)
    texts = []
    for environ in ({"NO_COLOR": "1"}, {"FORCE_COLOR": "1"}):
        stream = io.StringIO()
        display = PlainDisplay(stream, _Nameless(), environ, age=later)
        for stage, suites in groupby(results, lambda one: one.suite.stage):
            finished = list(suites)
            display(StageStarted(stage, tuple(one.suite for one in finished)))
            for one in finished:
                display(SuiteFinished(one))
        display.summary(cached, None)
        texts.append(stream.getvalue())
    plain, coloured = texts
    return Shown(plain, coloured, notes)


class _Nameless:
    """Names for what is never red."""

    def rerun(self, suite: SuiteId, test: str) -> str:
        """Return the test."""
        return f"{suite} {test}"

    def place(self, suite: SuiteId, path: str) -> str:
        """Return the path."""
        return f"{suite} {path}"
