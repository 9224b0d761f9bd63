"""The files of a checkout, each with what identifies its content: lean, for the hot path.

Imports nothing of ours and little else: the answer to a run in which nothing changed takes less
time than most imports. A file's identity is its mode and git's blob id: from the index where git
says that the file is as it was added, else computed from its bytes, so that adding or committing
a file changes no identity.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import stat
import subprocess
from collections.abc import Callable, Iterable, Iterator, Mapping

from taskslib.repository import git_environment

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
UNKNOWN = "?"
"""The identity of what can't be read: nothing that depends on it is known."""

_LINK = "120000"
_SUBMODULE = "160000"
_STREAMED = 1 << 20
"""Bytes that are read at once of a file that git doesn't vouch for."""


def tree(root: str, dropped: Iterable[str] = ()) -> dict[str, str]:
    """Return what can be an input below a folder: path from there (with slashes) → identity.

    In a git repository these are the tracked files as they are on disk, the untracked ones, and
    the ignored ones but for what tools leave. Without git, all files but that.

    Args:
        root: The folder, absolute.
        dropped: Names of further files and folders that are no inputs where git ignores them.
    """
    names = frozenset((*DROPPINGS, *dropped))
    listing = _git(root, "-s", "-v", "-c", "-m", "-o", "--exclude-standard")
    ignored = _git(root, "-o", "-i", "--exclude-standard", "--directory")
    listed, extra = _answer(listing), _answer(ignored)
    if listed is None or extra is None:
        return dict(_walked(root, "", names, hashlib.sha1))
    return _identified(root, listed, extra, names)


def links(root: str, identities: Mapping[str, str]) -> dict[str, str]:
    """Return what stands in those files that are symbolic links."""
    found = {}
    for path, identity in identities.items():
        if identity.startswith(_LINK):
            with contextlib.suppress(OSError):  # gone meanwhile
                found[path] = os.readlink(os.path.join(root, path))
    return found


def is_dropped(name: str, names: Iterable[str] = DROPPINGS) -> bool:
    """Return whether a file or folder is called like what tools leave."""
    return name in names or name.endswith(DROPPED_SUFFIXES)


def _git(root: str, *options: str) -> subprocess.Popen[bytes] | None:
    try:
        return subprocess.Popen(
            ["git", "ls-files", "-z", *options],
            cwd=root,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=git_environment(os.environ),
        )
    except OSError:
        return None


def _answer(process: subprocess.Popen[bytes] | None) -> list[str] | None:
    """Return what git lists; None where it is not there or knows no repository."""
    if process is None:
        return None
    output = process.communicate()[0]
    if process.returncode != 0:
        return None
    return os.fsdecode(output).split("\0")[:-1]


def _identified(
    root: str, listed: list[str], ignored: list[str], names: frozenset[str]
) -> dict[str, str]:
    """Return the identities of what git lists: a line a file, and one more where it is changed."""
    found: dict[str, str] = {}
    doubtful: dict[str, None] = {}
    sha: Sha = hashlib.sha1
    for line in listed:
        if line[0] == "?":
            doubtful[line[2:]] = None
            continue
        told, _, path = line.partition("\t")
        tag, mode, blob, stage = told.split(" ")
        if len(blob) > 40:  # noqa: PLR2004 — a repository of SHA-256
            sha = hashlib.sha256
        # C: changed since it was added. Lower case and S: git was told not to look.
        if tag != "H" or stage != "0" or mode in {_LINK, _SUBMODULE}:
            doubtful[path] = None
        else:
            found[path] = f"{mode} {blob}"
    for path in doubtful:
        found.pop(path, None)
        found.update(_from_disk(root, path, names, sha))
    known: set[str] = set()
    for path in ignored:
        if any(part in OUTPUTS for part in path.split("/")[:-1]) and not known:
            known = _folders(found)
        if not _is_left(path, names, known):
            found.update(_from_disk(root, path, names, sha))
    return found


def _folders(paths: Iterable[str]) -> set[str]:
    """Return all folders that files lie in."""
    found: set[str] = set()
    for path in paths:
        folder = path.rpartition("/")[0]
        while folder and folder not in found:
            found.add(folder)
            folder = folder.rpartition("/")[0]
    return found


def _is_left(path: str, names: frozenset[str], known: set[str]) -> bool:
    """Return whether an ignored file or folder is what a tool has left."""
    place = ""
    for part in path.rstrip("/").split("/"):
        place = f"{place}/{part}" if place else part
        if is_dropped(part, names) and not (part in OUTPUTS and place in known):
            return True
    return False


def _from_disk(root: str, path: str, names: frozenset[str], sha: Sha) -> Iterator[tuple[str, str]]:
    """Yield the identity of a file as it is, or of all files of a folder; of none that is gone."""
    full = os.path.join(root, path)
    if path.endswith("/") or (os.path.isdir(full) and not os.path.islink(full)):
        prefix = path.rstrip("/") + "/"
        if os.path.lexists(os.path.join(full, ".git")):  # a submodule, or a repository in there
            yield from ((prefix + name, one) for name, one in tree(full, names).items())
        else:
            yield from _walked(root, prefix, names, sha)
    elif identity := identity_of(full, sha):
        yield path, identity


def _walked(root: str, prefix: str, names: frozenset[str], sha: Sha) -> Iterator[tuple[str, str]]:
    top = os.path.join(root, prefix)
    closed: list[OSError] = []
    for parent, folders, files in os.walk(top, onerror=closed.append):
        linked = [name for name in folders if os.path.islink(os.path.join(parent, name))]
        folders[:] = sorted(
            name for name in folders if name not in linked and not is_dropped(name, names)
        )
        for name in (*linked, *files):
            full = os.path.join(parent, name)
            if not is_dropped(name, names) and (identity := identity_of(full, sha)):
                yield prefix + full[len(top) :].replace(os.sep, "/"), identity
    for error in closed:
        if not isinstance(error, FileNotFoundError):
            yield prefix + str(error.filename)[len(top) :].replace(os.sep, "/"), UNKNOWN


def identity_of(full: str, sha: Sha, *, follow: bool = True) -> str:
    """Return a file's mode and blob id, and for a link also what it leads to; empty if gone."""
    try:
        status = os.lstat(full)
        if stat.S_ISLNK(status.st_mode):
            text = os.fsencode(os.readlink(full))
            blob = sha(b"blob %d\0" % len(text) + text).hexdigest()
            return f"{_LINK} {blob}{_target(full, sha) if follow else ''}"
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
    if not os.path.isdir(target):
        return f" -> {identity_of(target, sha, follow=False) or 'nothing'}"
    total = sha()
    closed: list[OSError] = []
    for parent, folders, files in os.walk(target, onerror=closed.append):
        linked = [name for name in folders if os.path.islink(os.path.join(parent, name))]
        # Git is not asked what is in there, so that only what is never a source is left out.
        folders[:] = sorted(name for name in folders if name not in (*CACHES, *linked))
        for name in sorted((*linked, *files)):
            full = os.path.join(parent, name)
            identity = identity_of(full, sha, follow=False)
            if identity == UNKNOWN:
                return f" -> {UNKNOWN}"
            total.update(os.fsencode(f"{os.path.relpath(full, target)}\0{identity}\0"))
    return f" -> {UNKNOWN if closed else total.hexdigest()}"
