"""Which suites and services a set of changed files can affect, each with the files. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import TypeVar

from taskslib.events import SuiteId
from taskslib.project.changes import Changes
from taskslib.project.dependencies.areas import Area, Index, is_outside
from taskslib.project.dependencies.inputs import Dependencies
from taskslib.project.dependencies.packages import can_name

Before = Callable[[str], str | None]
"""Returns a file's text at the base; None where it was not there."""
Of = TypeVar("Of")


@dataclass(frozen=True, slots=True)
class Affected:
    """What has to run because of changes."""

    changes: Changes
    suites: Mapping[SuiteId, tuple[str, ...]]
    """Each with the changed files that it depends on; with none where everything counts."""
    services: Mapping[str, tuple[str, ...]]
    """By name likewise: what is made from other files, or has an affected suite."""


def affected(
    dependencies: Dependencies, changes: Changes, before: Before = lambda _: None
) -> Affected:
    """Return what changes affect, in the project's order.

    Args:
        dependencies: What depends on what now.
        changes: What changed.
        before: Is asked for manifests: who depended on a package by a name that is gone is in none
            of the files as they are now.
    """
    project = dependencies.project
    for file in sorted(filter(can_name, changes.files or ())):
        text = None if is_outside(file) else before(file)
        name = dependencies.packages.lost_name(file, text) if text is not None else ""
        if name:
            reason = f"{file} no longer names the package {name}"
            changes = Changes(changes.base, None, reason)
            break
    names = dict.fromkeys((*project.service_names(), *(one.id.name for one in project.suites)))
    if changes.files is None:
        everything: Mapping[str, tuple[str, ...]] = dict.fromkeys(names, ())
        return Affected(changes, {one.id: () for one in project.suites}, everything)
    of_suites = {one.id: dependencies.of(one).areas for one in project.suites}
    of_services = {one.name: dependencies.of_service(one) for one in project.services}
    files = sorted(one for one in changes.files if not dependencies.is_produced(one))
    suites = _hit(of_suites, files, dependencies)
    services = _hit(of_services, files, dependencies)
    for suite, found in suites.items():
        services[suite.name] = (*services.get(suite.name, ()), *found)
    ordered = {name: tuple(sorted({*services[name]})) for name in names if name in services}
    return Affected(changes, suites, ordered)


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
