"""What a deployment comes to: which configuration, in which order, in whose place. Pure.

Compose's `up` of a whole stack stops the old containers of all services, then starts the new ones
one after the other: a migration that fails has by then ended what it was for. So services are
brought up here in the order of their dependencies, each only when what it depends on is ready.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from graphlib import TopologicalSorter
from typing import Any

from taskslib.deploy.record import IMAGE, Deployment, Who, bare
from taskslib.deploy.running import Running
from taskslib.deploy.uploads import Upload
from taskslib.stacks.endpoints import literal
from taskslib.stacks.engine import ComposeConfig
from taskslib.stacks.wait import one_shots

_SHARED = ("network_mode", "ipc", "pid")
"""Where a service names another whose container it goes into: `service:NAME`."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is to run."""

    version: str
    commit: str
    config: ComposeConfig
    """Every image of the release by its digest."""
    uploads: tuple[Upload, ...] = ()
    """What it has by a name, and the target may not have yet."""


class Kind(StrEnum):
    """What becomes of a service."""

    NEW = "new"
    CHANGED = "changed"
    SAME = "same"
    GONE = "gone"


@dataclass(frozen=True, slots=True)
class Change:
    """What becomes of a service, and its images before and after; empty where there is none."""

    service: str
    kind: Kind
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Plan:
    """A deployment before it happens."""

    deployment: Deployment
    current: Deployment | None
    """The recorded one."""
    before: ComposeConfig | None
    """What failing goes back to; None where nothing of it runs."""
    changes: tuple[Change, ...]
    """By service; also of those that run and that no deployment had."""
    unrecorded: bool
    """Whether something runs, and nothing is recorded."""

    @property
    def repeats(self) -> bool:
        """Whether it is what was deployed last."""
        return self.current is not None and self.deployment.number == self.current.number

    def services(self, kind: Kind) -> frozenset[str]:
        """Return the services of which the same becomes."""
        return frozenset(one.service for one in self.changes if one.kind is kind)


def plan(
    wanted: Wanted, records: Sequence[Deployment], running: Iterable[Running], who: Who
) -> Plan:
    """Return the plan of a deployment.

    Args:
        wanted: What is to run.
        records: What was deployed, the oldest first.
        running: What runs now.
        who: Who deploys.
    """
    current = records[-1] if records else None
    there = tuple(running)
    unrecorded = current is None and any(one.runs for one in there)
    before = current.config if current else adopted(wanted.config, there)
    number = current.number + 1 if current else 1
    new = Deployment(number, wanted.version, wanted.commit, who.by, who.host, who.at)
    found = changes(before or {}, wanted.config)
    same = all(one.kind is Kind.SAME for one in found)
    same = same and _besides(before or {}) == _besides(wanted.config)
    found = tuple(sorted((*found, *_strays(found, there)), key=lambda one: one.service))
    if current and current.version == wanted.version and same:
        return Plan(current, current, before, found, unrecorded)
    config = stamped(wanted.config, current.config if current else {}, new)
    return Plan(replace(new, config=config), current, before, found, unrecorded)


def pinned(config: ComposeConfig, images: Mapping[str, str]) -> ComposeConfig:
    """Return a configuration with other images, that neither asks for profiles nor pulls.

    Args:
        config: As Compose resolved it; services whose profile is off are not in it.
        images: References by service.
    """
    services = {}
    for name, one in config["services"].items():
        kept = {key: value for key, value in one.items() if key != "profiles"}
        image = {"image": images[name]} if name in images else {}
        services[name] = {**kept, **image, "pull_policy": "never"}
    return {**config, "services": services}


def stamped(config: ComposeConfig, before: ComposeConfig, made: Deployment) -> ComposeConfig:
    """Return a configuration whose containers say which deployment they are of.

    A service that is as it was keeps the words that it has: others would recreate its container.
    """
    labels = {key: literal(value) for key, value in made.labels.items()}
    old = before.get("services") or {}
    services = {}
    for name, one in config["services"].items():
        same = name in old and bare(old[name]) == bare(one)
        ours = {**labels, IMAGE: literal(one["image"])}
        kept = {**one, "labels": {**(one.get("labels") or {}), **ours}}
        services[name] = old[name] if same else kept
    return {**config, "services": services}


def changes(before: ComposeConfig, after: ComposeConfig) -> tuple[Change, ...]:
    """Return what becomes of each service."""
    old, new = before.get("services") or {}, after["services"]
    return tuple(_change(name, old.get(name), new.get(name)) for name in sorted({*old, *new}))


def _besides(config: ComposeConfig) -> dict[str, Any]:
    """Return what a configuration has besides services."""
    return {key: one for key, one in config.items() if key != "services"}


def _change(name: str, old: Mapping[str, Any] | None, new: Mapping[str, Any] | None) -> Change:
    before, after = (one["image"] if one else "" for one in (old, new))
    if old is None or new is None:
        return Change(name, Kind.NEW if old is None else Kind.GONE, before, after)
    return Change(name, Kind.SAME if bare(old) == bare(new) else Kind.CHANGED, before, after)


def _strays(known: Iterable[Change], running: Iterable[Running]) -> Iterator[Change]:
    """Yield what becomes of services that run, and that neither deployment has."""
    images = {one.container.service: one.image for one in running}
    for name in images.keys() - {one.service for one in known} - {""}:
        yield Change(name, Kind.GONE, images[name], "")


def adopted(config: ComposeConfig, running: Iterable[Running]) -> ComposeConfig | None:
    """Return what runs without a record: its images in the configuration of today.

    None where no service of it runs: what failed or was stopped is not what to go back to. Of
    the others only one-shots may have ended.
    """
    once = one_shots(config)
    found = [one for one in running if one.runs or one.container.service in once]
    images = {one.container.service: one.image_id for one in found}
    there = {
        name: {**one, "image": images[name], "pull_policy": "never"}
        for name, one in config["services"].items()
        if name in images
    }
    return {**config, "services": there} if there.keys() - once else None


def alone(config: ComposeConfig) -> ComposeConfig:
    """Return a configuration in which no service waits for another: the order is ours."""
    services = {
        name: {key: value for key, value in one.items() if key != "depends_on"}
        for name, one in config["services"].items()
    }
    return {**config, "services": services}


def levels(config: ComposeConfig) -> tuple[tuple[str, ...], ...]:
    """Return the services in the order in which they come up; those of a level at once."""
    services = config["services"]
    graph = {name: set(_needs(one)) & services.keys() for name, one in services.items()}
    sorter = TopologicalSorter(graph)
    sorter.prepare()
    found = []
    while sorter.is_active():
        ready = sorter.get_ready()
        found.append(tuple(sorted(ready)))
        sorter.done(*ready)
    return tuple(found)


def _needs(service: Mapping[str, Any]) -> Iterator[str]:
    """Yield the services that one needs, also where Compose's `depends_on` does not say so."""
    yield from service.get("depends_on") or ()
    for told in (service.get(key) or "" for key in _SHARED):
        kind, _, name = told.partition(":")
        if kind == "service":
            yield name
    listed = itertools.chain(service.get("links") or (), service.get("volumes_from") or ())
    yield from (told.partition(":")[0] for told in listed)
