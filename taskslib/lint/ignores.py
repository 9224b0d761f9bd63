"""`# taskslib: ignore TL101 reason`: what a line is not to be told of; of several rules too."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Mapping

from taskslib.errors import did_you_mean
from taskslib.lint.finding import Finding, Severity
from taskslib.lint.source import Source

_COMMENT = re.compile(r"#[ \t]*taskslib:[ \t]*ignore\b(?P<rest>[^\r\n]*)")
_ID = r"[A-Za-z]+-?\d+"
_PLAIN = r"(?:TL\d{3}|(?:DL|SC|CL-)\d{4})(?!\w)"
"""An id that no word of a reason is like: several can stand without commas."""
_IDS = re.compile(rf"\s*(?P<ids>{_ID}(?:\s*,\s*{_ID}|\s+(?i:{_PLAIN}))*)[\s:]*(?P<reason>.*)")
_ANOTHER_S = re.compile(r"[A-Z]{2}-?\d{4}")
"""Ids of the linters that run besides."""


def kept(
    findings: Iterable[Finding],
    sources: Mapping[str, Source],
    known: Iterable[str],
    asked: Collection[str] = (),
) -> Iterator[Finding]:
    """Yield the findings that no comment ignores, and those about such comments.

    Args:
        findings: All that was found.
        sources: The files, by path.
        known: Ids of our own.
        asked: Ids of which all was looked for, so that a comment can be known to ignore nothing.
    """
    known = tuple(known)
    ignored: dict[tuple[str, int, str], tuple[Source, int]] = {}
    for source in sources.values():
        for found in _COMMENT.finditer(source.text):
            told = _IDS.fullmatch(found["rest"])
            ids = re.split(r"[\s,]+", told["ids"].upper()) if told else []
            wrong = [one for one in ids if one not in known and not _ANOTHER_S.fullmatch(one)]
            if wrong or not told or not told["reason"].strip():
                yield _useless(source, found.start(), wrong, ids, known)
                continue
            line = _line(source, found.start())
            ignored |= {(source.path, line, one): (source, found.start()) for one in ids}
    used = set()
    for one in findings:
        place = (one.path, one.line, one.rule)
        used.add(place)
        if place not in ignored:
            yield one
    for place, comment in ignored.items():
        if place[2] in asked and place not in used:
            yield _unused(*comment, place[2])


def _line(source: Source, offset: int) -> int:
    """Return the line that a comment is about: its own, or the next where it stands alone."""
    line, _ = source.position(offset)
    start = source.line_start(offset)
    if source.text[start:offset].strip():
        return line
    place = source.after_line(offset)
    while place < len(source.text):
        text = source.text[place : source.line_end(place)].strip()
        if text and not text.startswith("#"):
            break
        place = source.after_line(place)
    return source.position(place)[0]


def _unused(source: Source, offset: int, rule: str) -> Finding:
    line, column = source.position(offset)
    message = f"this ignores {rule}, which finds nothing here"
    hint = f"leave {rule} out of the comment"
    return Finding(source.path, line, column, "TL002", Severity.INFO, message, hint)


def _useless(
    source: Source, offset: int, wrong: list[str], ids: list[str], known: tuple[str, ...]
) -> Finding:
    line, column = source.position(offset)
    if wrong:
        message = f"this ignores {wrong[0]}, which is no rule"
        hint = f"{did_you_mean(wrong[0], known)}`inv lint --explain ID` says what a rule finds"
    elif ids:
        message = f"this ignores {', '.join(ids)} and says no reason"
        hint = f"# taskslib: ignore {','.join(ids)} REASON"
    else:
        message = "this ignores no rule"
        hint = "# taskslib: ignore TL101 REASON"
    return Finding(source.path, line, column, "TL002", Severity.ERROR, message, hint)
