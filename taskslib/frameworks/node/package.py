"""A folder's package.json and package-lock.json, as data."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from taskslib.errors import ConfigError

MANIFEST = "package.json"
LOCK = "package-lock.json"
_GROUPS = ("dependencies", "devDependencies", "optionalDependencies", "peerDependencies")


@dataclass(frozen=True, slots=True)
class Package:
    """What a package.json says, as far as it matters here."""

    folder: Path
    engines: str = ""
    """The range of Node versions that it asks for; empty: any."""
    dependencies: frozenset[str] = frozenset()
    """The names of all packages that it needs, for whatever purpose."""
    locked: Mapping[str, Mapping[str, Any]] | None = field(default=None, repr=False)
    """The lock's packages by their place; None without a lock."""

    @property
    def has_local(self) -> bool:
        """Whether the lock names packages of the repo itself, which only npm in place installs."""
        return any(
            one.get("link")
            or (place and not place.startswith("node_modules/"))
            or str(one.get("resolved", "")).startswith("file:")
            for place, one in (self.locked or {}).items()
        )


def read_package(folder: Path, *, lock: bool = True) -> Package | None:
    """Return a folder's package; None where there is no package.json. Raises `ConfigError`.

    Without `lock`, the lock of thousands of lines isn't read.
    """
    manifest = _read(folder / MANIFEST)
    if manifest is None:
        return None
    found = _read(folder / LOCK) if lock else None
    names = (name for group in _GROUPS for name in _table(manifest, group))
    return Package(
        folder,
        str(_table(manifest, "engines").get("node", "")),
        frozenset(names),
        None if found is None else _entries(_table(found, "packages")),
    )


def installed(modules: Path) -> Mapping[str, Mapping[str, Any]] | None:
    """Return what npm wrote down of a `node_modules`; None where npm did not make it."""
    try:
        hidden = _read(modules / ".package-lock.json")
    except ConfigError:
        return None
    return None if hidden is None else _entries(_table(hidden, "packages"))


def version_of(modules: Path, name: str) -> str:
    """Return the version of an installed package; empty where it says none."""
    try:
        manifest = _read(modules / name / MANIFEST) or {}
    except ConfigError:
        return ""
    return str(manifest.get("version", ""))


def agrees(found: Mapping[str, Mapping[str, Any]], locked: Mapping[str, Mapping[str, Any]]) -> bool:
    """Return whether what is installed is what the lock pins, optional packages apart."""
    for place, one in locked.items():
        if not place or one.get("optional") or one.get("devOptional") or one.get("link"):
            continue
        if place not in found:
            if not one.get("peer"):
                return False
        elif found[place].get("version") != one.get("version"):
            return False
    return all(place in locked for place in found if place.startswith("node_modules/"))


def _read(file: Path) -> dict[str, Any] | None:
    try:
        data = json.loads(file.read_text("utf-8-sig"))
    except FileNotFoundError:
        return None
    except (ValueError, RecursionError) as error:
        raise ConfigError(f"{file}: {error}") from error
    if not isinstance(data, dict):
        raise ConfigError(f"{file}: must be an object")
    return data


def _table(data: Mapping[str, Any], key: str) -> dict[str, Any]:
    found = data.get(key)
    return found if isinstance(found, dict) else {}


def _entries(packages: Mapping[str, Any]) -> dict[str, Mapping[str, Any]]:
    return {place: one for place, one in packages.items() if isinstance(one, dict)}
