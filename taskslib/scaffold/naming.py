"""What services and projects may be called, and what else a name decides. Pure."""

from __future__ import annotations

import keyword
import re
import sys
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from taskslib.errors import UsageError, did_you_mean

_LABEL = re.compile(r"[a-z](?:[a-z0-9-]{0,38}[a-z0-9])?")
"""A name of a host (RFC 1123), as Compose's network has it, and shorter: image names, variables and
volumes are made of it. A letter first, since a package's name is made of it too."""
_WORDS = ("false", "null", "true")
"""What is no text in YAML (1.2, the core schema), where Compose and the record have names."""
_DEVICES = re.compile(r"con|prn|aux|nul|com\d|lpt\d")
"""What no file can be called on Windows."""
_TAKEN = (
    "all",
    "coverage",
    "database",
    "deploy",
    "localhost",
    "project",
    "psycopg",
    "pytest",
    "taskslib",
    "tests",
)
"""What something else is called: in Compose files, in the repo, or where tests import it from."""


class Kind(StrEnum):
    """What sort of service a template is of."""

    API = "api"
    WORKER = "worker"
    FRONTEND = "frontend"
    LIBRARY = "library"


@dataclass(frozen=True, slots=True)
class Named:
    """A service that is to be."""

    name: str
    kind: Kind

    @property
    def package(self) -> str:
        """Return what its Python package is called."""
        return self.name.replace("-", "_")

    @property
    def variable(self) -> str:
        """Return what it is called in the names of variables."""
        return _variable(self.name)


def named(text: str, kind: str = "") -> Named:
    """Return a service by its name, or `NAME:KIND`. Raises `UsageError` for what it can't be.

    One that is called like a kind is of that kind, any other an api.
    """
    name, _, told = text.strip().partition(":")
    kind = kind or told or (name if name in set(Kind) else Kind.API)
    if kind not in set(Kind):
        raise UsageError(
            f"no kind {kind!r} of services",
            hint=f"{did_you_mean(kind, Kind)}kinds: {', '.join(Kind)}",
        )
    _check_label(name, "a service")
    if _DEVICES.fullmatch(name) or name in {*_WORDS, *_TAKEN}:
        raise UsageError(f"a service can't be called {name!r}: that is reserved", hint=_OTHER)
    found = Named(name, Kind(kind))
    check_package(found.package)
    return found


def check_project(name: str) -> None:
    """Raise `UsageError` for what a project can't be called."""
    _check_label(name, "a project")
    if _DEVICES.fullmatch(name) or name in _WORDS:
        raise UsageError(f"a project can't be called {name!r}: that is reserved", hint=_OTHER)


def check_package(package: str) -> None:
    """Raise `UsageError` for the name of a package that Python already has a meaning for."""
    if keyword.iskeyword(package) or package in sys.stdlib_module_names:
        raise UsageError(
            f"a service can't be called {package!r}: its package would hide Python's own",
            hint=f"another name, such as {package}-service",
        )


def check_free(name: str, taken: Iterable[str]) -> None:
    """Raise `UsageError` where something is called so, or differs by case or separators alone.

    On macOS and Windows these are one folder, and everywhere one variable `TEST_<NAME>_URL`.
    """
    for other in taken:
        if _variable(other) == _variable(name):
            raise UsageError(
                f"{name!r} is taken" if other == name else f"{name!r} is too much like {other!r}",
                hint=_OTHER,
            )


def project_name(folder: str) -> str:
    """Return a project's name by its folder's."""
    found = re.sub(r"[^a-z0-9]+", "-", folder.lower()).strip("-")[:40].rstrip("-")
    return found if _LABEL.fullmatch(found) else f"project-{found}"[:40].strip("-")


_OTHER = "choose another name"


def _check_label(name: str, what: str) -> None:
    if not _LABEL.fullmatch(name):
        raise UsageError(
            f"{what} can't be called {name!r}",
            hint="lower case letters, digits and hyphens, a letter first, at most 40: order-mail",
        )


def _variable(name: str) -> str:
    return re.sub(r"[^A-Z0-9]", "_", name.upper())
