"""What matters of a failure: some lines of its report, and of what its test printed. Pure.

`inv show` has all of it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from taskslib.events import Failure
from taskslib.typed import as_typed

_LINES = 12
"""Lines of a report, and"""
_CAPTURED = 5
"""lines of each thing that was captured, which are shown: of what was printed the last ones."""
_WIDEST = 400
"""Characters of a line: what a test compares or prints can be of any size."""
_SECTION = re.compile(r"^-{3,} Captured (\S+) (\S+) -{3,}$", re.IGNORECASE)
_ADVICE = "Use -v to get more diff"
"""What pytest says where it has cut a comparison; `inv show` has no more of it either."""
_MARKED = re.compile(r"^([>E])(?: (\s*)(.*))?$")
"""In pytest's reports: the line that failed, and what went wrong."""


def message(failure: Failure) -> str:
    """Return the line that says what went wrong: of an assertion that is the assertion."""
    return narrowed(_message(failure))


def _message(failure: Failure) -> str:
    return re.sub(r"^AssertionError: (?=assert )", "", failure.message)


def narrowed(text: str) -> str:
    """Return a text without the ends of very long lines."""
    return "\n".join(map(_cut, text.split("\n")))


def excerpt(failure: Failure) -> Iterator[str]:
    """Yield the lines of a failure's report that say more than its message; cut, where long."""
    yield from map(_cut, _excerpt(failure))


def _cut(line: str) -> str:
    if len(line) <= _WIDEST:
        return line
    return f"{line[:_WIDEST]} … {len(line) - _WIDEST} more characters"


def _excerpt(failure: Failure) -> Iterator[str]:
    report, captured = _parts(failure.text)
    marked = [found for line in report if (found := _MARKED.match(line))]
    from_pytest = any(found[1] == "E" for found in marked)
    lines = list(_pytest(failure, marked) if from_pytest else _any(failure, report))
    yield from lines[:_LINES]
    if len(lines) > _LINES:
        more = f"… {len(lines) - _LINES} more lines: inv show {failure.id}"
        yield as_typed(more.rstrip(": "))
    for name, printed in captured.items():
        for line in printed[-_CAPTURED:]:
            yield f"{name}: {line}"


def _parts(text: str) -> tuple[list[str], dict[str, list[str]]]:
    """Return a report's own lines, and by stream what the test printed."""
    report: list[str] = []
    captured: dict[str, list[str]] = {}
    into = report
    for line in text.strip("\n").splitlines():
        section = _SECTION.match(line)
        if section is not None:
            into = captured.setdefault(section[1].lower(), [])
        elif into is report or line.strip():
            into.append(line)
    return report, captured


def _pytest(failure: Failure, marked: list[re.Match[str]]) -> Iterator[str]:
    """Yield the line of the test that failed, the innermost one, and what they came to."""
    code = [found[3] or "" for found in marked if found[1] == ">"]
    said = [(found[2] or "", found[3] or "") for found in marked if found[1] == "E"]
    yield from (f"> {line}" for line in dict.fromkeys((*code[:1], *code[-1:])))
    if said and said[0][1] in {failure.message, _message(failure)}:
        said = said[1:]
    said = [(space, text) for space, text in said if text and text != _ADVICE]
    margin = min((len(space) for space, text in said if text), default=0)
    yield from (f"E {space[margin:]}{text}".rstrip() for space, text in said)


def _any(failure: Failure, report: list[str]) -> Iterator[str]:
    """Yield a report without the message, which some begin with, and some end with."""
    text = "\n".join(report).strip("\n").removeprefix(failure.message).strip("\n")
    yield from text.splitlines()
