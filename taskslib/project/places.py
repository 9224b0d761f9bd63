"""Where taskslib keeps files: the user's cache, git's own folder, and `.taskslib` of the repo."""

from __future__ import annotations

import os
import stat
import sys
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

from taskslib.project.git import common_folder

VARIABLE = "TASKSLIB_CACHE_DIR"
"""Set in the environment, it is the cache folder."""


LOCK = "deploy/prod/images.lock"
"""What a release writes, and git keeps: what was released, by digest. No test depends on it."""
OWN = ".taskslib"
"""The folder in the repo for what is about this checkout alone."""
_IGNORED = b"*\n"
"""What its .gitignore says."""


def cache_root(environ: Mapping[str, str] = os.environ) -> Path:
    """Return the folder for what can be made again: environments, locks. It may not exist yet."""
    given = environ.get(VARIABLE)
    if given:
        return Path(given).absolute()
    import platformdirs

    return platformdirs.user_cache_path("taskslib", appauthor=False)


def results_root(root: Path, environ: Mapping[str, str] = os.environ) -> Path:
    """Return the folder for what is known of earlier runs. It may not exist yet.

    It lies in git's folder, so that all worktrees share it, or below the cache folder where that is
    set: CI can carry it. Without git the user's cache has one for each repo. Several projects of
    one repository, or all that CI runs, can share it: who writes there says whose it is.
    """
    if environ.get(VARIABLE):
        return cache_root(environ) / "results"
    common = common_folder(root)
    if common is not None:
        return common / "taskslib"
    import hashlib

    root = root.resolve()
    tag = hashlib.sha256(os.fsencode(root)).hexdigest()[:8]
    return cache_root(environ) / "results" / f"{root.name or 'root'}-{tag}"


def own_folder(root: Path) -> Path:
    """Return the repo's `.taskslib`, made where it is missing and ignored by git as a whole."""
    folder = root / OWN
    folder.mkdir(exist_ok=True)
    ignore = folder / ".gitignore"
    # After a power failure it can be there and empty, and git would list all that is in here.
    if not ignore.is_file() or ignore.read_bytes() != _IGNORED:
        replace_file(ignore, _IGNORED)
        ignore.chmod(0o644)
    return folder


def replace_file(file: Path, content: bytes, like: os.stat_result | None = None) -> None:
    """Write a file so that it is there whole, or as it was before.

    Args:
        file: The file.
        content: All of it.
        like: Whose mode it gets, and owner, where we may give that; else it is ours alone.
    """
    import tempfile

    handle, name = tempfile.mkstemp(dir=file.parent, prefix=f"{file.name}.")
    try:
        with os.fdopen(handle, "wb") as temporary:
            temporary.write(content)
        if like is not None:
            if sys.platform != "win32":
                with suppress(PermissionError):
                    os.chown(name, like.st_uid, like.st_gid)
            Path(name).chmod(stat.S_IMODE(like.st_mode))
        Path(name).replace(file)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
