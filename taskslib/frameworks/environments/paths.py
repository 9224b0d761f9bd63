"""Paths as seen from a folder: equal in equal worktrees, and never misread for their beginning."""

from __future__ import annotations

import os
from pathlib import Path


def relative(path: Path, start: Path) -> str:
    """Return a path as seen from a folder; unchanged where it lies on another drive."""
    try:
        return Path(os.path.relpath(path, start)).as_posix()
    except ValueError:
        return str(path)
