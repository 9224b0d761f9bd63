"""Files as they are on disk, each with what identifies its content: lean, for the hot path.

An identity is a file's mode and the id that git would give to its bytes.
"""

from __future__ import annotations

import hashlib
import os
import stat
from collections.abc import Callable, Iterable, Iterator

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import IO

    Sha = Callable[..., hashlib._Hash]  # noqa: SLF001 — typeshed has no other name for it

CACHES = (
    "__pycache__", ".venv", "venv", "node_modules", ".taskslib", ".git", ".pytest_cache",
    ".mypy_cache", ".ruff_cache", ".import_linter_cache", ".hypothesis", ".tox", ".nox", ".cache",
    ".eggs", ".ipynb_checkpoints", ".coverage", ".next", ".nuxt", ".turbo", ".vite",
    ".parcel-cache", ".svelte-kit", ".gradle", ".idea", ".vscode", ".vs", ".fleet", ".DS_Store",
    "Thumbs.db",
)  # fmt: skip
"""Names of files and folders that tools leave: no input of a test where git ignores them."""
OUTPUTS = ("build", "coverage", "dist", "htmlcov", "out", "target")
"""Such names that sources have too: in a folder with files that git knows, the rest counts."""
DROPPINGS = (*CACHES, *OUTPUTS)
DROPPED_SUFFIXES = (
    ".pyc", ".pyo", ".egg-info", ".swp", ".swo", "~", ".log", ".pid", ".tsbuildinfo", ".iml",
)  # fmt: skip
"""Endings of such names."""
_DROPPED_PREFIX = "pytest-cache-files-"
"""How the folder is called in which pytest makes its cache, before it is moved into place."""
UNKNOWN = "?"
"""The identity of what can't be read: nothing that depends on it is known."""

LINK = "120000"
"""The mode of a symbolic link."""

FOLLOWED = 20_000
"""Files that are read of what a link leads to, or what is named: of more, nothing is known."""
_UNREAL = ("/proc/", "/sys/", "/dev/")
"""Where files are none: some never end, or are others each time."""
_STREAMED = 1 << 20
"""Bytes that are read at once of a file that git doesn't vouch for."""


def is_dropped(name: str, names: Iterable[str] = DROPPINGS) -> bool:
    """Return whether a file or folder is called like what tools leave."""
    return name in names or name.endswith(DROPPED_SUFFIXES) or name.startswith(_DROPPED_PREFIX)


def walked(root: str, prefix: str, names: frozenset[str], sha: Sha) -> Iterator[tuple[str, str]]:
    """Yield the files below `prefix` (a folder in `root`) with their identities, paths from `root`.

    Files and folders that are called like what tools leave are left out.
    """
    top = os.path.join(root, prefix)
    closed: list[OSError] = []
    for parent, folders, files in os.walk(top, onerror=closed.append):
        linked = [name for name in folders if os.path.islink(os.path.join(parent, name))]
        folders[:] = sorted(
            name for name in folders if name not in linked and not is_dropped(name, names)
        )
        for name in (*linked, *files):
            full = os.path.join(parent, name)
            if not is_dropped(name, names) and (found := identity_of(full, sha)):
                yield prefix + full[len(top) :].replace(os.sep, "/"), found
    for error in closed:
        if not isinstance(error, FileNotFoundError):
            yield prefix + str(error.filename)[len(top) :].replace(os.sep, "/"), UNKNOWN


def everything(root: str, place: str) -> Iterator[tuple[str, str]]:
    """Yield a file, or all below a folder but caches; a folder with too many alone, as unknown."""
    full = os.path.join(root, place)
    if not os.path.isdir(full) or os.path.islink(full):
        if found := identity_of(full, hashlib.sha1):
            yield place, found
    elif _below(full) is None:
        yield f"{place}/", UNKNOWN
    else:
        yield from walked(root, f"{place}/", frozenset(CACHES), hashlib.sha1)


def identity_of(full: str, sha: Sha, *, follow: bool = True) -> str:
    """Return a file's mode and blob id, and for a link also what it leads to; empty if gone."""
    try:
        status = os.lstat(full)
        if stat.S_ISLNK(status.st_mode):
            text = os.fsencode(os.readlink(full))
            blob = sha(b"blob %d\0" % len(text) + text).hexdigest()
            return f"{LINK} {blob}{_target(full, sha) if follow else ''}"
        if not stat.S_ISREG(status.st_mode):
            return ""  # a socket, a pipe: nobody's input
        mode = "100755" if status.st_mode & stat.S_IXUSR else "100644"
        with open(full, "rb") as file:
            return f"{mode} {_blob(file, status.st_size, sha)}"
    except (FileNotFoundError, NotADirectoryError):
        return ""
    except OSError:
        return UNKNOWN


def _blob(file: IO[bytes], size: int, sha: Sha) -> str:
    digest = sha(b"blob %d\0" % size)
    while part := file.read(_STREAMED):
        digest.update(part)
    return digest.hexdigest()


def _target(link: str, sha: Sha) -> str:
    """Return what a link leads to, wherever that is; a link in there is followed no further."""
    target = os.path.realpath(link)
    if f"{target}/".startswith(_UNREAL):
        return f" -> {UNKNOWN}"
    if not os.path.isdir(target):
        return f" -> {identity_of(target, sha, follow=False) or 'nothing'}"
    files = _below(target)
    if files is None:
        return f" -> {UNKNOWN}"
    total = sha()
    for full in files:
        found = identity_of(full, sha, follow=False)
        if found == UNKNOWN:
            return f" -> {UNKNOWN}"
        total.update(os.fsencode(f"{os.path.relpath(full, target)}\0{found}\0"))
    return f" -> {total.hexdigest()}"


def _below(folder: str) -> list[str] | None:
    """Return all files below a folder; None where they are too many, or not all can be seen."""
    found: list[str] = []
    closed: list[OSError] = []
    for parent, folders, files in os.walk(folder, onerror=closed.append):
        linked = [name for name in folders if os.path.islink(os.path.join(parent, name))]
        # Git is not asked what is in there, so that only what is never a source is left out.
        folders[:] = sorted(name for name in folders if name not in (*CACHES, *linked))
        found += (os.path.join(parent, name) for name in sorted((*linked, *files)))
        if closed or len(found) > FOLLOWED:
            return None
    return None if closed else found
