"""Results by key: one file each, written whole or not at all, bounded in number and size.

A file begins with the digest of the rest, so that one that a power failure cut off, or anybody
else wrote, is no result. Several runs may store at once: the last one wins, and both are right.
"""

from __future__ import annotations

import hashlib
import json
import os
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from taskslib.events import Counts, Outcome
from taskslib.project.places import replace_file

_DAY = 24 * 60 * 60.0
KEPT_SECONDS = 30 * _DAY
"""How long a result is kept that nobody asks for."""
KEPT_BYTES = 200_000_000
"""How much all of them may hold together."""

_ADDED = "added"
"""The file with the sizes of what is kept, and what was added since that was counted."""


@dataclass(frozen=True, slots=True)
class Stored:
    """A suite that passed."""

    key: str
    suite: str
    """`api:unit`."""
    at: float
    """When it had passed, in seconds since the epoch."""
    seconds: float
    """How long it took."""
    counts: Counts
    tests: tuple[tuple[str, Outcome, float], ...] = ()
    """Each test's id, what it came to, and its seconds."""
    manifest: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Store:
    """The results in one folder."""

    folder: Path
    clock: Callable[[], float] = time.time

    def find(self, key: str) -> Stored | None:
        """Return what was stored under a key; None where that is nothing, or not whole."""
        file = self._file(key)
        found = _read(file)
        if found is None or found.key != key:
            return None
        with suppress(OSError):
            now = self.clock()
            if now - file.stat().st_mtime > _DAY:
                os.utime(file, (now, now))  # it is used: what is not goes first
        return found

    def keep(self, stored: Stored) -> None:
        """Store a result; where there is no room for it, don't."""
        with suppress(OSError):
            file = self._file(stored.key)
            file.parent.mkdir(parents=True, exist_ok=True)
            body = json.dumps(asdict(stored), separators=(",", ":")).encode()
            content = _digest(body) + b"\n" + body
            replace_file(file, content)
            with (self.folder / _ADDED).open("ab") as added:
                added.write(b"%d\n" % len(content))

    def forget(self, key: str) -> None:
        """Remove what was stored under a key."""
        with suppress(OSError):
            self._file(key).unlink()

    def tidy(self, *, kept_bytes: int = KEPT_BYTES, kept_seconds: float = KEPT_SECONDS) -> None:
        """Remove what nobody asked for in a month, and the oldest beyond a size.

        That is looked at once a day, and when more than that size was added.
        """
        marker, added = self.folder / "tidied", self.folder / _ADDED
        now = self.clock()
        due = True
        with suppress(OSError):  # a marker from the future is of a clock that was wrong
            due = not 0 <= now - marker.stat().st_mtime < _DAY
        if not due and _sum(added) <= kept_bytes:
            return
        with suppress(OSError):
            self.folder.mkdir(parents=True, exist_ok=True)
            marker.touch()
            os.utime(marker, (now, now))
        limit = kept_bytes if due else kept_bytes * 9 // 10  # not at each of the next ones again
        held = kept = 0
        for time_used, size, file in sorted(self._files(), reverse=True):
            held += size
            if held > limit or now - time_used > kept_seconds:
                with suppress(OSError):
                    file.unlink()
            else:
                kept += size
        with suppress(OSError):
            replace_file(added, b"%d\n" % kept)

    def _file(self, key: str) -> Path:
        return self.folder / key[:2] / f"{key}.json"

    def _files(self) -> Iterator[tuple[float, int, Path]]:
        for file in self.folder.glob("??/*"):
            with suppress(OSError):
                status = file.stat()
                yield status.st_mtime, status.st_size, file


def _sum(file: Path) -> int:
    try:
        return sum(map(int, file.read_bytes().split()))
    except (OSError, ValueError):  # it is counted anew once a day
        return 0


def _read(file: Path) -> Stored | None:
    try:
        digest, _, body = file.read_bytes().partition(b"\n")
        return _stored(json.loads(body)) if digest == _digest(body) else None
    except (OSError, ValueError, TypeError, KeyError):
        return None


def _stored(data: dict[str, Any]) -> Stored:
    tests = tuple((name, Outcome(outcome), seconds) for name, outcome, seconds in data["tests"])
    return Stored(**{**data, "counts": Counts(**data["counts"]), "tests": tests})


def _digest(body: bytes) -> bytes:
    return hashlib.sha256(body).hexdigest().encode()
