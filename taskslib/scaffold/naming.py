"""What services and projects may be called, and what else a name decides. Pure."""

from __future__ import annotations

import keyword
import re
import sys
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from unicodedata import normalize

from taskslib.errors import UsageError, did_you_mean
from taskslib.scaffold.reserved import (
    is_device,
    is_imported_by_tasks,
    is_reserved,
    is_taken,
    means_several,
)

_LABEL = re.compile(r"[a-z](?:[a-z0-9-]{0,38}[a-z0-9])?")
"""A name of a host (RFC 1123), as Compose's network has it, and shorter: image names, variables and
volumes are made of it. A letter first, since a package's name is made of it too."""
_MARKS = re.compile("[\u0300-\u036f]")
"""What NFKD takes off letters."""


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
    found = Named(name, Kind(kind))
    if means_several(name):
        raise _reserved("service", name)
    _check_service(found)
    return found


def alone(project: str) -> Named:
    """Return the service of a flat project: its name and package are the project's.

    Raises `UsageError` for what it can't be; the package lies where `inv` imports from first.
    """
    found = Named(project, Kind.API)
    _check_service(found)
    if is_imported_by_tasks(found.package):
        raise UsageError(
            f"a project of one service can't be called {project!r}: "
            "its package would be in the place of one that `inv` imports",
            hint=f"another name, such as --project {project}-service",
        )
    return found


def check_project(name: str) -> None:
    """Raise `UsageError` for what a project can't be called."""
    _check_label(name, "a project")
    if is_reserved(name):
        raise _reserved("project", name)


def check_free(name: str, taken: Iterable[str], where: str = "") -> None:
    """Raise `UsageError` where something is called so, or differs by case or separators alone.

    On macOS and Windows these are one folder, and everywhere one variable `TEST_<NAME>_URL`.

    Args:
        name: What is to be.
        taken: What is.
        where: The file that has these names.
    """
    at = f" in {where}" if where else ""
    for other in taken:
        if _variable(other) == _variable(name):
            told = "taken" if other == name else f"too much like {other!r}"
            raise UsageError(
                f"{name!r} is {told}{at}",
                hint=f"{_OTHER}, or take it out of {where} first" if where else _OTHER,
            )


def check_no_project(name: str, project: str, hint: str = "") -> None:
    """Raise `UsageError` where a service would be called like its project.

    Args:
        name: The service's.
        project: The project's.
        hint: What else there is besides another name for the service.
    """
    if name.lower() == project.lower():
        raise UsageError(
            f"a service can't be called {name!r}, like the project: "
            "the suite of the project's own tests is called so",
            hint=f"another name, such as {name}-api{hint}",
        )


def project_name(folder: str) -> str:
    """Return a project's name by its folder's. Raises `UsageError` for a folder without one.

    Letters lose their marks, what else is no letter or digit becomes a hyphen.
    """
    if not folder:
        raise UsageError(
            "a project can't be in the top folder of a disk: its name would be the project's",
            hint="a folder with a name: taskslib init shop",
        )
    if is_device(folder.partition(".")[0].strip().lower()):
        raise UsageError(
            f"a project's folder can't be called {folder!r}: that is reserved on Windows",
            hint=_OTHER,
        )
    plain = _MARKS.sub("", normalize("NFKD", folder.casefold()))
    found = re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:40].rstrip("-")
    return found if _LABEL.fullmatch(found) else f"project-{found}"[:40].strip("-")


_OTHER = "choose another name"


def _reserved(what: str, name: str) -> UsageError:
    return UsageError(f"a {what} can't be called {name!r}: that is reserved", hint=_OTHER)


def _check_service(service: Named) -> None:
    if is_taken(service.name):
        raise _reserved("service", service.name)
    package = service.package
    if keyword.iskeyword(package) or package in sys.stdlib_module_names:
        raise UsageError(
            f"a service can't be called {package!r}: its package would hide Python's own",
            hint=f"another name, such as {package}-service",
        )


def _check_label(name: str, what: str) -> None:
    if not _LABEL.fullmatch(name):
        raise UsageError(
            f"{what} can't be called {name!r}",
            hint="lower case letters, digits and hyphens, a letter first, at most 40: order-mail",
        )


def _variable(name: str) -> str:
    return re.sub(r"[^A-Z0-9]", "_", name.upper())
