"""A run as JUnit XML: one file with all suites, and one for each."""

from __future__ import annotations

import io
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

from taskslib.events import Failure, Outcome, State, SuiteResult
from taskslib.names import split
from taskslib.reports.record import Record, SuiteRecord

if TYPE_CHECKING:
    from junitparser import JUnitXml, TestCase, TestSuite

MERGED = "junit.xml"
"""The file with all suites; each other is called `SERVICE-STAGE.xml`."""
MARK = b"<!-- Written by taskslib: removed by the next run that writes here. -->"
"""What our files are known by."""


def write_junit(folder: Path, record: Record) -> None:
    """Write a run's files into a folder, which is made. Raises OSError."""
    from junitparser import JUnitXml

    folder.mkdir(parents=True, exist_ok=True)
    merged = JUnitXml(_text(record.project))
    for suite in record.suites.values():
        if suite.result is None:
            continue
        alone = JUnitXml()
        alone.add_testsuite(_suite(suite, suite.result))
        _write(alone, folder / f"{suite.id.file_name}.xml")
        merged.add_testsuite(_suite(suite, suite.result))
    merged.update_statistics()  # type: ignore[no-untyped-call]
    # Those of the suites' calls: what the suites took is more.
    for one in merged:
        one.time = round(_seconds(record, one.name), 3)
    merged.time = round(record.seconds, 3)
    _write(merged, folder / MERGED)


def _write(found: JUnitXml, file: Path) -> None:
    content = io.BytesIO()
    found.write(content, pretty=True)
    declaration, end, rest = content.getvalue().partition(b"?>")
    file.write_bytes(declaration + end + b"\n" + MARK + rest)


def _suite(suite: SuiteRecord, result: SuiteResult) -> TestSuite:
    from junitparser import TestSuite

    found = TestSuite(_text(str(suite.id)))
    properties = {
        "stage": suite.id.stage,
        "service": suite.id.name,
        "state": result.state,
        "cached": str(bool(result.cached_at)).lower(),
        **({"flaky": ", ".join(result.flaky)} if result.flaky else {}),
    }
    for name, value in properties.items():
        found.add_property(name, _text(value))
    failures = {failure.test: failure for failure in result.failures}
    for test, (outcome, seconds) in suite.tests.items():
        found.add_testcase(_case(suite, test, outcome, seconds, failures.pop(test, None)))
    for test, failure in failures.items():  # what can't be collected never finishes
        found.add_testcase(_case(suite, test, failure.outcome, 0.0, failure))
    unrun = {State.BLOCKED, State.INTERRUPTED, State.NONE_FITS}
    untold = result.state in unrun and not result.failures
    if result.own_failure or untold:
        found.add_testcase(_itself(suite, result))
    found.update_statistics()  # type: ignore[no-untyped-call]
    found.time = round(result.seconds, 3)
    return found


def _seconds(record: Record, name: str) -> float:
    results = (one.result for one in record.suites.values() if _text(str(one.id)) == name)
    return sum(result.seconds for result in results if result is not None)


def _case(
    suite: SuiteRecord, test: str, outcome: Outcome, seconds: float, failure: Failure | None
) -> TestCase:
    from junitparser import Error, Skipped, TestCase
    from junitparser import Failure as Failed

    file, name = split(test)
    case = TestCase(_text(name or test), _text(f"{suite.id}.{file}" if file else str(suite.id)))
    case.time = round(seconds, 3)
    if failure is not None:
        kind = Error if outcome is Outcome.ERROR else Failed
        words = kind(_text(failure.message))
        words.text = _text(failure.text)
        case.result = [words]
    elif outcome.red:
        case.result = [Failed(str(outcome))]
    elif outcome in (Outcome.SKIPPED, Outcome.XFAILED):
        case.result = [Skipped(str(outcome))]
    return case


def _itself(suite: SuiteRecord, result: SuiteResult) -> TestCase:
    """Return a case for a suite that is red, or was not run, although no test of it is red."""
    from junitparser import Error, Skipped, TestCase

    case = TestCase(_text(f"{suite.id} {result.state}"), _text(str(suite.id)))
    reason = _text(result.reason or str(result.state))
    if result.state in {State.BLOCKED, State.NONE_FITS}:
        case.result = [Skipped(reason)]
    else:
        words = Error(reason)
        words.text = _text(result.details)
        case.result = [words]
    return case


def _text(text: str) -> str:
    """Return a text without what XML can't hold."""
    return "".join(char for char in text if _is_legal(ord(char)))


def _is_legal(code: int) -> bool:
    ranges: Iterable[tuple[int, int]] = (
        (0x20, 0xD7FF),
        (0xE000, 0xFFFD),
        (0x10000, 0x10FFFF),
    )
    return code in (0x9, 0xA, 0xD) or any(low <= code <= high for low, high in ranges)
