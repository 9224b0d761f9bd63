"""`python -m taskslib.stacks.watchdog.cleanup NAME…`: end instances whose owner has died."""

from __future__ import annotations

import os
import sys
import time
from pathlib import Path

from taskslib.cancellation import Cancellation
from taskslib.errors import EngineError
from taskslib.stacks.docker import DockerEngine
from taskslib.stacks.lifetime import Lifetime

_PATIENCE = 120.0
"""Seconds in which an engine that does not answer is asked again; then the next run reaps."""
_PAUSE = 1.0


def main(names: list[str]) -> None:
    """End instances by their names, and give up where the engine stays away."""
    cancellation = Cancellation()
    lifetime = Lifetime(DockerEngine(cancellation, os.environ), cancellation, Path.cwd())
    until = time.monotonic() + _PATIENCE
    while names and time.monotonic() < until:
        names = [name for name in names if not _ended(lifetime, name)]
        if names:
            time.sleep(_PAUSE)


def _ended(lifetime: Lifetime, name: str) -> bool:
    try:
        lifetime.end(name, in_flight=True)
    except EngineError:
        return False
    return True


if __name__ == "__main__":
    main(sys.argv[1:])
