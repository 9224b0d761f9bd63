"""What a folder's pyproject.toml (or setup.py) declares, as far as an environment depends on it."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from taskslib.errors import ConfigError
from taskslib.project.references.packages import normalised, required
from taskslib.project.references.values import table

_BUILD_FILES = ("pyproject.toml", "setup.py", "setup.cfg")
"""What decides how an editable install looks: entry points, package folders."""
_DEVELOPMENT = (
    ("dependency-groups", "dev", "--group"),
    ("dependency-groups", "test", "--group"),
    ("optional-dependencies", "dev", "--extra"),
    ("optional-dependencies", "test", "--extra"),
)
"""Where projects put what only their tests need, best first: PEP 735's groups, then extras."""


@dataclass(frozen=True, slots=True)
class Declared:
    """What a folder says about itself. A folder that says nothing has nothing but defaults."""

    folder: Path
    name: str = ""
    """The distribution's name, normalised."""
    requires_python: str = ""
    has_project: bool = False
    """Whether there is a `[project]` table to read the dependencies from."""
    is_package: bool = False
    """Whether it can be installed."""
    development: tuple[str, ...] = ()
    """uv's option for the development dependencies: `--group dev`, `--extra test`, or none."""
    depends_on: frozenset[str] = frozenset()
    """Normalised names of all direct dependencies, groups and extras included."""
    sources: Mapping[str, tuple[Any, ...]] = field(default_factory=dict)
    """`[tool.uv.sources]`, by normalised name."""
    workspace: Mapping[str, Any] | None = None
    """`[tool.uv.workspace]`, where there is one."""
    statement: str = ""
    """All tables that a lock is made from, in one stable form."""


def read(folder: Path) -> Declared:
    """Read what a folder declares. Raises `ConfigError` where its TOML is malformed."""
    file = folder / "pyproject.toml"
    legacy = (folder / "setup.py").is_file()
    try:
        data = tomllib.loads(file.read_text("utf-8"))
    except FileNotFoundError:
        return Declared(folder, is_package=legacy)
    except (OSError, ValueError) as error:
        raise ConfigError(f"{file}: {error}", hint=f"correct {file}") from error
    return declared(folder, data, legacy=legacy)


def declared(folder: Path, data: Mapping[str, Any], *, legacy: bool = False) -> Declared:
    """Return what a pyproject.toml's content says; what has the wrong type is not there."""
    project = table(data, "project")
    uv = table(table(data, "tool"), "uv")
    groups = table(data, "dependency-groups")
    extras = table(project, "optional-dependencies")
    places = {"dependency-groups": groups, "optional-dependencies": extras}
    package = uv.get("package")
    statement = {"project": project, "groups": groups, "uv": uv, "build": data.get("build-system")}
    return Declared(
        folder=folder,
        name=normalised(str(project.get("name", ""))),
        requires_python=str(project.get("requires-python", "")),
        has_project=bool(project),
        is_package=package if isinstance(package, bool) else legacy or "build-system" in data,
        development=next(
            ((option, name) for place, name, option in _DEVELOPMENT if name in places[place]), ()
        ),
        depends_on=frozenset(
            (*required(project.get("dependencies")), *required(groups), *required(extras))
        ),
        sources={
            normalised(name): tuple(entry if isinstance(entry, list) else [entry])
            for name, entry in table(uv, "sources").items()
        },
        workspace=uv["workspace"] if isinstance(uv.get("workspace"), dict) else None,
        statement=json.dumps(statement, sort_keys=True, default=str),
    )


def build_inputs(folder: Path) -> Iterator[tuple[str, bytes]]:
    """Yield the files that decide how an editable install of a folder looks."""
    for name in _BUILD_FILES:
        try:
            yield name, (folder / name).read_bytes()
        except OSError:
            continue
