"""Local packages: the folder's own, its path dependencies, the members of its uv workspace."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from taskslib.frameworks.environments.declared import Declared, read


@dataclass(frozen=True, slots=True, order=True)
class Local:
    """A package that is installed from the file system."""

    path: Path
    editable: bool = True
    """False for an archive (a wheel that lies in the repo)."""


def local_packages(start: Declared, top: Path) -> tuple[Local, ...]:
    """Return a folder's own package (first) and what it depends on by path, recursively.

    Follows `[tool.uv.sources]` with `path` and with `workspace = true`, the folder's own and those
    of the workspace that it is a member of. Nothing above `top` is looked at for a workspace.
    """
    found: dict[Path, Local] = {}
    seen: set[Path] = set()
    queue = [start]
    while queue:
        project = queue.pop(0)
        if project.folder in seen:
            continue
        seen.add(project.folder)
        if project.is_package:
            found[project.folder] = Local(project.folder)
        for path in _local_sources(project, top):
            if path.is_dir():
                queue.append(read(path))
            elif path.is_file():
                found[path] = Local(path, editable=False)
    return tuple(found.values())


def workspace_of(project: Declared, top: Path) -> Declared | None:
    """Return the root of the uv workspace that a folder belongs to: itself, or one above it."""
    if project.workspace is not None:
        return project
    for parent in project.folder.parents:
        if not parent.is_relative_to(top):
            return None
        if (parent / "pyproject.toml").is_file():
            above = read(parent)
            if above.workspace is not None:
                return above if project.folder in _members(above) else None
    return None


def _local_sources(project: Declared, top: Path) -> Iterator[Path]:
    root = workspace_of(project, top) if project.depends_on else None
    inherited = root.sources if root is not None else {}
    for name in sorted(project.depends_on):
        owner = project if name in project.sources or root is None else root
        for source in project.sources.get(name, inherited.get(name, ())):
            yield from _paths(name, source, owner.folder, root)


def _paths(name: str, source: Any, folder: Path, root: Declared | None) -> Iterator[Path]:
    if not isinstance(source, dict):
        return
    if isinstance(source.get("path"), str):
        yield (folder / source["path"]).resolve()
    elif source.get("workspace") is True and root is not None:
        members = (read(member) for member in (root.folder, *sorted(_members(root))))
        yield from (member.folder for member in members if member.name == name)


def _members(root: Declared) -> set[Path]:
    workspace = root.workspace or {}
    included = _globbed(root.folder, workspace.get("members"))
    return included - _globbed(root.folder, workspace.get("exclude"))


def _globbed(folder: Path, patterns: object) -> set[Path]:
    if not isinstance(patterns, list):
        return set()
    return {
        path.resolve()
        for pattern in patterns
        # pathlib refuses absolute and empty patterns, which name no member.
        if isinstance(pattern, str) and pattern.strip("./") and not pattern.startswith("/")
        for path in folder.glob(pattern)
        if path.is_dir()
    }
