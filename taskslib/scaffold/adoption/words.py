"""Command lines as words, and the paths in them. Pure."""

from __future__ import annotations

import posixpath
import re
import shlex
from collections.abc import Iterator

_SEPARATOR = re.compile(r"&&|\|\||[;|]")
_HERE = re.compile(r"\$\$?(?:[({](?P<name>CURDIR|PWD|pwd|shell pwd)[)}]|PWD\b)")
"""How a command line writes the folder that it is run in."""

_OF_SCRIPT = re.compile(
    r"""\$\(dirname\ (?:--\ )?(?P<quote>"?)\$(?:0|\{0\}|\{?BASH_SOURCE(?:\[0\])?\}?)(?P=quote)\)""",
    re.VERBOSE,
)


def parts(line: str) -> Iterator[str]:
    """Yield the commands of a line of a recipe or a script."""
    yield from _SEPARATOR.split(line.lstrip("@-+ \t"))


def words_of(part: str) -> list[str]:
    """Return a command's words; none where its quotes don't match."""
    try:
        return shlex.split(part, comments=True)
    except ValueError:
        return []


def beside(line: str, script: str) -> str:
    """Return a script's line with the folder that the script lies in, where it asks for that."""
    folder = posixpath.join("$(CURDIR)", posixpath.dirname(script))
    return _OF_SCRIPT.sub(lambda _: folder, line)


def joined(folder: str | None, written: str) -> str | None:
    """Return a path from the root on; None for one outside, or that nobody knows here."""
    if folder is None or "$" in written or written.startswith(("/", "~")):
        return None
    path = posixpath.normpath(posixpath.join(folder, written))
    return None if path.startswith("..") else "" if path == "." else path


def seen(path: str, folder: str | None) -> str:
    """Return a path from a folder on, where it begins with what make or a shell is in."""
    root = posixpath.relpath(".", folder) if folder else "."
    return _HERE.sub(lambda one: root if one["name"] == "CURDIR" else ".", path)
