"""Which files git turns into something else when they are checked out: lean, for the hot path.

Of these the blob in the index doesn't tell what is on disk: line ends may be others, and with git
LFS there may be a pointer or what it points to.
"""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterable, Iterator, Mapping

from taskslib.repository import answer, ask, common_folder, folders_above

_ATTRIBUTES = ".gitattributes"
_ENDS = (b"text", b"eol", b"crlf", b"ident")
"""Attributes with which a file is at most longer on disk than its blob."""
_FILTERS = ("filter", "working-tree-encoding")
"""Attributes with which anything can be on disk."""


def settings(root: str) -> subprocess.Popen[bytes] | None:
    """Ask git for what `converted` needs, without waiting for it."""
    wanted = r"^core\.(autocrlf|attributesfile)$"
    return ask(root, "config", "-z", "--get-regexp", wanted)


def converted(
    root: str,
    blobs: Mapping[str, str],
    paths: Iterable[str],
    told: Iterable[str],
) -> Iterator[str]:
    """Yield those files that need not be on disk what they are in the index.

    Args:
        root: The folder that paths start from.
        blobs: Files that git says are as they were added, each with its mode and blob.
        paths: All files that git lists.
        told: The answer to `settings`.
    """
    said = dict(line.partition("\n")[::2] for line in told)
    sources = [f"{root}/{path}" for path in paths if path.endswith(_ATTRIBUTES)]
    texts = list(_texts(sources, [*_elsewhere(root), _users(said)]))
    filtered = any(name.encode() in text for text in texts for name in _FILTERS)
    crlf = said.get("core.autocrlf", "false").lower() not in {"false", "no", "off", "0"}
    if crlf or filtered or any(word in text for text in texts for word in _ENDS):
        yield from _of_other_size(root, blobs)
    if filtered:
        yield from _filtered(root, blobs)


def _texts(sources: Iterable[str], elsewhere: Iterable[str]) -> Iterator[bytes]:
    for file in sources:
        try:
            yield _read(file)
        except OSError:  # git takes it from the index then
            yield b"text filter"
    for file in elsewhere:
        try:
            yield _read(file)
        except OSError:
            continue


def _read(file: str) -> bytes:
    with open(file, "rb") as stream:
        return stream.read()


def _elsewhere(root: str) -> Iterator[str]:
    """Yield where attributes can be told of besides the files of the folder."""
    yield "/etc/gitattributes"
    yield from (os.path.join(folder, _ATTRIBUTES) for folder in folders_above(root))
    common = common_folder(root)
    if common is not None:
        yield os.path.join(common, "info", "attributes")


def _users(told: Mapping[str, str]) -> str:
    home = os.environ.get("XDG_CONFIG_HOME") or os.path.expanduser("~/.config")
    own = os.path.expanduser(told.get("core.attributesfile", ""))
    return own or os.path.join(home, "git", "attributes")


def _of_other_size(root: str, blobs: Mapping[str, str]) -> Iterator[str]:
    """Yield files that are not as long as their blobs; what only grows is the same otherwise."""
    asked = ask(root, "cat-file", "--buffer", "--batch-check=%(objectsize)", stdin=True)
    lines = "".join(f"{one.partition(' ')[2]}\n" for one in blobs.values())
    sizes = answer(asked, lines.encode(), end="\n") or [""] * len(blobs)
    for path, size in zip(blobs, sizes, strict=True):
        try:
            same = size == str(os.lstat(f"{root}/{path}").st_size)
        except OSError:
            same = False
        if not same:
            yield path


def _filtered(root: str, blobs: Mapping[str, str]) -> list[str]:
    asked = ask(root, "check-attr", "-z", "--stdin", *_FILTERS, stdin=True)
    told = answer(asked, os.fsencode("".join(f"{path}\0" for path in blobs)))
    if told is None:
        return list(blobs)
    values = zip(told[::3], told[2::3], strict=True)
    return [path for path, value in values if value not in {"unspecified", "unset"}]
