"""Where taskslib keeps files: in the user's cache, and in `.taskslib` of the repo."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

VARIABLE = "TASKSLIB_CACHE_DIR"
"""Set in the environment, it is the cache folder."""


def cache_root(environ: Mapping[str, str] = os.environ) -> Path:
    """Return the folder for what can be made again: environments, locks. It may not exist yet."""
    given = environ.get(VARIABLE)
    if given:
        return Path(given).absolute()
    import platformdirs

    return platformdirs.user_cache_path("taskslib", appauthor=False)


def own_folder(root: Path) -> Path:
    """Return the repo's `.taskslib`, made where it is missing and ignored by git as a whole."""
    folder = root / ".taskslib"
    folder.mkdir(exist_ok=True)
    ignore = folder / ".gitignore"
    if not ignore.exists():
        ignore.write_text("*\n", "utf-8")
    return folder
