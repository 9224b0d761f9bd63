"""Which files below a folder are its own: those that `--fix` may write."""

from __future__ import annotations

import ntpath
import os
import posixpath
from dataclasses import dataclass, field
from pathlib import Path

from taskslib.disk import CACHES
from taskslib.repository import answer, ask

_VENDORED = frozenset((
    *CACHES, "site-packages", "bower_components", "vendor", "vendored", "third_party",
))  # fmt: skip
"""Names of folders with what others wrote."""


@dataclass(frozen=True, slots=True)
class Ours:
    """The own files of a folder; git is asked once which of them it ignores."""

    root: Path
    _ignored: list[frozenset[str]] = field(default_factory=list)
    """Once they are known; folders end with a slash."""
    _real: dict[str, str | None] = field(default_factory=dict)
    """Where paths lead that were asked for."""
    _top: list[Path] = field(default_factory=list)
    """Where the folder itself leads, once it was asked for."""

    def real(self, path: str) -> str | None:
        """Return where a path leads, from the folder on; None where that is outside of it."""
        if path not in self._real:
            self._real[path] = None if leads_out(path) else self._resolved(path)
        return self._real[path]

    def _resolved(self, path: str) -> str | None:
        if not self._top:
            self._top.append(self.root.resolve())
        try:
            return (self.root / path).resolve().relative_to(self._top[0]).as_posix()
        except (OSError, RuntimeError, ValueError):  # links in a circle; elsewhere; no path at all
            return None

    def __contains__(self, path: str) -> bool:
        """Whether a path leads to nothing that git ignores, and to nothing that others wrote."""
        real = self.real(path)
        return real is not None and not self._left_out(path) and not self._left_out(real)

    def why_not(self, path: str) -> str:
        """Return why a file may not be changed; empty where it may."""
        real = self.real(path)
        if real is None:
            return "it lies outside of the repo"
        if why := self._left_out(path) or self._left_out(real):
            return why
        nested = any((self.root / one / ".git").exists() for one in _above(real))
        return "it is another repository's, which lies in this one" if nested else ""

    def _left_out(self, path: str) -> str:
        """Return why a path is not the repo's own; empty where it is."""
        if not _VENDORED.isdisjoint(path.split("/")):
            return "it lies in a folder of what others wrote"
        ignored = self._known()
        known = path in ignored or any(f"{one}/" in ignored for one in _above(path))
        return "git ignores it" if known else ""

    def ignores(self, path: str) -> bool:
        """Return whether git would ignore a path, be there something or not."""
        asked = ask(str(self.root), "check-ignore", "-z", "--stdin", stdin=True)
        return bool(answer(asked, os.fsencode(f"{path}\0")))

    def _known(self) -> frozenset[str]:
        if not self._ignored:
            listing = ("ls-files", "-z", "--others", "--ignored", "--exclude-standard")
            told = answer(ask(str(self.root), *listing, "--directory"))
            self._ignored.append(frozenset(told or ()))
        return self._ignored[0]


def leads_out(path: str) -> bool:
    r"""Return whether a path is absolute or leads upwards, as any system reads it.

    `C:/x` and `..\x` are such on Windows: joined to a folder, they are paths outside of it.
    """
    plain = ntpath.normpath(path)
    return plain == ".." or plain.startswith(("..\\", "\\")) or bool(ntpath.splitdrive(plain)[0])


def is_absolute(path: str) -> bool:
    """Return whether a path is absolute, as any system reads it."""
    drive, rest = ntpath.splitdrive(path)
    return bool(drive) or rest.startswith(("/", "\\"))


def _above(path: str) -> list[str]:
    """Return the folders that a path lies in, without the root."""
    found = []
    while path := posixpath.dirname(path):
        found.append(path)
    return found
