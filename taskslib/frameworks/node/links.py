"""Let a folder see packages that lie elsewhere: Node looks for `node_modules` above a file only.

The folder gets a real `node_modules` with a link a package, as pnpm makes it (a scope is a real
folder too), so that what ignores or excludes `node_modules/` still does, and what tools write
beside the packages stays the folder's. One that somebody else made is never touched.
"""

from __future__ import annotations

import json
import os
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path

import filelock

from taskslib.frameworks.environments.inputs import digest
from taskslib.project.places import cache_root

_MARKER = ".taskslib.json"


def is_ours(modules: Path) -> bool:
    """Return whether a `node_modules` is one that was made here, and nothing but; or none at all.

    One without packages holds only what tools wrote (`.vite`), and is anybody's.
    """
    if modules.is_symlink() or (modules.exists() and not modules.is_dir()):
        return False
    packages = list(entries(modules))
    marked = (modules / _MARKER).is_file()
    return not packages or (marked and all(_is_link(path) for path in packages))


def entries(modules: Path) -> Iterator[Path]:
    """Yield the packages in a `node_modules`, those in scopes one by one."""
    for path in sorted(modules.iterdir()) if modules.is_dir() else ():
        if path.name[0] == "@" and path.is_dir() and not _is_link(path):
            yield from sorted(path.iterdir())
        elif path.name[0] != ".":
            yield path


def link(modules: Path, source: Path) -> bool:
    """Make a `node_modules` show what `source` holds; return False where it is not ours to make."""
    locks = cache_root() / "locks"
    locks.mkdir(parents=True, exist_ok=True)
    name = digest([("modules", os.fsencode(modules))])
    with filelock.FileLock(locks / f"modules-{name}.lock"):
        if not is_ours(modules):
            return False
        wanted = {path.relative_to(source): path for path in entries(source)}
        if (source / ".bin").is_dir():
            wanted[Path(".bin")] = source / ".bin"
        if _source(modules) == str(source) and all(_shows(modules / at) for at in wanted):
            return True
        modules.mkdir(exist_ok=True)
        # First, so that what is cut off half-way is still known as ours, and as unfinished.
        _mark(modules, "")
        for path in (*entries(modules), modules / ".bin"):
            if _is_link(path):
                _unlink(path)
        for at, target in wanted.items():
            (modules / at).parent.mkdir(exist_ok=True)
            _link(modules / at, target)
        _mark(modules, str(source))
        return True


def _source(modules: Path) -> str:
    try:
        return str(json.loads((modules / _MARKER).read_text("utf-8"))["source"])
    except (OSError, ValueError, KeyError, TypeError):
        return ""


def _mark(modules: Path, source: str) -> None:
    (modules / _MARKER).write_text(json.dumps({"source": source}), "utf-8")


def _shows(path: Path) -> bool:
    return _is_link(path) and path.exists()


def _is_link(path: Path) -> bool:
    try:
        path.readlink()  # reads junctions too, which `is_symlink` denies
    except OSError:
        return False
    return True


def _link(path: Path, target: Path) -> None:
    if path.exists():
        return  # what a tool wrote there
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
