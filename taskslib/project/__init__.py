"""The repo as data: its configuration, its services and suites, its branch.

Imports only `events`, `errors` and `processes`. Start reading at `model.py`; `load` is the way in.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from taskslib.project.model import Project

if TYPE_CHECKING:
    from taskslib.project.locating import Fault


def load(root: Path, overrides: Mapping[str, object] | None = None) -> Project:
    """Read the repo at `root` once. Raises `ConfigError` where its files say something wrong.

    Args:
        root: The repo's top folder, as `find_root` returns it.
        overrides: What `make_ns(...)` was given; wins over `[tool.taskslib]`.
    """
    from taskslib.project.config import read_config
    from taskslib.project.discovery import discover

    return discover(root, read_config(root, overrides or {}))


def surveyed(
    root: Path, overrides: Mapping[str, object] | None = None
) -> tuple[Project, tuple[Fault, ...]]:
    """Read the repo at `root` without what is wrong with its layout; return that beside it.

    Raises `ConfigError` where its configuration cannot be read.
    """
    from taskslib.project.config import read_config
    from taskslib.project.discovery import discover

    found: list[Fault] = []
    return discover(root, read_config(root, overrides or {}), found.append), tuple(found)


def find_root(start: Path) -> Path:
    """Return the folder that the tasks are about: the nearest one, from `start` up, that is a repo.

    That is one with a tasks.py, a `services` folder, a `[tool.taskslib]`, or a `.git`; without
    any, `start` itself.
    """
    start = start.resolve()
    for folder in (start, *start.parents):
        if any((folder / name).is_dir() for name in ("tasks", "services")):
            return folder
        if any((folder / name).exists() for name in ("tasks.py", ".git")):
            return folder
        pyproject = folder / "pyproject.toml"
        if pyproject.is_file() and "[tool.taskslib" in pyproject.read_text("utf-8", "replace"):
            return folder
    return start
