"""One run at a time per instance: two concurrent `up`s of one Compose project break each other."""

from __future__ import annotations

import contextlib
import json
import os
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from enum import Enum, auto
from pathlib import Path
from typing import TYPE_CHECKING

from taskslib.stacks.watchdog.process import is_held, watchdog_lock

if TYPE_CHECKING:
    from filelock import BaseFileLock

_PAUSE = 0.2
_WATCHDOG = "the watchdog of a run that was killed"


@contextmanager
def instance_lock(
    folder: Path,
    name: str,
    *,
    say: Callable[[str], None],
    pause: Callable[[float], None],
    branch: str = "",
) -> Iterator[None]:
    """Hold an instance's lock; wait for it, and say for whom.

    Lock files are never deleted: a second holder could get in. `pause` waits a little and raises
    where the run is cancelled; `branch` is what others are told who wait for us.
    """
    owner = folder / f"{name}.json"
    began, told = time.monotonic(), ""
    while isinstance(lock := _try(folder, name), _Held):
        who, since = _holder(owner) if lock is _Held.BY_A_RUN else (_WATCHDOG, "")
        if who != told:
            told = who
            say(f"waiting for {who}{since}, which uses the same stack ({name})")
        pause(_PAUSE)
    if told:
        say(f"waited {time.monotonic() - began:.0f} s for {told}")
    try:
        _write(owner, branch)
        yield
    finally:
        lock.release()


@contextmanager
def lock_if_free(folder: Path, name: str) -> Iterator[bool]:
    """Hold an instance's lock if nobody does, nor a watchdog its second one; yield whether."""
    lock = _try(folder, name)
    if isinstance(lock, _Held):
        yield False
        return
    try:
        yield True
    finally:
        lock.release()


class _Held(Enum):
    """Why an instance's lock can't be had."""

    BY_A_RUN = auto()
    BY_A_WATCHDOG = auto()


def _try(folder: Path, name: str) -> BaseFileLock | _Held:
    """Return an instance's lock, held; or why it can't be."""
    import filelock

    folder.mkdir(parents=True, exist_ok=True)
    lock = filelock.FileLock(folder / f"{name}.lock")
    try:
        lock.acquire(timeout=0)
    except filelock.Timeout:
        return _Held.BY_A_RUN
    if is_held(watchdog_lock(folder, name)):
        lock.release()
        return _Held.BY_A_WATCHDOG
    return lock


def holder(folder: Path, name: str) -> str:
    """Return who holds an instance's lock; empty where nobody does."""
    with lock_if_free(folder, name) as free:
        return "" if free else "".join(_holder(folder / f"{name}.json"))


def _holder(owner: Path) -> tuple[str, str]:
    """Return who holds a lock, and for how long by now: `, 12 s`."""
    try:
        told = json.loads(owner.read_text("utf-8"))
        branch = f" on {told['branch']}" if told.get("branch") else ""
        who = f"pid {int(told['pid'])}, `{told['command']}`{branch}"
        return who, f", {max(0.0, time.time() - float(told['began'])):.0f} s"
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return "another run", ""


def _write(owner: Path, branch: str) -> None:
    command = " ".join([Path(sys.argv[0]).name, *sys.argv[1:]])
    told = {"pid": os.getpid(), "command": command, "branch": branch, "began": time.time()}
    temporary = owner.with_name(f"{owner.name}.{os.getpid()}")
    with contextlib.suppress(OSError):  # only words for who waits
        temporary.write_text(json.dumps(told), "utf-8")
        temporary.replace(owner)
