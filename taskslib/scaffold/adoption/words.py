"""Command lines as words, and the paths in them. Pure."""

from __future__ import annotations

import posixpath
import re
import shlex
from collections.abc import Iterator

_SEPARATOR = re.compile(r"&&|\|\||[;|]")


def parts(line: str) -> Iterator[str]:
    """Yield the commands of a line of a recipe or a script."""
    yield from _SEPARATOR.split(line.lstrip("@-+ \t"))


def words_of(part: str) -> list[str]:
    """Return a command's words; none where its quotes don't match."""
    try:
        return shlex.split(part, comments=True)
    except ValueError:
        return []


def joined(folder: str | None, written: str) -> str | None:
    """Return a path from the root on; None for one outside, or that nobody knows here."""
    if folder is None or "$" in written or written.startswith(("/", "~")):
        return None
    path = posixpath.normpath(posixpath.join(folder, written))
    return None if path.startswith("..") else "" if path == "." else path
