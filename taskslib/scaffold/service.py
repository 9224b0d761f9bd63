"""A service in a project's texts: its own files, and what the environments get."""

from __future__ import annotations

import posixpath
from collections.abc import Mapping
from dataclasses import dataclass

from taskslib.lint.environments import Environment
from taskslib.lint.files import Files
from taskslib.lint.loading import stack
from taskslib.lint.ports import ports
from taskslib.project.model import Layout
from taskslib.scaffold.answers import FILE, Answers
from taskslib.scaffold.merging import appended, merged
from taskslib.scaffold.naming import Kind, Named
from taskslib.scaffold.render import Part, render

_FIRST_PORT = 8000
_EXAMPLE = ".env.example"
_OWN, _ROOT, _COMPOSE, _ENV = "service/", "root/", "compose/", "env/"
"""Where the template has a service's own files, the project's, and what is added to others."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where a service goes."""

    answers: Answers
    layout: Layout
    services: str
    """The folder of services, from the root on."""
    stacks: Mapping[Environment, str]
    """The Compose file of each environment; those that are not there are left out."""


def with_service(files: Files, place: Place, service: Named) -> Files:
    """Return a project's files with one more service. Raises `UsageError`, `ConfigError`.

    What has a place to go to is added; nothing that is there already becomes other but the Compose
    files, the examples of `.env`, and the record of what the project was made of.
    """
    alone = place.layout is Layout.SINGLE
    folder = "" if alone else f"{place.services}/{service.name}/"
    changed: dict[str, str] = {}
    added: dict[str, str] = {}
    for path, text in render(Part.SERVICE, _words(files, place, service, folder)).items():
        for prefix, target in ((_OWN, folder), (_ROOT, "")):
            if path.startswith(prefix) and _has_place(place, path):
                changed[target + path.removeprefix(prefix)] = text
        if path.startswith((_COMPOSE, _ENV)):
            added[path] = text
    for environment, compose in place.stacks.items():
        if addition := added.get(f"{_COMPOSE}{environment}.yml"):
            changed[compose] = merged(compose, _text(files, compose), addition)
        example = _example(compose)
        if (lines := added.get(f"{_ENV}{environment}")) and files.is_file(example):
            changed[example] = appended(_text(files, example), lines)
    if files.is_file(FILE) and not alone:
        line, record = f"  {service.name}: {service.kind}\n", _text(files, FILE)
        if line not in record.splitlines(keepends=True):  # as it is where it was removed
            changed[FILE] = merged(FILE, record, f"services:\n{line}")
    return files.with_changes(changed)


def shared(place: Place) -> frozenset[str]:
    """Return the files that a service is added to; all others that it brings are its own."""
    stacks = place.stacks.values()
    return frozenset((FILE, *stacks, *map(_example, stacks)))


def _example(compose: str) -> str:
    """Return the example of a `.env` that a Compose file has beside it."""
    return posixpath.join(posixpath.dirname(compose), _EXAMPLE)


def _has_place(place: Place, path: str) -> bool:
    """Return whether a repo has use for a file of a service's.

    Of two things of one place in a flat project, one is another's. Where there is no full stack, an
    integration test would have nothing to run on, and no task would work any more.
    """
    if place.layout is Layout.SINGLE:
        return not path.startswith((f"{_OWN}deploy/", _ROOT))
    return Environment.TEST in place.stacks or not path.startswith(_ROOT)


def _words(files: Files, place: Place, service: Named, folder: str) -> dict[str, object]:
    answers = place.answers
    alone = place.layout is Layout.SINGLE
    first = next((one.name for one in answers.services if one.kind is Kind.API), service.name)
    ups = {
        f"up_{environment}": posixpath.relpath(
            ".", posixpath.dirname(place.stacks.get(environment, "deploy/x/y"))
        )
        for environment in Environment
    }
    return {
        **ups,
        "name": service.name,
        "kind": service.kind.value,
        "package": service.package,
        "variable": service.variable,
        "env": service.variable,
        "at": folder,
        "layout": "single" if alone else "multi",
        "project": answers.project,
        "registry": answers.registry,
        "image": answers.project if alone else f"{answers.project}-{service.name}",
        "datastore": answers.datastore if service.name == first else "none",
        "db": service.package,
        "port": _free_port(files, place),
    }


def _free_port(files: Files, place: Place) -> int:
    """Return a port of this machine that no environment has."""
    stacks = (stack(files, (path,), one, "") for one, path in place.stacks.items())
    taken = {
        number
        for one in stacks
        for service in one.services.values()
        for port in ports(service.node)
        for number in _numbers(port.fixed)
    }
    return next(port for port in range(_FIRST_PORT, 65536) if port not in taken)


def _numbers(fixed: str) -> range:
    first, _, last = fixed.partition("-")
    return range(int(first), int(last or first) + 1) if first else range(0)


def _text(files: Files, path: str) -> str:
    source = files.source(path)
    return "" if source is None else source.text
