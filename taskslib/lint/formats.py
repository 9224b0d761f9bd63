"""Findings as text, JSON, SARIF and annotations."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from taskslib.lint.catalogue import OWN, catalogue
from taskslib.lint.finding import Finding, Severity
from taskslib.version import __version__


@dataclass(frozen=True, slots=True)
class Report:
    """What linting came to."""

    findings: tuple[Finding, ...]
    files: int
    """How many were read."""
    fixed: tuple[str, ...] = ()
    """Files that `--fix` changed."""
    notes: tuple[str, ...] = ()
    """What a person should know besides."""

    def failed(self, *, strict: bool) -> bool:
        """Return whether it is a failure: an error; if strict, a warning too."""
        bad = {Severity.ERROR, Severity.WARNING} if strict else {Severity.ERROR}
        return any(one.severity in bad for one in self.findings)


def text(report: Report) -> Iterator[str]:
    """Yield a report for people: two lines a finding, and a count.

    What a rule of ours leaves to a person is called a suggestion.
    """
    known = catalogue()
    for path in report.fixed:
        yield f"fixed {path}"
    for one in report.findings:
        yield _flat(f"{one.place}: {one.severity} {one.rule} {one.message}")
        if one.hint:
            label = "suggestion" if one.rule in known and not one.edits else "hint"
            yield f"    {label}: {_flat(one.hint)}"
    yield from report.notes
    if not report.files and not report.findings:
        yield "nothing to lint here: no Compose file, Dockerfile, script or workflow"
        return
    counts = Counter(one.severity for one in report.findings)
    found = ", ".join(_counted(counts[one], one) for one in Severity if counts[one])
    fixable = sum(bool(one.edits) for one in report.findings)
    more = f"; {fixable} of them by inv lint --fix" if fixable else ""
    yield f"{found or 'no findings'} in {_counted(report.files, 'file')}{more}"


def _flat(said: str) -> str:
    """Return a text as one line: names in it are anybody's."""
    return " ".join(said.splitlines())


def _counted(count: int, what: str) -> str:
    return f"{count} {what}" if count == 1 or what == "info" else f"{count} {what}s"


def as_json(report: Report) -> Iterator[str]:
    """Yield a report as one document for programs."""
    findings = [
        {
            "rule": one.rule,
            "severity": one.severity,
            "path": one.path,
            "line": one.line,
            "column": one.column,
            "message": one.message,
            "hint": one.hint,
            "fixable": bool(one.edits),
        }
        for one in report.findings
    ]
    document = {"findings": findings, "files": report.files, "fixed": report.fixed}
    yield json.dumps(document, indent=2, ensure_ascii=True)


_LEVELS = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.INFO: "note"}


def sarif(report: Report) -> Iterator[str]:
    """Yield a report as SARIF 2.1.0, which GitHub's code scanning and editors read."""
    used = {one.rule for one in report.findings}
    known = catalogue()
    titles = {**OWN, **{one.id: one.title for one in known.values()}}
    rules = [
        {
            "id": one,
            "shortDescription": {"text": titles.get(one, one)},
            **({"fullDescription": {"text": told.why}} if (told := known.get(one)) else {}),
        }
        for one in sorted(used)
    ]
    results = [
        {
            "ruleId": one.rule,
            "level": _LEVELS[one.severity],
            "message": {"text": f"{one.message}. {one.hint}" if one.hint else one.message},
            "locations": [
                {
                    "physicalLocation": {
                        "artifactLocation": {"uri": _uri(one.path), "uriBaseId": "ROOT"},
                        "region": {"startLine": one.line, "startColumn": one.column},
                    }
                }
            ],
        }
        for one in report.findings
    ]
    driver = {"name": "taskslib", "version": __version__, "rules": rules}
    run = {"tool": {"driver": driver}, "columnKind": "unicodeCodePoints", "results": results}
    document = {
        "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
        "version": "2.1.0",
        "runs": [run],
    }
    yield json.dumps(document, indent=2, ensure_ascii=True)


def _uri(path: str) -> str:
    from urllib.parse import quote

    return quote(path, errors="surrogateescape")


_COMMANDS = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.INFO: "notice"}


def github(report: Report) -> Iterator[str]:
    """Yield a report as the workflow commands that GitHub and Gitea make annotations of."""
    for one in report.findings:
        place = f"file={_property(one.path)},line={one.line},col={one.column}"
        said = f"{one.message}\n{one.hint}" if one.hint else one.message
        title = f"title={_property(one.rule)}"
        yield f"::{_COMMANDS[one.severity]} {place},{title}::{_data(said)}"


def _data(said: str) -> str:
    """Return a text as a command's message: in one line, from which no other command begins."""
    plain = "".join(one for one in said if one.isprintable() or one in "\r\n")
    return plain.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(said: str) -> str:
    return _data(said).replace(":", "%3A").replace(",", "%2C")


FORMATS: dict[str, Callable[[Report], Iterator[str]]] = {
    "text": text,
    "json": as_json,
    "sarif": sarif,
    "github": github,
}
