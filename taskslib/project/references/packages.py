"""What a package's manifest says of others in the repo: pyproject.toml, requirements, package.json.

Pure: a text in, data out.
"""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from taskslib.project.references.requirements import is_address, lines, reference
from taskslib.project.references.values import listed, table, texts

_NODE_GROUPS = ("dependencies", "devDependencies", "optionalDependencies", "peerDependencies")
_NODE_PATH = re.compile(r"(?:file|link|portal):(.+)|workspace:(\.{1,2}/.*)")
_NODE_ALIAS = re.compile(r"(?:npm|workspace):(@?[^@:/]+(?:/[^@:/]+)?)@.*")


@dataclass(frozen=True, slots=True)
class Workspace:
    """A uv workspace, as its root declares it."""

    members: tuple[str, ...] = ()
    """Globs of their folders, from the root's own on."""
    without: tuple[str, ...] = ()
    sources: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Where all members take packages from: paths from the root's folder on; empty for a member."""


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a package says of itself and of others."""

    name: str = ""
    """What others call it, normalised; empty where it has no name."""
    paths: tuple[str, ...] = ()
    """Folders and archives of packages that it depends on, as seen from its own folder."""
    names: tuple[str, ...] = ()
    """Packages that it depends on by name, and that are the repo's own if one has the name."""
    requires: tuple[str, ...] = ()
    """Packages that are the repo's own only where a workspace's root says so."""
    included: tuple[str, ...] = ()
    """Further requirements files, whose lines count like its own."""
    package: bool = False
    """Whether it can be installed."""
    workspace: Workspace | None = None
    unknown: tuple[str, ...] = ()
    """Why it can't be read; there may be dependencies then."""


def pyproject(text: str) -> Manifest:
    """Return what a pyproject.toml says: sources of uv and of poetry, direct references."""
    try:
        data = tomllib.loads(text)
    except (ValueError, RecursionError) as error:
        return Manifest(unknown=(f"pyproject.toml: {error}",))
    project, tool = table(data, "project"), table(data, "tool")
    uv, poetry = table(tool, "uv"), table(tool, "poetry")
    sources = {normalised(name): tuple(_sources(one)) for name, one in table(uv, "sources").items()}
    paths = [path for each in sources.values() for path in each if path]
    groups = [table(one, "dependencies") for one in table(poetry, "group").values()]
    for group in (table(poetry, "dependencies"), table(poetry, "dev-dependencies"), *groups):
        entries = (entry for one in group.values() for entry in listed(one))
        paths += [found for entry in entries for found in _path(entry)]
    needed = (
        project.get("dependencies"),
        table(project, "optional-dependencies"),
        table(data, "dependency-groups"),
        uv.get("dev-dependencies"),
    )
    tools = (data.get("build-system"), uv, tool.get("hatch"), tool.get("pdm"))
    references = [reference(one) for one in texts((*needed, *tools))]
    paths += [one.package for one in references if one.package]
    workspace = table(uv, "workspace")
    return Manifest(
        name=normalised(str(project.get("name") or poetry.get("name") or "")),
        paths=tuple(dict.fromkeys(paths)),
        names=tuple(name for name, each in sources.items() if "" in each),
        requires=tuple(dict.fromkeys(name for one in needed for name in required(one))),
        package="build-system" in data or uv.get("package") is True,
        workspace=Workspace(_globs(workspace, "members"), _globs(workspace, "exclude"), sources)
        if workspace
        else None,
        unknown=tuple(f"pyproject.toml: {one.unknown}" for one in references if one.unknown),
    )


def requirements(text: str) -> Manifest:
    """Return what a requirements file says: local packages, and files that it includes."""
    said = [one for _, one in lines(text)]
    included = [one.included for one in said if one.included]
    paths = (path for one in said for path in (one.package, one.links) if path)
    away = [f"it includes {one}" for one in included if is_address(one)]
    doubtful = [f"it says {one.unknown}" for one in said if one.unknown]
    return Manifest(
        paths=tuple(dict.fromkeys(paths)),
        included=tuple(dict.fromkeys(one for one in included if not is_address(one))),
        unknown=(*away, *doubtful),
    )


def package_json(text: str) -> Manifest:
    """Return what a package.json says: paths (`file:../lib`), and names, which a workspace has."""
    try:
        data = json.loads(text.removeprefix("\ufeff"))
    except (ValueError, RecursionError) as error:
        return Manifest(unknown=(f"package.json: {error}",))
    if not isinstance(data, dict):
        return Manifest(unknown=("package.json: must be an object",))
    paths, names = [], []
    for name, version in (pair for group in _NODE_GROUPS for pair in table(data, group).items()):
        if local := _NODE_PATH.fullmatch(str(version)):
            paths.append(local[1] or local[2])
        else:
            alias = _NODE_ALIAS.fullmatch(str(version))
            names.append(alias[1] if alias else name)
    own = data.get("name")
    return Manifest(own if isinstance(own, str) else "", tuple(paths), tuple(names), package=True)


def normalised(name: str) -> str:
    """Return a distribution's name in the form in which equal names are equal (PEP 503)."""
    return re.sub(r"[-_.]+", "-", name).lower()


def required(value: object) -> Iterator[str]:
    """Yield the normalised names of all requirements in lists and tables of lists."""
    lists = value.values() if isinstance(value, dict) else [value]
    for one in lists:
        # `{include-group = "x"}` names a group, which is here anyway.
        for line in one if isinstance(one, list) else ():
            if isinstance(line, str) and (found := re.match(r"\s*([A-Za-z0-9][\w.-]*)", line)):
                yield normalised(found[1])


def _sources(entry: object) -> Iterator[str]:
    """Yield the paths of an entry of `[tool.uv.sources]`; an empty one for a workspace's member."""
    for source in listed(entry):
        if isinstance(source, dict) and source.get("workspace") is True:
            yield ""
        else:
            yield from _path(source)


def _path(entry: Any) -> Iterator[str]:
    if isinstance(entry, dict) and isinstance(entry.get("path"), str):
        yield entry["path"]


def _globs(workspace: Mapping[str, Any], key: str) -> tuple[str, ...]:
    return tuple(one for one in listed(workspace.get(key)) if isinstance(one, str))
