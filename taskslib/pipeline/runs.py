"""The folders of runs below `.taskslib/runs`: a new one each time, the oldest removed."""

from __future__ import annotations

import os
import shutil
import time
from collections.abc import Iterator
from pathlib import Path

from taskslib.project.places import own_folder

KEPT = 20
"""How many earlier runs are kept."""
KEPT_BYTES = 500_000_000
"""How much they may hold together; the last one stays, however large it is."""


def run_folder(root: Path, *, kept: int = KEPT, kept_bytes: int = KEPT_BYTES) -> Path:
    """Make and return a new folder for a run's files; earlier ones are removed, the oldest first.

    Args:
        root: The repo.
        kept: How many earlier runs stay.
        kept_bytes: How many bytes their files may hold together.
    """
    runs = own_folder(root) / "runs"
    runs.mkdir(exist_ok=True)
    earlier = sorted((folder for folder in runs.iterdir() if folder.is_dir()), reverse=True)
    for folder in earlier[_fitting(earlier[:kept], kept_bytes) :]:
        shutil.rmtree(folder, ignore_errors=True)
    folder = runs / f"{time.strftime('%Y%m%d-%H%M%S')}-{os.getpid()}"
    folder.mkdir(exist_ok=True)
    return folder


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
                yield Path(parent, name).lstat().st_size
            except OSError:
                continue  # another run removes it
