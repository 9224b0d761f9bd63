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
from collections.abc import Collection, Iterable, Iterator, Mapping

from taskslib.converted import converted, settings
from taskslib.disk import (
    DROPPINGS,
    LINK,
    OUTPUTS,
    UNKNOWN,
    everything,
    identity_of,
    is_dropped,
    walked,
)
from taskslib.repository import answer, ask, common_at, is_claimed

TYPE_CHECKING = False
if TYPE_CHECKING:
    from taskslib.disk import Sha

_SUBMODULE = "160000"
_BYTECODE = "__pycache__"
_OWN = ".taskslib"
"""Our own folder, which git may not have been told to ignore (`places.OWN`)."""
# Git would not say that a mode changed where it was told that modes mean nothing.
_MODES = ("-c", "core.fileMode=true") if os.name != "nt" else ()
_LIST = (*_MODES, "ls-files", "-z", "--exclude-standard")


def tree(root: str, dropped: Iterable[str] = (), named: Iterable[str] = ()) -> dict[str, str]:
    """Return what can be an input below a folder: path from there (with slashes) → identity.

    In a git repository these are the tracked files as they are on disk, the untracked ones, and
    the ignored ones but for what tools leave; never our own. Without git, all files but caches;
    where there is a repository that git doesn't read, that is unknown.

    Args:
        root: The folder, absolute.
        dropped: Names of further files and folders that are no inputs where git ignores them.
        named: Files and folders that are inputs wherever they lie, as paths from the root.
    """
    names = frozenset((*DROPPINGS, *dropped))
    found = _found(root, names)
    for path in [path for path in found if _OWN in path]:
        if _OWN in path.split("/"):
            del found[path]
    for place in named:
        for path, identity in everything(root, place):
            found.setdefault(path, identity)
    return found


def _found(root: str, names: frozenset[str]) -> dict[str, str]:
    """Return the files of a folder with their identities, without what is called by `names`."""
    listing = ask(root, *_LIST, "-s", "-v", "-c", "-m", "-o")
    ignored = ask(root, *_LIST, "-o", "-i", "--directory")
    asked = settings(root)
    listed, extra, configured = answer(listing), answer(ignored), answer(asked)
    if listed is None or extra is None or "./" in extra:
        # Nobody says what a tool has left, so that what can be a source counts.
        found = dict(walked(root, "", names - {*OUTPUTS}, hashlib.sha1))
        # An outer repository ignores the whole folder: it is none of git's.
        refused = (listed is None or extra is None) and is_claimed(root)
        return {**found, ".git": UNKNOWN} if refused else found
    return _identified(root, listed, extra, names, configured or ())


def left_out(
    places: Iterable[str], paths: Collection[str], dropped: Iterable[str] = ()
) -> Iterator[str]:
    """Yield those files and folders that `tree` wouldn't list where they are ignored.

    Args:
        places: The files and folders.
        paths: All that it lists.
        dropped: As for `tree`.
    """
    names = frozenset((*DROPPINGS, *dropped))
    doubtful = [place for place in places if place not in paths and _is_left(place, names, set())]
    known = _folders(paths) if doubtful else set()
    yield from (place for place in doubtful if _is_left(place, names, known))


def links(root: str, identities: Mapping[str, str]) -> dict[str, str]:
    """Return what stands in those files that are symbolic links."""
    found = {}
    for path, identity in identities.items():
        if identity.startswith(LINK):
            with contextlib.suppress(OSError):  # gone meanwhile
                found[path] = os.readlink(os.path.join(root, path))
    return found


def _identified(
    root: str,
    listed: list[str],
    ignored: list[str],
    names: frozenset[str],
    configured: Iterable[str],
) -> dict[str, str]:
    """Return the identities of what git lists: a line a file, and one more where it is changed."""
    found: dict[str, str] = {}
    doubtful: dict[str, None] = {}
    sha: Sha = hashlib.sha1
    for line in listed:
        if line[0] == "?":
            # Also where git wasn't told to ignore it: without a source nothing is imported from
            # there (PEP 3147), and a first run would never be stored.
            if _BYTECODE not in line[2:].split("/")[:-1]:
                doubtful[line[2:]] = None
            continue
        told, _, path = line.partition("\t")
        tag, mode, blob, stage = told.split(" ")
        if len(blob) > 40:  # noqa: PLR2004 — a repository of SHA-256
            sha = hashlib.sha256
        # C: changed since it was added. Lower case and S: git was told not to look.
        if tag != "H" or stage != "0" or mode in {LINK, _SUBMODULE}:
            doubtful[path] = None
        else:
            found[path] = f"{mode} {blob}"
    paths = (*found, *doubtful, *ignored)
    doubtful.update(dict.fromkeys(converted(root, found, paths, configured)))
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
        if (
            common_at(os.path.join(full, ".git")) is not None
        ):  # a submodule, or a repository in there
            yield from ((prefix + name, one) for name, one in _found(full, names).items())
        else:
            yield from walked(root, prefix, names, sha)
    elif found := identity_of(full, sha):
        yield path, found
