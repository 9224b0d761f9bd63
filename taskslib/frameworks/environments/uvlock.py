"""What a uv.lock says about local packages, without parsing megabytes of it on every run."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from taskslib.errors import EnvironmentFailure
from taskslib.frameworks.environments.local import Local

_LOCAL = re.compile(r"^source = (\{ (?:editable|directory|virtual|path) = .*\})\s*$", re.MULTILINE)
"""A source on the file system. uv writes its locks in one form only, a source a line."""
_INSTALLED = ("editable", "directory", "path")
"""Kinds of sources that are installed; a virtual one only has dependencies."""


def requires_python(text: str) -> str:
    """Return the lock's Python requirement: what suits all members of a workspace."""
    head = text.split("[[package]]", 1)[0]
    try:
        return str(tomllib.loads(head).get("requires-python", ""))
    except tomllib.TOMLDecodeError:
        return ""  # uv says what is wrong with it


def local_sources(text: str, folder: Path) -> dict[Path, Local | None]:
    """Return all paths on the file system that the lock of a folder names, in its order.

    None stands for a virtual project: it is not installed.
    """
    found: dict[Path, Local | None] = {}
    for match in _LOCAL.finditer(text):
        try:
            source = tomllib.loads(f"source = {match[1]}")["source"]
        except tomllib.TOMLDecodeError:
            continue  # uv says what is wrong with it
        found[_path(source, folder)] = _local(source, folder)
    return found


def reachable(file: Path, member: Path) -> tuple[Local, ...]:
    """Return the local packages that a member of the lock needs, its own first.

    Only these, not all that are locked: a suite must not see a package that its project doesn't
    depend on.
    """
    try:
        lock = tomllib.loads(file.read_text("utf-8"))
    except (OSError, ValueError) as error:
        raise EnvironmentFailure(f"{file}: {error}", hint="write the lock anew: uv lock") from error
    packages = [item for item in lock.get("package", []) if isinstance(item, dict)]
    starts = [item for item in packages if _local_path(item, file.parent) == member]
    wanted = _closure(packages, [str(item.get("name")) for item in starts])
    found: dict[Path, Local | None] = {}
    for package in (*starts, *packages):
        path = _local_path(package, file.parent)
        if path is not None and package.get("name") in wanted:
            found.setdefault(path, _local(package["source"], file.parent))
    return tuple(package for package in found.values() if package is not None)


def _closure(packages: list[dict[str, Any]], starts: list[str]) -> set[str]:
    """Return the names of all packages that some need; of theirs only, the groups count too.

    Extras that nobody asked for are followed as well: that can add a local package, never miss one.
    """
    edges: dict[str, set[str]] = {}
    for package in packages:
        name = str(package.get("name"))
        edges.setdefault(name, set()).update(_needs(package, groups=name in starts))
    seen: set[str] = set()
    queue = list(starts)
    while queue:
        name = queue.pop()
        if name not in seen:
            seen.add(name)
            queue.extend(edges.get(name, ()))
    return seen


def _needs(package: dict[str, Any], *, groups: bool) -> Iterator[str]:
    lists = [package.get("dependencies", [])]
    lists.extend(package.get("optional-dependencies", {}).values())
    if groups:
        lists.extend(package.get("dev-dependencies", {}).values())
    for entries in lists:
        yield from (str(entry["name"]) for entry in entries if "name" in entry)


def _local_path(package: dict[str, Any], folder: Path) -> Path | None:
    source = package.get("source")
    if not isinstance(source, dict):
        return None
    if not source.keys() & {*_INSTALLED, "virtual"}:
        return None
    return _path(source, folder)


def _local(source: dict[str, Any], folder: Path) -> Local | None:
    kind = next(iter(source))
    return Local(_path(source, folder), editable=kind != "path") if kind in _INSTALLED else None


def _path(source: dict[str, Any], folder: Path) -> Path:
    return (folder / str(next(iter(source.values())))).resolve()
