"""The containers of a new instance, started as `depends_on` says, from one listing at a time.

Compose looks every half second whether what others wait for has come to that, once for each level
of a stack; a listing here takes a millisecond. So of a stack in which services wait it creates the
containers only, unless it has more to do at their start than to start them.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Protocol

from taskslib.errors import StackError
from taskslib.stacks.engine import ComposeConfig, Container, Watched
from taskslib.stacks.reasons import broken_stack, late_stack
from taskslib.stacks.wait import find_broken, listed, one_shots, pause_after

_AT_ONCE = 8
"""Containers that start at once; the engine takes one after the other for much of it."""
_KINDS = ("secrets", "configs")
_ITS_OWN = ("post_start", "provider")
"""Of a service: what Compose does when it starts it."""
_COPIED = ("content", "environment")
"""Of a secret or configuration: what Compose copies into a container before it starts it."""


class Starts(Watched, Protocol):
    """What is needed of an engine."""

    def launch(self, container: Container, *, limit: float) -> None:
        """Start a container that was made, in so many seconds. Raises `StackError`."""


def by_levels(config: ComposeConfig) -> bool:
    """Return whether services wait for others, and to start them is all that it takes. Pure."""
    services = (config.get("services") or {}).values()
    conditions = {
        how["condition"] for one in services for how in (one.get("depends_on") or {}).values()
    }
    if conditions <= {"service_started"} or any(
        one.get(key) for one in services for key in _ITS_OWN
    ):
        return False
    copied = {
        (kind, key)
        for kind in _KINDS
        for key, one in (config.get(kind) or {}).items()
        if any(name in one for name in _COPIED)
    }
    used = (
        (kind, one["source"]) for it in services for kind in _KINDS for one in it.get(kind) or ()
    )
    return copied.isdisjoint(used)


def startable(containers: Sequence[Container], config: ComposeConfig) -> tuple[Container, ...]:
    """Return the containers that were made and may start, by what they depend on. Pure.

    Raises `StackError` for one that waits for the health of one without a healthcheck.
    """
    return tuple(
        one
        for one in containers
        if one.state == "created"
        and all(_come_to(how, other) for how, other in _needed(one, containers, config))
    )


def awaited(containers: Sequence[Container], config: ComposeConfig) -> tuple[str, ...]:
    """Return what those that were made still wait for, and how that is: `store starting`. Pure."""
    found = (
        f"{other.service} {other.health or other.state}"
        for one in containers
        if one.state == "created"
        for how, other in _needed(one, containers, config)
        if other.state != "created" and not _come_to(how, other)
    )
    return tuple(dict.fromkeys(found))


def _needed(
    container: Container, containers: Sequence[Container], config: ComposeConfig
) -> Iterator[tuple[str, Container]]:
    """Yield the containers that one depends on, each with the condition."""
    service = (config.get("services") or {}).get(container.service) or {}
    for key, how in (service.get("depends_on") or {}).items():
        yield from ((how["condition"], other) for other in containers if other.service == key)


def _come_to(condition: str, container: Container) -> bool:
    """Return whether a container has come to what others wait for."""
    if container.state == "created":
        return False
    if condition == "service_completed_successfully":
        return container.state == "exited" and container.exit_code == 0
    if condition != "service_healthy":
        return True
    if container.state == "running" and not container.health:
        raise StackError(
            f"{container.service} has no healthcheck, and others wait until it is healthy",
            hint=f"give service {container.service!r} a healthcheck, or let them wait with "
            "`condition: service_started`",
        )
    return container.health == "healthy"


def start_in_order(
    engine: Starts,
    name: str,
    config: ComposeConfig,
    *,
    limit: float,
    pause: Callable[[float], None],
) -> None:
    """Start the containers of an instance that were made, each when it may.

    `pause` waits and raises where the run is cancelled. Raises `StackError`, with logs and probe
    output, for one that does not start, that ends or turns unhealthy while others wait, or where
    `limit` seconds don't do.
    """
    began = time.monotonic()
    started: dict[str, Future[None]] = {}
    with ThreadPoolExecutor(_AT_ONCE, "start") as pool:
        while True:
            looked = time.monotonic()
            containers = listed(engine, name, config)
            for launched in started.values():
                if launched.done():
                    launched.result()
            if broken := find_broken(containers, config):
                raise broken_stack(engine, name, broken)
            for one in startable(containers, config):
                if one.id not in started:
                    started[one.id] = pool.submit(engine.launch, one, limit=limit)
            if all(one.id in started and started[one.id].done() for one in containers):
                break
            late = awaited(containers, config)
            if late and time.monotonic() - began > limit:
                raise late_stack(engine, name, containers, late, limit, one_shots(config))
            pause(pause_after(looked, began))
