"""The owner's side of the watchdog: starts the program, and tells it what to guard."""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from taskslib.cancellation import Cancellation

if TYPE_CHECKING:
    from filelock import BaseFileLock

_PROGRAM = Path(__file__).with_name("program.py")
_CLEANUP = "taskslib.stacks.watchdog.cleanup"
_PATIENCE = 10.0
"""Seconds in which an instance is armed; it takes some hundredths."""


class Watchdog:
    """`Guard` by a detached process, which is there from the first call on."""

    def __init__(self, locks: Path, environ: Mapping[str, str], cancellation: Cancellation) -> None:
        self._locks = locks
        self._environ = environ
        self._cancellation = cancellation
        self._process: subprocess.Popen[bytes] | None = None
        self._lock = threading.Lock()

    @contextmanager
    def watching(self) -> Iterator[Watchdog]:
        """Watch over what runs in this context, the groups of its children included."""
        self._start()
        self._cancellation.inherited_by(self)
        try:
            yield self
        finally:
            self._cancellation.inherited_by(None)
            self._close()

    def arm(self, name: str) -> None:
        """Guard an instance; returns when its second lock is held."""
        self._tell(f"arm {name}")
        until = time.monotonic() + _PATIENCE
        while self.takes_over and not self._held(name) and time.monotonic() < until:
            time.sleep(0.002)

    def disarm(self, name: str) -> None:
        """Guard it no longer."""
        self._tell(f"disarm {name}")

    def group(self, pid: int, *, alive: bool) -> None:
        """End a process group too, while it lives."""
        self._tell(f"{'group' if alive else 'ungroup'} {pid}")

    @property
    def takes_over(self) -> bool:
        """Whether the process is there."""
        return self._process is not None and self._process.poll() is None

    def _held(self, name: str) -> bool:
        return is_held(watchdog_lock(self._locks, name))

    def _start(self) -> None:
        self._locks.mkdir(parents=True, exist_ok=True)
        cleanup = (sys.executable, "-m", _CLEANUP)
        argv = (sys.executable, "-I", "-S", str(_PROGRAM), str(self._locks), *cleanup)
        options: dict[str, object] = {"start_new_session": True}
        if sys.platform == "win32":
            # Away from the console and, where it may, from the job that ends with the owner.
            flags = subprocess.DETACHED_PROCESS | subprocess.CREATE_NEW_PROCESS_GROUP
            options = {"creationflags": flags | subprocess.CREATE_BREAKAWAY_FROM_JOB}
        with contextlib.suppress(OSError):  # a run without one is still a run
            self._process = subprocess.Popen(  # type: ignore[call-overload]
                argv,
                stdin=subprocess.PIPE,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                cwd=self._locks,
                env=dict(self._environ),
                **options,
            )

    def _tell(self, line: str) -> None:
        if self._process is None or self._process.stdin is None:
            return
        # One write a line, so that lines of several threads don't mix.
        with self._lock, contextlib.suppress(OSError):
            os.write(self._process.stdin.fileno(), f"{line}\n".encode())

    def _close(self) -> None:
        if self._process is not None and self._process.stdin is not None:
            with contextlib.suppress(OSError):
                self._process.stdin.close()
            self._process.returncode = self._process.returncode or 0  # nobody waits for it


def watchdog_lock(locks: Path, name: str) -> BaseFileLock:
    """Return an instance's second lock: held while a watchdog guards it, or ends it."""
    import filelock

    return filelock.FileLock(locks / f"{name}.watchdog.lock")


def is_held(lock: BaseFileLock) -> bool:
    """Return whether somebody else holds a lock."""
    import filelock

    try:
        with lock.acquire(timeout=0):
            return False
    except filelock.Timeout:
        return True
