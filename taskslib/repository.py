"""Where git keeps its own, and how it is asked: lean, for the hot path."""

from __future__ import annotations

import os
from collections.abc import Mapping

_LOCATIONS = (
    "GIT_DIR", "GIT_COMMON_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_OBJECT_DIRECTORY",
    "GIT_PREFIX",
)  # fmt: skip
"""What git sets for its hooks: it would take the folder that it is started in for the top one."""


def common_folder(root: str) -> str | None:
    """Return git's folder that all worktrees share; None where `root` is in no repository.

    Read from the files that git documents for it (gitrepository-layout): a call of git costs more.
    """
    folder = os.path.realpath(root)
    while True:
        found = common_at(os.path.join(folder, ".git"))
        above = os.path.dirname(folder)
        if found is not None or above == folder:
            return found
        folder = above


def common_at(entry: str) -> str | None:
    """Return the shared folder of the repository whose `.git` this is; None where it is none."""
    try:
        folder = entry
        if os.path.isfile(entry):  # in a linked worktree and in a submodule it names the folder
            folder = os.path.join(
                os.path.dirname(entry), _read(entry).removeprefix("gitdir:").strip()
            )
        pointer = os.path.join(folder, "commondir")
        common = os.path.join(folder, _read(pointer).strip()) if os.path.isfile(pointer) else folder
        return os.path.realpath(common) if os.path.isdir(os.path.join(common, "objects")) else None
    except (OSError, ValueError):  # nothing that we may read, or no text
        return None


def _read(file: str) -> str:
    with open(file, encoding="utf-8") as stream:
        return stream.read()


def git_environment(environ: Mapping[str, str]) -> dict[str, str]:
    """Return an environment in which git finds the repository by its folder and locks nothing."""
    kept = {name: value for name, value in environ.items() if name not in _LOCATIONS}
    return {**kept, "GIT_OPTIONAL_LOCKS": "0"}
