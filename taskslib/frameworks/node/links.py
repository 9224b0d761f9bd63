"""Let a folder see packages that lie elsewhere: Node looks for `node_modules` above a file only.

The folder gets a real `node_modules` whose entries are links, as pnpm makes it, so that what
ignores or excludes `node_modules/` still does, and what tools write in there stays the folder's.
One that somebody else made is never touched.
"""

from __future__ import annotations

import json
import os
import shutil
import sys
from pathlib import Path

import filelock

from taskslib.frameworks.environments.inputs import digest
from taskslib.project.places import cache_root

_MARKER = ".taskslib.json"


def is_ours(modules: Path) -> bool:
    """Return whether a `node_modules` is one that was made here, and nothing but; or none at all.

    One without packages holds only what tools wrote (`.vite`), and is anybody's.
    """
    packages = [path for path in modules.iterdir() if path.name[0] != "."]
    marked = (modules / _MARKER).is_file()
    return not packages or (marked and all(_is_link(path) for path in packages))


def link(modules: Path, source: Path) -> None:
    """Make a `node_modules` show what `source` holds. The caller knows that it `is_ours` or new."""
    locks = cache_root() / "locks"
    locks.mkdir(parents=True, exist_ok=True)
    name = digest([("modules", os.fsencode(modules))])
    with filelock.FileLock(locks / f"modules-{name}.lock"):
        if _target(modules) == str(source):
            return
        modules.mkdir(exist_ok=True)
        (modules / _MARKER).unlink(missing_ok=True)
        for path in list(modules.iterdir()):
            if _is_link(path):
                _unlink(path)
        for path in source.iterdir() if source.is_dir() else ():
            _link(modules / path.name, path)
        (modules / _MARKER).write_text(json.dumps({"source": str(source)}), "utf-8")


def _target(modules: Path) -> str:
    try:
        return str(json.loads((modules / _MARKER).read_text("utf-8"))["source"])
    except (OSError, ValueError, KeyError, TypeError):
        return ""


def _is_link(path: Path) -> bool:
    try:
        path.readlink()  # reads junctions too, which `is_symlink` denies
    except OSError:
        return False
    return True


def _link(path: Path, target: Path) -> None:
    if path.exists():
        return  # what a tool wrote there (`.vite`)
    if sys.platform == "win32":
        import _winapi

        # Symbolic links need a privilege on Windows, junctions do not.
        if target.is_dir():
            _winapi.CreateJunction(str(target), str(path))
        else:
            shutil.copyfile(target, path)
    else:
        path.symlink_to(target)


def _unlink(path: Path) -> None:
    if sys.platform == "win32" and not path.is_symlink():
        path.rmdir()  # a junction: only itself goes
    else:
        path.unlink()
