"""What a CI service shows beside the code and on the run's page: GitHub's words, also Gitea's."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from taskslib.display.clean import printable
from taskslib.display.excerpt import message, narrowed
from taskslib.events import Failure, State, SuiteId
from taskslib.pipeline.names import Names
from taskslib.pipeline.report import Report

_MOST = 50
"""Annotations that a run makes: GitHub shows ten of a step, and keeps fifty of a run."""
_SUMMARY = 900_000
"""Bytes of the job's summary: GitHub takes a megabyte, and of more nothing at all."""
_LONGEST = 4_000
"""Characters of an annotation's message, which GitHub cuts as well."""


def annotation_lines(report: Report, names: Names) -> Iterator[str]:
    """Yield workflow commands for what is red, at most fifty; each is one line."""
    told = 0
    for one in report.missing:
        yield f"::error::{_data(one)} is missing"
    for result in report.results:
        if result.state.green or result.state is State.BLOCKED:
            continue
        for failure in result.failures:
            if told < _MOST:
                told += 1
                yield _failure(result.suite, failure, names)
        if not result.failures and told < _MOST:
            told += 1
            said = _data(result.reason or str(result.state))
            yield f"::error title={_property(f'{result.suite} {result.state}')}::{said}"


def job_summary(report: Report, names: Names) -> str:
    """Return a run as Markdown: a table of its suites, and what failed."""
    rows = [
        f"| {_cell(one.suite.name)} | {one.suite.stage} | {one.state}"
        f"{' (cached)' if one.cached_at else ''} | {one.counts.passed} | "
        f"{one.counted.failed + one.counted.errors} | {one.counts.skipped} | {one.seconds:.1f} s |"
        for one in report.results
    ]
    head = ["| suite | stage | state | passed | failed | skipped | time |", "|---" * 7 + "|"]
    red = [(one, failure) for one in report.results for failure in one.failures]
    lines = [*head, *rows, "", *(f"**{_cell(one)} is missing**\n" for one in report.missing)]
    size = sum(len(line.encode()) + 1 for line in lines)
    for number, (result, failure) in enumerate(red):
        told = [
            f"**{_cell(failure.id)}** {_code(narrowed(f'{result.suite} {failure.test}'))}  ",
            f"{_code(message(failure))}  ",
            f"again: {_code(names.rerun(result.suite, failure.test))}",
            "",
        ]
        size += sum(len(line.encode()) + 1 for line in told)
        if size > _SUMMARY:
            lines.append(f"… and {len(red) - number} more failures")
            break
        lines += told
    return "\n".join(lines).rstrip() + "\n"


def add_summary(file: Path, text: str) -> None:
    """Add to the file that GITHUB_STEP_SUMMARY names. Raises OSError."""
    with file.open("a", encoding="utf-8", errors="replace") as stream:
        stream.write(text)


def _failure(suite: SuiteId, failure: Failure, names: Names) -> str:
    place = ""
    if failure.path and failure.line:
        file = names.place(suite, failure.path)
        place = f"file={_property(file)},line={failure.line},"
    title = f"title={_property(narrowed(f'{suite} {failure.test}'))}"
    return f"::error {place}{title}::{_data(failure.message[:_LONGEST])}"


def _data(text: str) -> str:
    """Return a text as a command's message: in one line, from which no other command begins."""
    plain = printable(text, "utf-8")
    return plain.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")


def _cell(text: str) -> str:
    return (
        printable(text, "utf-8")
        .replace("\\", "\\\\")
        .replace("|", "\\|")
        .replace("\n", " ")
        .replace("<", "&lt;")
    )


def _code(text: str) -> str:
    """Return a text as code, whatever is in it."""
    flat = " ".join(printable(text, "utf-8").split())
    fence = "`"
    while fence in flat:
        fence += "`"
    pad = " " if "`" in flat else ""
    return f"{fence}{pad}{flat}{pad}{fence}"
