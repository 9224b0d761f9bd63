"""One run at a time per instance: two concurrent `up`s of one Compose project break each other."""

from __future__ import annotations

import contextlib
import json
import os
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

_PAUSE = 0.2


@contextmanager
def instance_lock(
    folder: Path, name: str, *, say: Callable[[str], None], pause: Callable[[float], None]
) -> Iterator[None]:
    """Hold an instance's lock; wait for it, and say for whom.

    Lock files are never deleted: a second holder could get in. `pause` waits a little and raises
    where the run is cancelled.
    """
    import filelock

    folder.mkdir(parents=True, exist_ok=True)
    owner = folder / f"{name}.json"
    lock = filelock.FileLock(folder / f"{name}.lock")
    began, told = time.monotonic(), ""
    while True:
        try:
            lock.acquire(timeout=0)
            break
        except filelock.Timeout:
            words = _holder(owner)
            if words != told:
                told = words
                say(f"waiting for {words}, which uses the same stack ({name})")
            pause(_PAUSE)
    if told:
        say(f"waited {time.monotonic() - began:.0f} s for {told}")
    try:
        _write(owner)
        yield
    finally:
        lock.release()


def _holder(owner: Path) -> str:
    try:
        told = json.loads(owner.read_text("utf-8"))
        return f"pid {int(told['pid'])}, `{told['command']}`"
    except (OSError, ValueError, KeyError, TypeError):
        return "another run"


def _write(owner: Path) -> None:
    command = " ".join([Path(sys.argv[0]).name, *sys.argv[1:]])
    temporary = owner.with_name(f"{owner.name}.{os.getpid()}")
    with contextlib.suppress(OSError):  # only words for who waits
        temporary.write_text(json.dumps({"pid": os.getpid(), "command": command}), "utf-8")
        temporary.replace(owner)
