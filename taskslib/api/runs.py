"""What earlier runs left: their failures, and a page about the last one."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

from taskslib.api.history import past
from taskslib.api.session import Session, project
from taskslib.errors import NothingToRunError

if TYPE_CHECKING:
    from taskslib.events import SuiteId, SuiteResult
    from taskslib.pipeline.coverage import Coverage
    from taskslib.pipeline.report import Report
    from taskslib.reports.record import Record

_TREND = 30
"""Runs that the page's trend has."""


def own(session: Session) -> Path:
    """Return the folder of what is about this checkout alone."""
    from taskslib.project.places import OWN

    return session.root / OWN


def last_failures(session: Session) -> dict[str, Path]:
    """Return the failures of the last run: what each is called, and the file with all of it."""
    from taskslib.reports.failures import failures_of
    from taskslib.reports.runs import last_run

    run = last_run(own(session) / "runs")
    return failures_of(run) if run is not None else {}


def last_red(session: Session) -> tuple[SuiteResult, ...]:
    """Return the suites of the last run of which their red tests, if any, do not tell all.

    Raises `NothingToRunError` where there is no run to tell of.
    """
    record = _last_record(session)
    results = (one.result for one in record.suites.values())
    told = (one for one in results if one is not None and not one.state.green)
    return tuple(one for one in told if one.details or one.own_failure)


def combine_coverage(session: Session, run: Path) -> Coverage | None:
    """Combine what the suites of a run covered, in `.taskslib/coverage`; None for nothing.

    Raises OSError where the reports can't be written.
    """
    from taskslib.frameworks.covering import FOLDER
    from taskslib.pipeline.coverage import combine

    folders = {suite.folder for suite in project(session).suites}
    return combine(run / FOLDER, own(session) / FOLDER, session.root, folders)


def uncovered(session: Session, run: Path, report: Report) -> dict[str, tuple[SuiteId, ...]]:
    """Return the suites of a run that ran, and of which nothing was measured, by the reason."""
    from taskslib.frameworks.covering import FOLDER
    from taskslib.frameworks.detection import framework_of
    from taskslib.pipeline.coverage import unmeasured

    left_out = unmeasured(run / FOLDER, [one.suite for one in report.results if one.counts.ran])
    found: dict[str, tuple[SuiteId, ...]] = {}
    for suite in project(session).suites:
        framework = framework_of(suite) if suite.id in left_out else None
        if framework is not None:
            why = framework.unmeasured(suite)
            found[why] = (*found.get(why, ()), suite.id)
    return found


def write_report(
    session: Session, output: Path | None = None, trace: Path | None = None
) -> tuple[Path, ...]:
    """Write a page about the last run, and a trace of it where that is wanted; return the files.

    Raises `NothingToRunError` where there is no run to tell of, OSError where it can't be written.
    """
    from taskslib.reports.page.render import Earlier, page
    from taskslib.reports.trace import trace as traced

    record = _last_record(session)
    known = past(session)
    text = page(record, Earlier(known.flaky(), known.trend(_TREND)))
    file = output or own(session) / "report.html"
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text, "utf-8", errors="replace")
    if trace is not None:
        trace.parent.mkdir(parents=True, exist_ok=True)
        trace.write_text(json.dumps(traced(record)), "utf-8")
    return (file,) if trace is None else (file, trace)


def _last_record(session: Session) -> Record:
    from taskslib.reports.lines import read_lines
    from taskslib.reports.record import Record
    from taskslib.reports.runs import EVENTS, last_run

    run = last_run(own(session) / "runs")
    if run is None:
        raise NothingToRunError("no run is known in this checkout", hint="inv test")
    about, events = read_lines(run / EVENTS)
    record = Record(project(session).name)
    record.began_at = float(about.get("began", 0.0))
    for event in events:
        record(event)
    return record
