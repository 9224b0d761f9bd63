"""The files that are linted: those of the repo, or what a fix would make of them."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from taskslib.lint.ours import Ours
from taskslib.lint.source import Source

_LONGEST = 1_000_000
"""Bytes of a file that is read: no one writes longer ones."""


_SUBMODULES = re.compile(r"^\s*path\s*=\s*(\S.*?)\s*$", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Files:
    """Texts by their paths from the repo's root on. Each file is read once."""

    root: Path
    changed: Mapping[str, str] = field(default_factory=dict)
    """Texts that count instead of what is on disk."""
    _read: dict[str, Source | None] = field(default_factory=dict)
    _first: dict[str, str] = field(default_factory=dict)
    """What was read from the disk."""
    _ours: list[Ours] = field(default_factory=list)

    @property
    def ours(self) -> Ours:
        """Which files are the repo's own."""
        if not self._ours:
            self._ours.append(Ours(self.root))
        return self._ours[0]

    def source(self, path: str) -> Source | None:
        """Return a file; None where there is none, or it lies outside of it, also by links."""
        path = posixpath.normpath(path)
        if path not in self._read:
            text = self._text(path)
            self._read[path] = None if text is None else Source(path, text)
        return self._read[path]

    def _text(self, path: str) -> str | None:
        if self.ours.real(path) is None:
            return None
        if path in self.changed:
            return self.changed[path]
        place = self.root / path
        try:
            if not place.is_file() or place.stat().st_size > _LONGEST:
                return None
            # As it is: the ends of lines, and bytes that are no UTF-8.
            text = place.read_bytes().decode("utf-8", "surrogateescape")
        except (OSError, ValueError):
            return None
        return self._first.setdefault(path, text)

    def original(self, path: str) -> str | None:
        """Return what was read of a file, whatever it is to be; None where it was not read."""
        return self._first.get(path)

    def with_changes(self, changed: Mapping[str, str]) -> Files:
        """Return the same files with other texts for some; what was read of the rest is kept."""
        read = {path: one for path, one in self._read.items() if path not in changed}
        return Files(self.root, {**self.changed, **changed}, read, self._first, [self.ours])

    def exists(self, path: str) -> bool:
        """Return whether there is anything, also where it leads out of the repo."""
        below = f"{path}/"
        if path in self.changed or any(one.startswith(below) for one in self.changed):
            return True
        try:
            return (self.root / path).exists()
        except (OSError, ValueError):
            return False

    def is_of_submodule(self, path: str) -> bool:
        """Return whether it lies in a submodule, which is empty until it is fetched."""
        told = self.source(".gitmodules")
        found = _SUBMODULES.findall(told.text) if told else ()
        return any(path == one or path.startswith(f"{one}/") for one in found)

    def is_folder(self, path: str) -> bool:
        """Return whether there is such a folder."""
        try:
            return (self.root / path).is_dir()
        except (OSError, ValueError):
            return False

    def is_file(self, path: str) -> bool:
        """Return whether there is such a file."""
        return self.source(path) is not None

    def find(self, folder: str, patterns: Iterable[str]) -> Iterator[str]:
        """Yield our own files in a folder whose names match, in order; `**/` is any depth."""
        yield from (one for one in self._matching(folder, patterns) if one in self.ours)

    def outside(self, folder: str, patterns: Iterable[str]) -> Iterator[str]:
        """Yield likewise what links lead out of the repo with."""
        found = self._matching(folder, patterns)
        yield from (one for one in found if self.ours.real(one) is None)

    def broken(self, folder: str, patterns: Iterable[str]) -> Iterator[tuple[str, str]]:
        """Yield what has such a name and is no file, each with what it is."""
        where = self.root / folder
        for path in sorted({path for one in patterns for path in where.glob(one)}):
            if path.is_symlink() and not path.exists():
                yield self.shown(path), "it is a link that leads nowhere"
            elif not path.is_file():
                yield self.shown(path), "it is a folder" if path.is_dir() else "it is no file"

    def _matching(self, folder: str, patterns: Iterable[str]) -> Iterator[str]:
        where = self.root / folder
        found = {path for one in patterns for path in where.glob(one) if path.is_file()}
        yield from (self.shown(path) for path in sorted(found))

    def shown(self, path: Path) -> str:
        """Return a path from the root on."""
        if path.is_relative_to(self.root):
            return path.relative_to(self.root).as_posix()
        return path.as_posix()
