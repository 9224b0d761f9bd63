"""JUnit XML as messages. Pure: takes the files' bytes, returns what they say.

Read with the standard library's parser, as elements: of the dialects that are written, Node's puts
cases beside suites, and junitparser drops those.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from xml.etree import ElementTree as ET

from taskslib.events import Outcome
from taskslib.frameworks.messages import (
    Collected,
    Finished,
    Message,
    Repeated,
    Reported,
    Started,
    Unhandled,
)

_LONGEST = 200_000
_PLACE = re.compile(r"(?:file://)?((?:[A-Za-z]:)?[^\s:()'\"\[\]]{1,300}\.\w{1,10})[:(](\d+)")
"""`path/file.js:12:5` and `File.java(12)`, as runtimes print where they were."""

_RED = frozenset({"fail", "failed", "failure", "error"})
_NOT_RUN = frozenset({"notrun", "suppressed", "skipped", "ignored", "disabled", "pending"})
"""What some tools say of a case by an attribute alone."""
_NOISE = re.compile(r"^[ \t]+at (?:.*\bnode_modules\b|.*\bnode:|new Promise).*\n?", re.MULTILINE)
"""Calls inside Node and its packages: of the framework, not of the suite."""


def messages(reports: Mapping[Path, bytes], folder: Path) -> list[Message]:
    """Return everything that the reports of one run say, in order; never raises.

    Args:
        reports: The content of each report.
        folder: The command's working directory, which paths are shown from.
    """
    cases: list[Message] = []
    names: dict[str, int] = {}
    broken: list[Message] = []
    for path, content in reports.items():
        shown = path.relative_to(folder).as_posix() if path.is_relative_to(folder) else str(path)
        try:
            root = ET.fromstring(content)  # noqa: S314 — the report is the suite's own
        except (ET.ParseError, ValueError, LookupError) as error:
            what = "is empty" if not content.strip() else f"is cut off, or no XML: {error}"
            broken.append(Unhandled(f"{shown} {what}", ""))
            continue
        for case in root.iter("testcase"):
            cases += _case(case, _unique(_name(case), names), folder)
        broken += _unlisted(root, shown)
    total = len({one.test for one in cases if isinstance(one, Started)})
    return [Collected(total), *cases, *broken]


def _name(case: ET.Element) -> str:
    # Of a test outside of any group jest-junit's name begins with a space.
    name = (case.get("name") or "").strip() or "(no name)"
    group = (case.get("classname") or case.get("file") or "").strip()
    # Many tools put the whole title into both, and Node's group is always `test`.
    return name if group in ("", "test") or name.startswith(group) else f"{group} > {name}"


def _unique(name: str, names: dict[str, int]) -> str:
    names[name] = names.get(name, 0) + 1
    return name if names[name] == 1 else f"{name} #{names[name]}"


def _case(case: ET.Element, test: str, folder: Path) -> Iterator[Message]:
    yield Started(test)
    seconds = _seconds(case.get("time"))
    said = {(case.get(name) or "").lower() for name in ("status", "result")}
    red = [(one, Outcome.FAILED) for one in case.findall("failure")]
    red += [(one, Outcome.ERROR) for one in case.findall("error")]
    if not red and said & _RED:
        red = [(ET.Element("failure"), Outcome.FAILED)]
    for element, outcome in red:
        text = _text(case, element)
        path, line = _place(case, text, folder)
        message = element.get("message") or _first_line(element.text or "") or "failed"
        yield Reported(
            test, outcome, seconds, final=False, message=_first_line(message), text=text,
            path=path, line=line,
        )  # fmt: skip
    # As Surefire and those who follow it write what was run again.
    if any(case.find(name) is not None for name in ("flakyFailure", "flakyError", "rerunFailure")):
        yield Repeated(test)
    if red:
        yield Finished(test, None, seconds)
    else:
        skipped = case.find("skipped") is not None or said & _NOT_RUN
        yield Finished(test, Outcome.SKIPPED if skipped else Outcome.PASSED, seconds)


def _text(case: ET.Element, element: ET.Element) -> str:
    message, body = element.get("message") or "", _NOISE.sub("", element.text or "").strip("\n")
    parts = [body if message.strip() in body else f"{message}\n{body}".strip()]
    for stream in ("system-out", "system-err"):
        printed = (case.findtext(stream) or "").strip("\n")
        if printed.strip():
            parts.append(f"--- {stream} ---\n{printed}")
    return "\n\n".join(parts)[:_LONGEST]


def _place(case: ET.Element, text: str, folder: Path) -> tuple[str, int]:
    """Return the innermost file of the folder that the report names, and the line."""
    for path, line in _PLACE.findall(text):
        full = folder / path
        if "node_modules" not in full.parts and full.is_file() and full.is_relative_to(folder):
            return full.relative_to(folder).as_posix(), int(line)
    line = case.get("line") or ""
    return case.get("file") or "", int(line) if line.isdecimal() else 0


def _unlisted(root: ET.Element, shown: str) -> Iterator[Message]:
    """Yield what a report counts as red and does not list: a suite that could not be loaded."""
    for suite in (one for one in root.iter() if one is root or one.tag == "testsuite"):
        name = suite.get("name") or shown
        errors = (*suite.findall("error"), *suite.findall("failure"))
        for element in errors:
            text = "\n".join(filter(None, (element.get("message"), element.text)))
            yield Unhandled(f"{name}: {_first_line(text) or 'could not be run'}", text)
        listed = sum(
            case.find("failure") is not None or case.find("error") is not None
            for case in suite.iter("testcase")
        )
        counted = sum(_count(suite.get(kind)) for kind in ("failures", "errors"))
        if counted > listed and not errors:
            yield Unhandled(f"{name} counts {counted} failures and lists {listed}", "")


def _first_line(text: str) -> str:
    return next((line.strip() for line in text.splitlines() if line.strip()), "")


def _seconds(text: str | None) -> float:
    try:
        value = float((text or "0").replace(",", ""))
    except ValueError:
        return 0.0
    return value if 0 <= value < float("inf") else 0.0


def _count(text: str | None) -> int:
    return int(text) if text and text.isdecimal() else 0
