"""Where tests and Compose files are, as the configuration tells of them."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from taskslib.errors import ConfigError
from taskslib.project.config import ComposeFiles
from taskslib.project.dependencies.areas import Area, literal
from taskslib.project.model import Stack, shown

COMPOSE_NAMES = ("docker-compose.yml", "docker-compose.yaml", "compose.yaml", "compose.yml")


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong with a repo's layout, and what it is about."""

    path: Path
    error: ConfigError


Tell = Callable[[Fault], None]
"""Told of each fault: raises it, or notes it and lets the rest be found."""


def refuse(fault: Fault) -> None:
    """Raise what is wrong."""
    raise fault.error


@dataclass(frozen=True, slots=True)
class Tests:
    """Where tests are: a folder, or what a glob finds in one."""

    folder: Path
    glob: str = ""
    there: bool = True
    """Whether there are to be any."""

    @classmethod
    def of(cls, base: Path, told: str) -> Tests:
        """Return where the configuration says that tests are, seen from a folder."""
        told = told.replace("\\", "/")
        if not told:
            return cls(base, there=False)
        start = literal(told)
        if start == told or (base / told).is_dir():  # `[id]` can be a folder's name too
            return cls(joined(base, told))
        return cls(joined(base, start or "."), told.removeprefix(start).lstrip("/"))

    def any(self) -> bool:
        """Return whether there is anything.

        Git keeps no empty folder: what is left of another branch, with caches at most, is no suite.
        """
        if not self.there:
            return False
        wanted = Area(self.glob) if self.glob else None
        for parent, folders, names in os.walk(self.folder):
            folders[:] = [name for name in folders if name[0] != "." and name not in _DROPPINGS]
            at = Path(parent).relative_to(self.folder)
            for name in names:
                if name[0] != "." and (wanted is None or wanted.covers((at / name).as_posix())):
                    return True
        return False

    def shown(self, root: Path) -> str:
        """Return it for people."""
        return shown(self.folder / self.glob, root)


_DROPPINGS = ("__pycache__", "node_modules")


def required_stack(
    base: Path, told: ComposeFiles, service: str, tests: str, root: Path, tell: Tell
) -> Stack | None:
    """Return the stack that tests need; where there is none, tell it."""
    stack = stack_of(base, told, service)
    if stack is None:
        one = next(iter(_missing(base, told)), base)
        wanted = one if one.suffix in {".yml", ".yaml"} else one / COMPOSE_NAMES[0]
        error = ConfigError(
            f"{tests} has no Compose file: looked for {shown(wanted, root)}",
            hint=f"write {shown(wanted, root)}, or set `stack` in [tool.taskslib]",
        )
        tell(Fault(wanted, error))
    return stack


def stack_of(base: Path, told: ComposeFiles, service: str) -> Stack | None:
    """Return the stack that the configuration tells of; None where a file of it is missing.

    Several files are what Compose makes of them in their order; no override joins them.
    """
    if isinstance(told, str):
        return stack_at(base / told, service)
    files = tuple(joined(base, one) for one in told)
    return None if any(_missing(base, told)) else Stack(service, files)


def _missing(base: Path, told: ComposeFiles) -> Iterator[Path]:
    files = (joined(base, one) for one in ((told,) if isinstance(told, str) else told))
    yield from (one for one in files if not one.is_file())


def joined(base: Path, told: str) -> Path:
    """Return a path that is told from a folder on, without the `..` in it."""
    return Path(os.path.normpath(base / told))


def stack_at(where: Path, service: str) -> Stack | None:
    """Return the stack that `where`, a Compose file or a folder with one, declares."""
    where = Path(os.path.normpath(where))
    candidates = [where] if where.is_file() else [where / name for name in COMPOSE_NAMES]
    for path in candidates:
        if path.is_file():
            # Compose reads an override by itself only when no file is named to it, and we name one.
            overrides = (
                path.with_name(f"{path.stem}.override{suffix}") for suffix in (".yml", ".yaml")
            )
            return Stack(service, (path, *(one for one in overrides if one.is_file())))
    return None
