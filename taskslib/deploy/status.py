"""How a deployment is: what runs, held against what was recorded. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from taskslib.deploy.lock import Holder
from taskslib.deploy.oneshots import made_by, remark, trouble
from taskslib.deploy.record import Deployment
from taskslib.deploy.running import Running, has_none
from taskslib.stacks.engine import Container
from taskslib.stacks.wait import one_shots

_SHORT = 12
"""Digits of a digest that are shown."""


@dataclass(frozen=True, slots=True)
class Row:
    """A container, or a service that has none."""

    service: str
    version: str
    """Of the deployment that made it; empty where none did."""
    image: str
    """The reference that it runs."""
    digest: str
    """That of the image: the registry's where it was pulled by it, else the engine's id."""
    health: str
    at: str
    """When it was deployed, UTC."""
    since: str
    """Since when it is as it is, UTC; empty where it never ran."""
    by: str
    host: str
    drift: str
    """How it is not as it was deployed; empty where it is."""
    well: bool
    """Whether it is as healthy as it can be."""
    note: str = ""
    """What is to be known of it though it is well."""


@dataclass(frozen=True, slots=True)
class Status:
    """How an environment is."""

    environment: str
    name: str
    """Its Compose project name."""
    current: Deployment | None
    previous: Deployment | None
    """What `--rollback` goes back to."""
    rows: tuple[Row, ...]
    holder: Holder | None = None
    """Who deploys just now."""

    @property
    def empty(self) -> bool:
        """Whether nothing is deployed, nor runs."""
        return self.current is None and not self.rows

    @property
    def well(self) -> bool:
        """Whether there is something, and everything runs as it was deployed, and is healthy."""
        return not self.empty and all(one.well and not one.drift for one in self.rows)


def status_of(
    environment: str,
    name: str,
    records: Sequence[Deployment],
    running: Iterable[Running],
    holder: Holder | None,
) -> Status:
    """Return how an environment is, from what its target keeps and runs."""
    current = records[-1] if records else None
    previous = records[-2] if len(records) > 1 else None
    rows = tuple(_rows(current, tuple(running)))
    return Status(environment, name, current, previous, rows, holder)


def _rows(current: Deployment | None, running: tuple[Running, ...]) -> Iterator[Row]:
    services = current.config["services"] if current else {}
    once = one_shots(current.config) if current else frozenset()
    for one in running:
        service = one.container.service
        if current and service in once:
            # Going back runs no one-shot again: what is there may be the newer version's.
            drift = trouble(current.config, one)
            note = "" if drift else remark(current.config, one)
            yield _row(one, drift, well=not drift, note=note)
        else:
            yield _row(one, _drift(current, one), well=_well(one.container))
    there = {one.container.service for one in running}
    for name in sorted(services.keys() - there):
        fine = name in once or has_none(services[name])
        lost = "" if fine else "its container is missing"
        image = services[name]["image"]
        yield Row(name, "", image, _digits(image), "missing", "", "", "", "", lost, well=fine)


def _row(one: Running, drift: str, *, well: bool, note: str = "") -> Row:
    told = one.labels
    return Row(
        one.container.service,
        told.get("version", ""),
        one.image,
        digest_of(one),
        health_words(one.container),
        told.get("at", ""),
        one.since,
        told.get("by", ""),
        told.get("host", ""),
        drift,
        well,
        note,
    )


def _drift(current: Deployment | None, one: Running) -> str:
    if current is None:
        return "no deployment is recorded"
    wanted = current.config["services"].get(one.container.service)
    if wanted is None:
        return "no service of the deployment"
    if one.image != wanted["image"]:
        return f"not the image of the deployment, {_digits(wanted['image']) or wanted['image']}"
    return "" if made_by(current.config, one) else "not made by that deployment"


def _well(container: Container) -> bool:
    return container.state == "running" and container.health in {"", "healthy"}


def health_words(container: Container) -> str:
    """Return how a container is: `healthy`, `running`, `exited 1`."""
    if container.exit_code is not None:
        return f"{container.state} {container.exit_code}"
    return container.health or container.state


def digest_of(one: Running) -> str:
    """Return the short digest of what a container runs."""
    return _digits(one.image) or _digits(one.image_id)


def _digits(reference: str) -> str:
    """Return the short digest of a reference; empty where it has none."""
    _, found, digest = reference.rpartition("sha256:")
    return digest[:_SHORT] if found else ""
