"""Files above a project that decide how its tests run: lean, for the hot path.

A project can be a folder of a larger repository, whose lock pins its packages, and whose settings
pytest and Node find by looking upwards.
"""

from __future__ import annotations

import hashlib
import os

from taskslib.disk import identity_of
from taskslib.repository import folders_above

UPWARDS = "../"
"""What their paths begin with."""
_NAMES = (
    "uv.lock", "uv.toml", "pyproject.toml", ".python-version",
    "pytest.toml", ".pytest.toml", "pytest.ini", ".pytest.ini", "tox.ini", "setup.cfg",
    "conftest.py",
    "package.json", "package-lock.json", "npm-shrinkwrap.json", "pnpm-lock.yaml",
    "pnpm-workspace.yaml", "yarn.lock", "bun.lock", ".npmrc", ".nvmrc", ".node-version",
    "tsconfig.json", "tsconfig.base.json", "babel.config.js", "babel.config.json",
    ".browserslistrc", "vitest.workspace.ts", "vitest.workspace.js",
)  # fmt: skip


def is_above(path: str) -> bool:
    """Return whether a path is one of those that `above` gives."""
    folder, _, name = path.rpartition("/")
    return name in _NAMES and set(folder.split("/")) == {".."}


def above(root: str) -> dict[str, str]:
    """Return such files up to the repository's top, as paths from the root, each with its identity.

    Args:
        root: The project's folder, absolute.
    """
    found = {}
    for count, folder in enumerate(folders_above(root), 1):
        for name in _NAMES:
            if identity := identity_of(os.path.join(folder, name), hashlib.sha1):
                found[f"{UPWARDS * count}{name}"] = identity
    return found
