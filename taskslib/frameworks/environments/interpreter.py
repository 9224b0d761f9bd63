"""Which Python an environment is made with: the one that runs taskslib, where it suits."""

from __future__ import annotations

import platform
import sys
import sysconfig
from dataclasses import dataclass

from taskslib.errors import EnvironmentFailure


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


def _satisfied(requirement: str, version: str) -> bool:
    from packaging.specifiers import InvalidSpecifier, SpecifierSet

    try:
        return SpecifierSet(requirement).contains(version, prereleases=True)
    except InvalidSpecifier as error:
        raise EnvironmentFailure(
            f"requires-python = {requirement!r} is no version requirement",
            hint='write it like requires-python = ">=3.11"',
        ) from error
