"""What the doctor says: one line about one thing."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Status(StrEnum):
    """How it is."""

    OK = "ok"
    WARNING = "warning"
    """It runs, but not as well, or not for long."""
    PROBLEM = "problem"
    """Something will not run."""


@dataclass(frozen=True, slots=True)
class Line:
    """One thing that was looked at."""

    status: Status
    subject: str
    """What it is about: `engine`, `disk`."""
    words: str
    fix: str = ""
    """The command, or the change, that mends it; empty for what is ok."""


def ok(subject: str, words: str) -> Line:
    """Return a line about what is as it should be."""
    return Line(Status.OK, subject, words)


def warning(subject: str, words: str, fix: str) -> Line:
    """Return a line about what will do for now."""
    return Line(Status.WARNING, subject, words, fix)


def problem(subject: str, words: str, fix: str) -> Line:
    """Return a line about what keeps something from running."""
    return Line(Status.PROBLEM, subject, words, fix)
