"""Places in the repo that something depends on, and which of them a file lies in. Pure.

A path here is a text with slashes, from the repo's root on; the root itself is the empty text.
"""

from __future__ import annotations

import posixpath
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Generic, TypeVar

Of = TypeVar("Of")
OUTSIDE = ".."
"""All that is in the git repository around the repo, as one place."""
_GLOB = re.compile(r"[*?\[]")
_TEST = re.compile(r"(?:.*/)?(?:test_[^/]*\.py|[^/]*_test\.py|[^/]*\.(?:test|spec)\.[cm]?[jt]sx?)")
"""Files that nothing but a test framework reads; a helper or data beside them others can read."""


@dataclass(frozen=True, slots=True, order=True)
class Area:
    """A file, a folder with all that is below it, or what a glob finds (and what is below that)."""

    path: str
    without: tuple[str, ...] = ()
    """Folders in there that don't count."""
    without_tests: tuple[str, ...] = ()
    """Folders in there of which what is called like a test doesn't count."""

    def covers(self, path: str) -> bool:
        """Return whether a file lies in here."""
        if any(is_below(path, one) for one in self.without):
            return False
        if any(is_below(path, one) for one in self.without_tests) and _TEST.fullmatch(path):
            return False
        # `[id]` can be the name of a folder too, and often is.
        if is_below(path, self.path):
            return True
        return _is_glob(self.path) and _fits(path.split("/"), self.path.split("/"))


def _is_glob(path: str) -> bool:
    return _GLOB.search(path) is not None


def _fits(parts: Sequence[str], wanted: Sequence[str]) -> bool:
    """Return whether a glob finds a path or a folder that it lies in; `**` is any folders."""
    if not wanted:
        return True
    if wanted[0] == "**":
        return any(_fits(parts[start:], wanted[1:]) for start in range(len(parts) + 1))
    pattern = wanted[0].replace("[^", "[!")
    return bool(parts) and fnmatchcase(parts[0], pattern) and _fits(parts[1:], wanted[1:])


def is_below(path: str, folder: str) -> bool:
    """Return whether a path is a folder's, or that folder itself."""
    if not folder:
        return not is_outside(path)
    return path == folder or path.startswith(folder + "/")


def joined(folder: str, written: str) -> str | None:
    """Return where a path leads that is written in a folder; None where that is not in the repo."""
    if is_absolute(written):
        return None
    found = posixpath.normpath(posixpath.join(folder, written.replace("\\", "/")))
    if found == ".." or found.startswith("../"):
        return None
    return "" if found == "." else found


def is_absolute(written: str) -> bool:
    """Return whether a path starts at no folder."""
    return written.startswith(("/", "~", "\\")) or written[1:2] == ":"


def is_outside(path: str) -> bool:
    """Return whether a place is not in the repo, but relative to it."""
    return is_below(path, OUTSIDE)


def matches(path: str, patterns: Iterable[str]) -> bool:
    """Return whether a pattern fits a path, its name, or a folder that it lies in."""
    parts = path.split("/")
    folders = ["/".join(parts[:count]) for count in range(1, len(parts) + 1)]
    cleaned = (pattern.removeprefix("./").removeprefix("**/").rstrip("/") for pattern in patterns)
    return any(
        fnmatchcase(place, pattern) for pattern in cleaned for place in (*folders, parts[-1])
    )


class Index(Generic[Of]):
    """Finds, for a file, everything one of whose areas covers it: one look a folder above it."""

    def __init__(self, areas: Mapping[Of, Iterable[Area]]) -> None:
        self._at: dict[str, list[tuple[Area, Of]]] = defaultdict(list)
        """By the folder (or file) that they are in; a glob's ends before its first sign."""
        for owner, held in areas.items():
            for area in held:
                self._at[area.path].append((area, owner))
                if (start := literal(area.path)) != area.path:
                    self._at[start].append((area, owner))

    def owners(self, path: str) -> Iterator[Of]:
        """Yield what the file belongs to, nearest first; one of several areas more than once."""
        place = path
        while True:
            yield from (owner for area, owner in self._at.get(place, ()) if area.covers(path))
            if not place:
                break
            place = place.rpartition("/")[0]


def literal(path: str) -> str:
    """Return the folder that all lies in that a glob finds; a path that is no glob as it is."""
    if not _is_glob(path):
        return path
    parts = path.split("/")
    count = next(place for place, part in enumerate(parts) if _is_glob(part))
    return "/".join(parts[:count])
