"""What runs at a target, as `docker inspect` tells it. Pure."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from taskslib.deploy.record import PREFIX
from taskslib.stacks.engine import ComposeLabel, Container

_STOPPED = frozenset({"created", "exited", "dead", "removing", "failed", "rejected"})
"""States in which nothing runs; the last two are of a Swarm's tasks."""


@dataclass(frozen=True, slots=True)
class Running:
    """A container of what is deployed, whatever its state."""

    container: Container
    image: str
    """The reference that it was made from."""
    image_id: str
    labels: Mapping[str, str]
    """What it says of its deployment, without the prefix; empty where that was by hand."""
    since: str = ""
    """Since when its state is what it is, UTC; empty where nobody started it."""

    @property
    def runs(self) -> bool:
        """Whether it runs, or is about to; one that has ended, or that nobody started, does not."""
        return self.container.state not in _STOPPED


def absent(service: str) -> Container:
    """Return what stands for a container that a service is to have and that is not there."""
    return Container(service, service, service, "not there")


def has_none(service: Mapping[str, Any]) -> bool:
    """Return whether a service of a configuration is to have no container."""
    return 0 in {service.get("scale"), (service.get("deploy") or {}).get("replicas")}


def starts_first(service: Mapping[str, Any]) -> bool:
    """Return whether a service's new container is to be well before the old one is stopped."""
    order = ((service.get("deploy") or {}).get("update_config") or {}).get("order")
    return bool(order == "start-first")


def moment(told: str) -> str:
    """Return a time that an engine tells, in UTC to the second; empty for none, the year 1."""
    at = datetime.fromisoformat(told)
    return at.astimezone(UTC).isoformat(timespec="seconds") if at.year > 1 else ""


def parse_inspected(told: str) -> tuple[Running, ...]:
    """Return the containers of `docker inspect`, by service."""
    found = (_running(one) for one in json.loads(told or "[]"))
    return tuple(sorted(found, key=lambda one: (one.container.service, one.container.name)))


def _running(one: Mapping[str, Any]) -> Running:
    config, state = one["Config"], one["State"]
    labels = config.get("Labels") or {}
    health = (state.get("Health") or {}).get("Status", "")
    code = state["ExitCode"] if state["Status"] in {"exited", "restarting", "dead"} else None
    container = Container(
        id=one["Id"],
        name=one["Name"].removeprefix("/"),
        service=labels.get(ComposeLabel.SERVICE, ""),
        state=state["Status"],
        health="" if health == "none" else health,
        exit_code=code,
        restarts=one.get("RestartCount", 0),
    )
    ours = {
        key.removeprefix(PREFIX): value for key, value in labels.items() if key.startswith(PREFIX)
    }
    since = moment(state["StartedAt" if code is None else "FinishedAt"])
    return Running(container, config["Image"], one["Image"], ours, since)
