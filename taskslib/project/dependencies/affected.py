"""Which suites and services a set of changed files can affect, each with the files. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TypeVar

from taskslib.events import SuiteId
from taskslib.project.changes import Changes
from taskslib.project.dependencies.areas import Area, Index
from taskslib.project.dependencies.inputs import Dependencies

Of = TypeVar("Of")


@dataclass(frozen=True, slots=True)
class Affected:
    """What has to run because of changes."""

    changes: Changes
    suites: Mapping[SuiteId, tuple[str, ...]]
    """Each with the changed files that it depends on; with none where everything counts."""
    services: Mapping[str, tuple[str, ...]]
    """By name likewise; the project's own name where one of its suites is affected."""


def affected(dependencies: Dependencies, changes: Changes) -> Affected:
    """Return what changes affect, in the project's order."""
    project = dependencies.project
    unowned = [one for one in project.suites if one.id.name not in project.service_names()]
    if changes.files is None:
        names = (*project.service_names(), *(one.id.name for one in unowned))
        return Affected(changes, {one.id: () for one in project.suites}, dict.fromkeys(names, ()))
    of_suites = {one.id: dependencies.of(one).areas for one in project.suites}
    of_services = {one.name: dependencies.of_service(one) for one in project.services}
    files = sorted(changes.files)
    suites = _hit(of_suites, files, dependencies)
    services = _hit(of_services, files, dependencies)
    for one in unowned:
        if one.id in suites:
            services[one.id.name] = (*services.get(one.id.name, ()), *suites[one.id])
    deduplicated = {name: tuple(dict.fromkeys(found)) for name, found in services.items()}
    return Affected(changes, suites, deduplicated)


def _hit(
    areas: Mapping[Of, Iterable[Area]], files: Iterable[str], dependencies: Dependencies
) -> dict[Of, tuple[str, ...]]:
    index = Index(areas)
    found: dict[Of, dict[str, None]] = {one: {} for one in areas}
    for file in files:
        everybodys = dependencies.everybodys(file)
        for one in areas if everybodys else index.owners(file):
            found[one][file] = None
    return {one: tuple(hit) for one, hit in found.items() if hit}
