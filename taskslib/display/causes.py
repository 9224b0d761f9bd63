"""Failures of one cause: fifty tests that a dead database broke are one thing to read. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from taskslib.events import Failure
from taskslib.names import name_of

_NAMED = 3
"""Failures of a group that are named beside the one that is shown."""
_VARIABLE = re.compile(r"0x[0-9a-f]+|[0-9a-f]{8}-[0-9a-f-]{27}|\d+")
"""What differs between two messages of one cause: addresses, ids, numbers."""

Cause = tuple[str, int, str]


def cause_of(failure: Failure) -> Cause:
    """Return what failures of one cause have in common: the place, and the message but for numbers.

    Where the place is not known, each failure is a cause of its own.
    """
    if not failure.line:
        return (failure.test, 0, failure.message)
    return (failure.path, failure.line, _VARIABLE.sub("#", failure.message))


@dataclass(slots=True)
class Group:
    """Failures of one cause in one suite."""

    first: Failure
    """The one that is shown."""
    rest: list[Failure] = field(default_factory=list)

    def words(self) -> str:
        """Return which failures are like the one that is shown; empty where none is."""
        if not self.rest:
            return ""
        named = ", ".join(f"{one.id} {name_of(one.test)}".strip() for one in self.rest[:_NAMED])
        more = " …" if len(self.rest) > _NAMED else ""
        return f"{len(self.rest)} more like {self.first.id or 'it'}: {named}{more}"


class Causes:
    """The groups of one suite, as its failures come."""

    def __init__(self) -> None:
        self._groups: dict[Cause, Group] = {}
        self._seen: set[str] = set()

    def add(self, failure: Failure) -> bool:
        """Take in a failure; return whether it is the first of its cause, and so to be shown."""
        if failure.test in self._seen:
            return False
        self._seen.add(failure.test)
        cause = cause_of(failure)
        if cause in self._groups:
            self._groups[cause].rest.append(failure)
            return False
        self._groups[cause] = Group(failure)
        return True

    def more(self) -> Iterator[str]:
        """Yield what there is to say of the failures that were not shown."""
        yield from filter(None, (group.words() for group in self._groups.values()))
