"""What tests need besides, in files that no environment is made from. Pure."""

from __future__ import annotations

import posixpath
from collections.abc import Iterable, Iterator

from taskslib.scaffold.adoption.found import Found

_READ = ("requirements-dev.txt", "requirements-dev.lock", "uv.lock")
_UNREAD = (
    *(f"requirements{sign}{one}.txt" for sign in "-_./" for one in ("test", "tests", "testing")),
    *(f"requirements{sign}{one}.txt" for sign in "_./" for one in ("dev", "develop")),
    *(f"{one}{sign}requirements.txt" for sign in "-_" for one in ("test", "tests", "dev")),
    "Pipfile",
)
"""How else people call what only their tests need."""


def unread(found: Found, folders: Iterable[str]) -> Iterator[str]:
    """Yield a note of each file that names packages for tests and that no environment has.

    Args:
        found: The repo.
        folders: Those whose environments tests have.
    """
    for folder in sorted(set(folders)):
        if found.has(folder, *_READ):
            continue
        for name in _UNREAD:
            if found.has(folder, name):
                how = f"`-r {name}` in a requirements-dev.txt is" if name != "Pipfile" else _GROUP
                yield f"{posixpath.join(folder, name)} is not in the environment of tests: {how}"
        if folder in found.poetry:
            file = posixpath.join(folder, "pyproject.toml")
            yield f"poetry's groups in {file} are not in the environment of tests: {_GROUP}"


_GROUP = "`dev` of `[dependency-groups]` in pyproject.toml is"
