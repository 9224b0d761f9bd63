"""The worker's health: a file whose time is the moment when it expires.

The worker moves that moment into the future again and again. The container's healthcheck, which
is this module run as a program, only compares it with the clock. It imports little, since it is
started often.
"""

import os
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Final

FILE: Final = Path(tempfile.gettempdir()) / "worker-heartbeat"
MISSED_BEATS: Final = 3


def beat(file: Path, lifetime: float) -> None:
    """Be alive for so many seconds from now."""
    file.touch()
    expires = time.time() + lifetime
    os.utime(file, (expires, expires))


def alive(file: Path) -> bool:
    """Tell whether the last beat hasn't expired. A missing file is no life."""
    try:
        return time.time() < file.stat().st_mtime
    except FileNotFoundError:
        return False


async def keep_beating(
    check: Callable[[], Awaitable[object]], interval: float, file: Path = FILE
) -> None:
    """Beat as long as the event loop turns and the check, of the database, doesn't raise.

    A check that raises ends this, and the worker with it: see `__main__`.
    """
    import asyncio  # noqa: PLC0415 — twice as much as all that the healthcheck needs

    while True:
        await check()
        beat(file, interval * MISSED_BEATS)
        await asyncio.sleep(interval)


def forget(file: Path = FILE) -> None:
    """Remove the beat of an earlier life of this container, which might still be valid."""
    file.unlink(missing_ok=True)


if __name__ == "__main__":
    sys.exit(0 if alive(FILE) else f"no heartbeat in {FILE}")
