"""The folder of environments: ready ones found at once, others made under a lock, old ones removed.

An environment is ready when its marker is there, written last, and what it stands on (the Python
that it was made with) still is. Lock files lie beside the environments and are never deleted: a
second holder could get in.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from taskslib.cancellation import Cancellation

_DAY = 24 * 60 * 60.0
_KEPT = 30 * _DAY
"""How long an environment is kept that nobody uses."""
_MARKER = "taskslib.json"
_OURS = re.compile(r"(base|overlay|own|node|npm)-[0-9a-f]{20}")
"""How we name environments; nothing else is ever removed."""
_PAUSE = 0.05


def programs(home: Path) -> Path:
    """Return the folder of an environment's programs."""
    return home / ("Scripts" if os.name == "nt" else "bin")


def python(home: Path) -> Path:
    """Return an environment's interpreter."""
    return programs(home) / ("python.exe" if os.name == "nt" else "python")


def site_packages(home: Path) -> Path:
    """Return the folder of an environment's packages."""
    if os.name == "nt":
        return home / "Lib" / "site-packages"
    return next((home / "lib").glob("*/site-packages"))


def python_identity(home: Path) -> dict[str, str]:
    """Return what interpreter a Python environment stands on; empty where that is gone."""
    interpreter = python(home)
    try:
        settings = (home / "pyvenv.cfg").read_text("utf-8")
    except OSError:
        return {}
    base = re.search(r"^home = (.*)$", settings, re.MULTILINE)
    if base is None or not interpreter.exists() or not Path(base[1].strip()).is_dir():
        return {}
    return {"python": os.path.realpath(interpreter), "home": base[1].strip()}


def interpreter_below(home: Path) -> str:
    """Return the file of the interpreter that an environment stands on; empty where it is gone."""
    found = python_identity(home)
    if os.name == "nt" and found:  # in the environment there is one that starts it
        return str(Path(found["home"], "python.exe"))
    return found.get("python", "")


@dataclass(frozen=True, slots=True)
class Store:
    """Environments by name, in one folder of the user's cache."""

    folder: Path
    clock: Callable[[], float] = time.time
    identity: Callable[[Path], Mapping[str, str]] = python_identity
    """What an environment stands on: written down when it is made, and the same when it is used."""

    def ensure(self, name: str, make: Callable[[Path], None], cancellation: Cancellation) -> Path:
        """Return a ready environment; where there is none, `make` makes it in an empty place.

        Of several that need it at once, one makes it and the others wait. A failure leaves nothing.
        """
        home = self.folder / name
        age = self._age(home)
        if age is not None and age < _DAY and self._is_whole(home):
            return home
        with self._locked(name, cancellation):
            if self._is_whole(home):
                # Under the lock, so that whoever removes old ones sees that this is in use.
                now = self.clock()
                os.utime(home / _MARKER, (now, now))
                return home
            _remove(home)
            try:
                make(home)
                self._mark(home)
            except BaseException:
                with suppress(OSError):  # the reason for the failure is the one to be told
                    _remove(home)
                raise
        self.sweep()
        return home

    def sweep(self) -> None:
        """Remove the environments that were not used for a month and that nobody holds now."""
        for home in sorted(self.folder.iterdir()):
            if _OURS.fullmatch(home.name) and home.is_dir() and self._is_old(home):
                with suppress(_Busy, OSError), self._locked(home.name, None):
                    if self._is_old(home):  # nobody has begun to use it meanwhile
                        _remove(home)

    @contextmanager
    def _locked(self, name: str, cancellation: Cancellation | None) -> Iterator[None]:
        """Hold an environment's lock; without a cancellation to wait with, don't wait."""
        import filelock

        self.folder.mkdir(parents=True, exist_ok=True)
        lock = filelock.FileLock(self.folder / f"{name}.lock")
        while True:
            try:
                lock.acquire(timeout=0)
                break
            except filelock.Timeout:
                if cancellation is None:
                    raise _Busy from None
                cancellation.pause(_PAUSE)
        try:
            yield
        finally:
            lock.release()

    def _is_whole(self, home: Path) -> bool:
        """Return whether an environment was finished and stands on what it was made with."""
        try:
            told = json.loads((home / _MARKER).read_text("utf-8"))
        except (OSError, ValueError):
            return False
        return isinstance(told, dict) and told == self.identity(home)

    def _mark(self, home: Path) -> None:
        marker, told = home / _MARKER, json.dumps(dict(self.identity(home)))
        temporary = marker.with_suffix(".new")
        temporary.write_text(told, "utf-8")
        now = self.clock()
        os.utime(temporary, (now, now))
        temporary.replace(marker)

    def _age(self, home: Path) -> float | None:
        """Return the seconds since an environment was last used; None if it is not there."""
        for path in (home / _MARKER, home):  # what was never finished has no marker
            with suppress(OSError):
                return self.clock() - path.stat().st_mtime
        return None

    def _is_old(self, home: Path) -> bool:
        age = self._age(home)
        return age is not None and age > _KEPT


class _Busy(Exception):
    """Somebody holds the lock."""


def _remove(home: Path) -> None:
    # The marker first: what is removed by half must not look ready.
    (home / _MARKER).unlink(missing_ok=True)
    if home.exists():
        shutil.rmtree(home)
