"""Which Python an environment is made with: the one that runs taskslib, where it suits."""

from __future__ import annotations

import functools
import platform
import re
import sys
import sysconfig
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from taskslib.errors import EnvironmentFailure

_REQUIRES = re.compile(r"""^\s*"?requires-python"?\s*=\s*(["'])(.*?)\1""", re.MULTILINE)
_HEAD = 4096
"""In the first characters of a uv.lock its `requires-python` stands."""


@dataclass(frozen=True, slots=True)
class Interpreter:
    """What uv is asked for, and what makes one interpreter another."""

    request: str
    """A path, or a version requirement for uv to look for."""
    identity: str
    """In the key of an environment: an upgraded interpreter makes new ones."""
    sought: str = ""
    """The requirement, where uv has to look for an interpreter."""


def running() -> tuple[Interpreter, str]:
    """Return the interpreter that runs this, and its version."""
    version = platform.python_version()
    build = (version, sys.implementation.cache_tag, sysconfig.get_platform(), sys.base_prefix)
    return Interpreter(sys.executable, " ".join(map(str, build))), version


def choose(requirement: str, ours: Interpreter, version: str) -> Interpreter:
    """Return the interpreter for a `requires-python`; raises where that is no requirement.

    uv looks only among the interpreters that are installed: it downloads none.
    """
    wanted = requirement.strip()
    if ours.request and (not wanted or _satisfied(wanted, version)):
        return ours
    return Interpreter(request=wanted or ">=3", identity=f"any {wanted}", sought=wanted or ">=3")


def is_ours(folder: Path) -> bool:
    """Return whether the Python that runs this is surely the one of a project's environment.

    That is told by the texts of what can be its files, without parsing these.
    """
    return all(map(_suits, set(_required(folder))))


def _required(folder: Path) -> Iterator[str]:
    for place in (folder, *folder.parents):
        for name, size in (("pyproject.toml", -1), ("uv.lock", _HEAD)):
            with suppress(OSError), (place / name).open(encoding="utf-8", errors="replace") as file:
                yield from (found[2] for found in _REQUIRES.finditer(file.read(size)))
        if (place / ".git").exists():
            break


@functools.cache
def _suits(requirement: str) -> bool:
    return not choose(requirement, *running()).sought


def _satisfied(requirement: str, version: str) -> bool:
    from packaging.specifiers import InvalidSpecifier, SpecifierSet

    try:
        return SpecifierSet(requirement).contains(version, prereleases=True)
    except InvalidSpecifier as error:
        raise EnvironmentFailure(
            f"requires-python = {requirement!r} is no version requirement",
            hint='write it like requires-python = ">=3.11"',
        ) from error
