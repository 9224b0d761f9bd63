"""What the doctor says, as lines for people and as a document for programs. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict
from typing import Any

from taskslib.doctor.health.findings import Line, Status


def finding_lines(lines: Iterable[Line]) -> Iterator[str]:
    """Yield a line about each thing, and what mends it; then how many are not ok."""
    found = list(lines)
    width = max((len(line.subject) for line in found), default=0)
    for line in found:
        yield f"{line.status:7}  {line.subject:{width}}  {_flat(line.words)}"
        if line.fix:
            yield f"{'':7}  {'':{width}}  {_flat(line.fix)}"
    counts = {status: sum(line.status is status for line in found) for status in Status}
    yield (
        f"{_counted(counts[Status.PROBLEM], 'problem')}, "
        f"{_counted(counts[Status.WARNING], 'warning')}, {counts[Status.OK]} ok"
    )


def finding_document(lines: Iterable[Line]) -> Mapping[str, Any]:
    """Return the same for programs."""
    return {"version": 1, "lines": [asdict(line) for line in lines]}


def _flat(said: str) -> str:
    """Return a text as one line: names of files in it are anybody's."""
    return " ".join(said.splitlines())


def _counted(number: int, what: str) -> str:
    return f"{number} {what}{'' if number == 1 else 's'}"
