"""What a package's manifest says of others in the repo: pyproject.toml, requirements, package.json.

Pure: a text in, data out.
"""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

_NODE_GROUPS = ("dependencies", "devDependencies", "optionalDependencies", "peerDependencies")
_NODE_PATH = re.compile(r"(?:file|link|portal):(.+)")
_DIRECT = re.compile(r"@\s*file:(?:///?)?(?:\$\{PROJECT_ROOT\}/|\{root:uri\}/)?(\.[^\s;#]*)")
"""A direct reference by a path that starts at the manifest: `orders @ file:../orders`."""
_LOCAL_LINE = re.compile(r"(?:-e\s+|--editable[ =])?(?:file:)?(\.{1,2}(?:/[^\s;#\[]*)?)")
_INCLUDED = re.compile(r"(?:-r|-c|--requirement|--constraint)[ =]?\s*(\S+)")


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a package says of itself and of others."""

    name: str = ""
    """What others call it, normalised; empty where it has no name."""
    paths: tuple[str, ...] = ()
    """Folders and archives of packages that it depends on, as seen from its own folder."""
    names: tuple[str, ...] = ()
    """Packages that it depends on by name, and that are the repo's own if one has the name."""
    package: bool = False
    """Whether it can be installed."""
    unknown: tuple[str, ...] = ()


def pyproject(text: str) -> Manifest:
    """Return what a pyproject.toml says: sources of uv and of poetry, direct references."""
    try:
        data = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        return Manifest(unknown=(f"pyproject.toml: {error}",))
    project, tool = _table(data, "project"), _table(data, "tool")
    uv = _table(tool, "uv")
    paths, names = [], []
    for name, entry in _table(uv, "sources").items():
        for source in entry if isinstance(entry, list) else [entry]:
            if isinstance(source, dict) and isinstance(source.get("path"), str):
                paths.append(source["path"])
            elif isinstance(source, dict) and source.get("workspace") is True:
                names.append(normalised(name))
    poetry = _table(tool, "poetry")
    groups = [_table(one, "dependencies") for one in _table(poetry, "group").values()]
    for group in (_table(poetry, "dependencies"), _table(poetry, "dev-dependencies"), *groups):
        paths += [str(one["path"]) for one in group.values() if _has_path(one)]
    listed = (project, _table(data, "dependency-groups"), _table(data, "build-system"))
    paths += [found for one in _texts(listed) for found in _DIRECT.findall(one)]
    return Manifest(
        name=normalised(str(project.get("name") or poetry.get("name") or "")),
        paths=tuple(dict.fromkeys(paths)),
        names=tuple(dict.fromkeys(names)),
        package="build-system" in data or uv.get("package") is True,
    )


def requirements(text: str) -> Manifest:
    """Return what a requirements file says: local packages, and files that it includes."""
    lines = [line.strip() for line in text.splitlines()]
    found = [match[1] for line in lines for match in [_LOCAL_LINE.fullmatch(_bare(line))] if match]
    found += [match[1] for line in lines for match in [_INCLUDED.match(line)] if match]
    found += [path for line in lines for path in _DIRECT.findall(line)]
    return Manifest(paths=tuple(dict.fromkeys(found)))


def package_json(text: str) -> Manifest:
    """Return what a package.json says: paths (`file:../lib`), and names, which a workspace has."""
    try:
        data = json.loads(text.removeprefix("\ufeff"))
    except (ValueError, RecursionError) as error:
        return Manifest(unknown=(f"package.json: {error}",))
    if not isinstance(data, dict):
        return Manifest(unknown=("package.json: must be an object",))
    paths, names = [], []
    for name, version in (pair for group in _NODE_GROUPS for pair in _table(data, group).items()):
        local = _NODE_PATH.fullmatch(str(version))
        if local:
            paths.append(local[1])
        else:
            names.append(name)
    own = data.get("name")
    return Manifest(own if isinstance(own, str) else "", tuple(paths), tuple(names), package=True)


def normalised(name: str) -> str:
    """Return a distribution's name in the form in which equal names are equal (PEP 503)."""
    return re.sub(r"[-_.]+", "-", name).lower()


def _bare(line: str) -> str:
    """Return a requirement without its extras, markers and comment."""
    return re.split(r"\s[;#]|\[", line, maxsplit=1)[0].strip()


def _has_path(entry: object) -> bool:
    return isinstance(entry, dict) and isinstance(entry.get("path"), str)


def _table(data: Mapping[str, Any], key: str) -> Mapping[str, Any]:
    found = data.get(key)
    return found if isinstance(found, dict) else {}


def _texts(value: object) -> Iterator[str]:
    """Yield all texts in lists and tables of them."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for one in value.values():
            yield from _texts(one)
    elif isinstance(value, list | tuple):
        for one in value:
            yield from _texts(one)
