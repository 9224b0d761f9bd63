"""A run as one JSON document: `inv test --json`. `schema.json` beside this file describes it."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import msgspec

from taskslib.errors import ExitCode
from taskslib.events import SuiteId, SuiteResult
from taskslib.pipeline.plan import Plan
from taskslib.pipeline.report import Report
from taskslib.project.git import Checked
from taskslib.reports.record import Record, SuiteRecord
from taskslib.secrets import Mask
from taskslib.version import __version__

SCHEMA = 1
"""Changes when a reader of an earlier one would be wrong; what is only new does not change it."""
SCHEMA_FILE = Path(__file__).with_name("schema.json")
_MEANINGS = {
    ExitCode.PASSED: "passed",
    ExitCode.FAILED: "tests failed",
    ExitCode.USAGE: "the command line or the configuration is wrong",
    ExitCode.ENGINE: "the engine, a stack or a suite's environment failed",
    ExitCode.NOTHING: "there is nothing to run",
    ExitCode.HANGUP: "interrupted",
    ExitCode.INTERRUPT: "interrupted",
    ExitCode.TERMINATED: "interrupted",
    ExitCode.PIPE: "nobody reads the output",
}
Reasons = Mapping[SuiteId, tuple[str, tuple[str, ...]]]
"""Of each suite its fingerprint, and what had changed since it ran before."""


def document(
    plan: Plan, report: Report, record: Record, reasons: Reasons, mask: Mask, checked: Checked
) -> dict[str, Any]:
    """Return a run as JSON objects.

    Args:
        plan: What was to run.
        report: What it came to.
        record: What was told on the way.
        reasons: Why suites ran, as far as it is known.
        mask: Takes secrets out of what was typed; all else is without them.
        checked: What was checked out when it began.
    """
    request = plan.request
    return {
        "schema": SCHEMA,
        "taskslib": __version__,
        "project": plan.project.name,
        "root": str(plan.project.root),
        "commit": checked.commit,
        "changes": checked.changes,
        "began": datetime.fromtimestamp(record.began_at, UTC).isoformat(timespec="milliseconds"),
        "seconds": round(report.seconds, 3),
        "exit": {"code": int(report.exit_code), "meaning": _MEANINGS[report.exit_code]},
        "selection": {
            "stages": [str(stage.stage) for stage in plan.stages],
            "services": list(request.services),
            "arguments": [mask(argument) for argument in request.arguments],
            "affected": request.affected,
            "notes": list(plan.notes),
            "shard": asdict(plan.shard) if plan.shard is not None else None,
        },
        "counts": msgspec.to_builtins(report.counts),
        "critical_path": [
            {"suite": str(leg.suite), "step": leg.step, "seconds": round(leg.seconds, 3)}
            for leg in report.critical_path
        ],
        "slow": [
            {"suite": str(one.suite), "test": one.test, "seconds": round(one.seconds, 3)}
            for one in report.slow
        ],
        "notes": record.notes,
        "suites": [
            _suite(record.suites.get(one.suite, SuiteRecord(one.suite)), one, reasons)
            for one in report.results
        ],
    }


def encoded(told: Mapping[str, Any]) -> str:
    """Return a document as text, with what is no text replaced."""
    text = json.dumps(told, indent=2, ensure_ascii=False)
    return text.encode(errors="replace").decode()


def _suite(record: SuiteRecord, result: SuiteResult, reasons: Reasons) -> dict[str, Any]:
    fingerprint, changed = reasons.get(result.suite, ("", ()))
    at = datetime.fromtimestamp(result.cached_at, UTC) if result.cached_at else None
    return {
        "name": result.suite.name,
        "stage": str(result.suite.stage),
        "state": str(result.state),
        "reason": result.reason,
        "settled": result.settled,
        "hint": result.hint,
        "cached": at.isoformat(timespec="seconds") if at else None,
        "fingerprint": fingerprint or None,
        "changed": list(changed),
        "seconds": round(result.seconds, 3),
        "counts": msgspec.to_builtins(result.counted),
        "steps": [
            {"step": one.step, "began": round(one.began, 3), "ended": round(one.ended, 3)}
            for one in record.spans
        ],
        "engine": result.engine or None,
        "endpoints": record.endpoints,
        "tests": [
            {"test": test, "outcome": str(outcome), "seconds": round(seconds, 6)}
            for test, (outcome, seconds) in record.tests.items()
        ],
        "failures": list(_failures(result)),
        "flaky": list(result.flaky),
        "details": result.details,
        "logs": result.logs,
    }


def _failures(result: SuiteResult) -> Iterator[dict[str, Any]]:
    for one in result.failures:
        yield {
            "id": one.id,
            "test": one.test,
            "outcome": str(one.outcome),
            "message": one.message,
            "path": one.path or None,
            "line": one.line or None,
            "text": one.text,
        }
