"""What a rule says about a place in a file."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Severity(StrEnum):
    """How bad a finding is; errors alone make `inv lint` fail, unless it is strict."""

    ERROR = "error"
    WARNING = "warning"
    INFO = "info"


@dataclass(frozen=True, slots=True, order=True)
class Edit:
    """A piece of a file that something else takes the place of."""

    path: str
    start: int
    """Characters from the file's beginning on."""
    end: int
    text: str


@dataclass(frozen=True, slots=True)
class Finding:
    """A rule's finding. Lines and columns count from 1."""

    path: str
    """From the repo's root on, with `/`."""
    line: int
    column: int
    rule: str
    severity: Severity
    message: str
    hint: str = ""
    """What mends it."""
    edits: tuple[Edit, ...] = ()
    """What `--fix` does; empty where only a person can decide."""

    unfixed: str = ""
    """Why `--fix` leaves it, though there is a fix."""

    @property
    def place(self) -> str:
        """Return where it is, as editors read it."""
        return f"{self.path}:{self.line}:{self.column}"

    @property
    def order(self) -> tuple[str, int, int, str, str]:
        """Return what findings are sorted by."""
        return (self.path, self.line, self.column, self.rule, self.message)


def applied(text: str, edits: tuple[Edit, ...]) -> str:
    """Return a file's text after edits that do not overlap."""
    for edit in sorted(edits, reverse=True):
        text = text[: edit.start] + edit.text + text[edit.end :]
    return text
