"""Find the services of a repo, by the globs that say where they are."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path, PurePath

from taskslib.errors import ConfigError, did_you_mean
from taskslib.project.config import Config
from taskslib.project.locating import Fault, Tell, Tests, joined
from taskslib.project.model import Service

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]*")
_SIGNS_OF_A_SERVICE = ("Dockerfile", "pyproject.toml", "package.json")


def services_of(root: Path, config: Config, tell: Tell) -> Iterator[Service]:
    """Yield the services, by their folders; what is wrong with them is told."""
    folders = sorted({path for glob in config.services for path in _matches(root, glob)})
    seen: dict[str, Path] = {}
    for folder in folders:
        if not folder.is_dir() or folder.name.startswith((".", "__")):
            continue
        name = folder.name
        told = name in config.service  # then nothing else has to show what it is
        if not told and not _has_sign(folder):
            continue
        if (error := _misnamed(folder, seen)) is not None:
            tell(Fault(folder, error))
            continue
        seen[name] = folder
        dockerfile = joined(folder, config.of(name).dockerfile)
        dependencies = config.of(name).depends_on
        yield Service(name, folder, dockerfile if dockerfile.is_file() else None, dependencies)
    for name in config.service:
        where = root / "pyproject.toml"
        if name not in seen:
            error = ConfigError(
                f"{where}: [tool.taskslib.service.{name}]: no such service",
                hint=f"services: {', '.join(seen) or 'none'}",
            )
            tell(Fault(where, error))
        for other in config.of(name).depends_on:
            if other not in seen:
                error = ConfigError(
                    f"{where}: [tool.taskslib.service.{name}]: depends_on: no service {other!r}",
                    hint=f"{did_you_mean(other, seen)}services: {', '.join(seen)}",
                )
                tell(Fault(where, error))


def _has_sign(folder: Path) -> bool:
    """Return whether a folder is a service's; caches in a folder of tests are what git leaves."""
    signs = (folder / sign for sign in _SIGNS_OF_A_SERVICE)
    return any(sign.exists() for sign in signs) or Tests(folder / "tests").any()


def _misnamed(folder: Path, seen: Mapping[str, Path]) -> ConfigError | None:
    """Return why a folder's name can't be a service's; `seen` are those that are taken."""
    name = folder.name
    if not _NAME.fullmatch(name):
        return ConfigError(
            f"{folder}: {name!r} can't be a service's name",
            hint="use letters, digits, '-', '_' and '.', and start with a letter or digit",
        )
    if name in seen:
        return ConfigError(
            f"{folder} and {seen[name]} are both called {name!r}",
            hint="narrow `services` in [tool.taskslib] of pyproject.toml",
        )
    return None


def _matches(root: Path, glob: str) -> tuple[Path, ...]:
    """Return what a glob finds below the root; what lies elsewhere is no part of the repo."""
    reason = "it leads out of the repo" if ".." in PurePath(glob).parts else ""
    try:
        found = () if reason else tuple(root.glob(glob))
    except (ValueError, NotImplementedError) as error:
        reason = str(error)
    if reason:
        raise ConfigError(
            f"{root / 'pyproject.toml'}: [tool.taskslib]: services: {glob!r}: {reason}",
            hint="globs start at the repo's root, like services/*",
        )
    return found
