"""Where git keeps its own, and how it is asked: lean, for the hot path."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator, Mapping

_LOCATIONS = (
    "GIT_DIR", "GIT_COMMON_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_OBJECT_DIRECTORY",
    "GIT_PREFIX",
)  # fmt: skip
"""What git sets for its hooks: it would take the folder that it is started in for the top one."""

_ELSEWHERE = "ref: refs/heads/.invalid"
"""What HEAD says where refs are kept in another format (git-init, `--ref-format`)."""


def common_folder(root: str) -> str | None:
    """Return git's folder that all worktrees share; None where `root` is in no repository.

    Read from the files that git documents for it (gitrepository-layout): a call of git costs more.
    """
    found = (common_at(os.path.join(folder, ".git")) for folder in _upwards(root))
    return next((one for one in found if one is not None), None)


def head(root: str) -> str:
    """Return what the file HEAD says at a folder: `ref: refs/heads/main`, or a commit's hash.

    Empty where there is none to be read, or where refs are kept in another format.
    """
    entries = (os.path.join(folder, ".git") for folder in _upwards(root))
    entry = next((one for one in entries if common_at(one) is not None), None)
    if entry is None:
        return ""
    try:
        file = os.path.join(_folder_at(entry), "HEAD")
        said = "" if os.path.islink(file) else _read(file).strip()  # a link is git's old way
    except (OSError, ValueError):
        return ""
    return "" if said == _ELSEWHERE else said


def folders_above(root: str) -> Iterator[str]:
    """Yield the folders that a folder lies in, up to the repository's top; none without git."""
    passed: list[str] = []
    for folder in _upwards(root):
        passed.append(folder)
        if common_at(os.path.join(folder, ".git")) is not None:
            yield from passed[1:]
            return


def _upwards(root: str) -> Iterator[str]:
    """Yield a folder as it really lies, and all that it lies in."""
    folder, below = os.path.realpath(root), ""
    while folder != below:
        yield folder
        folder, below = os.path.dirname(folder), folder


def common_at(entry: str) -> str | None:
    """Return the shared folder of the repository whose `.git` this is; None where it is none."""
    try:
        folder = _folder_at(entry)
        pointer = os.path.join(folder, "commondir")
        common = os.path.join(folder, _read(pointer).strip()) if os.path.isfile(pointer) else folder
        return os.path.realpath(common) if os.path.isdir(os.path.join(common, "objects")) else None
    except (OSError, ValueError):  # nothing that we may read, or no text
        return None


def _folder_at(entry: str) -> str:
    """Return the repository's folder of a checkout whose `.git` this is."""
    if not os.path.isfile(entry):
        return entry
    # In a linked worktree and in a submodule it names the folder.
    return os.path.join(os.path.dirname(entry), _read(entry).removeprefix("gitdir:").strip())


def _read(file: str) -> str:
    with open(file, encoding="utf-8") as stream:
        return stream.read()


def is_claimed(root: str) -> bool:
    """Return whether a folder says that it is a repository's, be it one that git can't read."""
    entries = (os.path.join(folder, ".git") for folder in _upwards(root))
    return any(os.path.isfile(one) or common_at(one) is not None for one in entries)


def ask(root: str, *arguments: str, stdin: bool = False) -> subprocess.Popen[bytes] | None:
    """Ask git something in a folder, without waiting for the answer; None where there is no git."""
    try:
        return subprocess.Popen(
            ["git", *arguments],
            cwd=root,
            stdin=subprocess.PIPE if stdin else subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=git_environment(os.environ),
        )
    except OSError:
        return None


def answer(
    asked: subprocess.Popen[bytes] | None, told: bytes | None = None, *, end: str = "\0"
) -> list[str] | None:
    """Return what git says, each up to an `end`; None where it is not there, or fails.

    Args:
        asked: From `ask`.
        told: What it reads, where it was asked with `stdin`.
        end: What each piece ends with.
    """
    if asked is None:
        return None
    output = asked.communicate(told)[0]
    return os.fsdecode(output).split(end)[:-1] if asked.returncode == 0 else None


def git_environment(environ: Mapping[str, str]) -> dict[str, str]:
    """Return an environment in which git finds the repository by its folder and locks nothing."""
    kept = {name: value for name, value in environ.items() if name not in _LOCATIONS}
    return {**kept, "GIT_OPTIONAL_LOCKS": "0"}
