"""The folders of runs below `.taskslib/runs`: a new one each time, the oldest removed."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from taskslib.project.places import own_folder
from taskslib.reports.lines import has_begun

if TYPE_CHECKING:
    from filelock import BaseFileLock

KEPT = 20
"""How many earlier runs are kept."""
KEPT_BYTES = 500_000_000
"""How much they may hold together; the last one stays, however large it is."""
EVENTS = "events.jsonl"
"""The file in a run's folder that has all of its events."""


@contextmanager
def run_folder(root: Path, *, kept: int = KEPT, kept_bytes: int = KEPT_BYTES) -> Iterator[Path]:
    """Make a new folder for a run's files, which no other run removes in this context.

    Those of runs that have ended are removed, the oldest first, and those of what was refused.

    Args:
        root: The repo.
        kept: How many earlier runs stay.
        kept_bytes: How many bytes their files may hold together.
    """
    runs = own_folder(root) / "runs"
    runs.mkdir(exist_ok=True)
    begun = _begun(runs)
    staying = begun[: _fitting(begun[:kept], kept_bytes)]
    for folder in _folders(runs):
        if folder not in staying:
            _remove(folder)
    # By their names they are in order: so UTC, which no clock change sets back.
    folder = runs / f"{datetime.now(UTC):%Y%m%d-%H%M%S-%f}-{os.getpid()}"
    with _lock(folder):  # before it is there: nobody meets it without
        folder.mkdir()
        yield folder


def last_run(runs: Path) -> Path | None:
    """Return the folder of the last run, given that of all runs; None where there was none.

    What was refused before anything ran is no run.
    """
    return next(iter(_begun(runs)), None)


def _begun(runs: Path) -> list[Path]:
    """Return the folders of runs in which something ran, the newest first."""
    return sorted((one for one in _folders(runs) if has_begun(one / EVENTS)), reverse=True)


def _folders(runs: Path) -> list[Path]:
    return [one for one in runs.iterdir() if one.is_dir()] if runs.is_dir() else []


def _remove(folder: Path) -> None:
    """Remove a folder, but not that of a run that goes on."""
    import filelock

    lock = _lock(folder)
    with suppress(filelock.Timeout, OSError):
        with lock.acquire(timeout=0):
            shutil.rmtree(folder, ignore_errors=True)
        Path(lock.lock_file).unlink(missing_ok=True)


def _lock(folder: Path) -> BaseFileLock:
    """Return what a run holds while it goes on. In its folder, Windows could not remove that."""
    import filelock

    return filelock.FileLock(folder.with_name(f"{folder.name}.lock"))


def _fitting(newest: list[Path], limit: int) -> int:
    """Return how many of the folders, the newest first, hold no more than a limit together."""
    held = 0
    for count, folder in enumerate(newest):
        held += sum(_sizes(folder))
        if held > limit:
            return max(1, count)
    return len(newest)


def _sizes(folder: Path) -> Iterator[int]:
    for parent, _, names in os.walk(folder):
        for name in names:
            try:
                # Of every file of all runs, at each run's beginning: no Path is made.
                yield os.lstat(f"{parent}{os.sep}{name}").st_size
            except OSError:
                continue  # another run removes it
