"""The containers of a new instance, started as `depends_on` says, from one listing at a time.

Compose looks every half second whether what others wait for has come to that, once for each level
of a stack; a listing here takes a millisecond. So of a stack in which services wait it creates the
containers only, unless it has more to do at their start than to start them.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Protocol

from taskslib.errors import StackError
from taskslib.stacks.engine import ComposeConfig, Container, Watched
from taskslib.stacks.reasons import broken_stack, completes, late_stack
from taskslib.stacks.wait import find_broken, listed, one_shots, pause_after

_MADE = frozenset({"configured", "created", "initialized"})
"""States of a container that has not been started; two are Podman's."""
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
    waits = [how for one in services for how in (one.get("depends_on") or {}).values()]
    # What is not required may fail: Compose says so, and goes on.
    if any(how.get("required") is False for how in waits):
        return False
    if all(how["condition"] == "service_started" for how in waits) or any(
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
        if one.state in _MADE
        and all(_come_to(how, other) for how, other in _needed(one, containers, config))
    )


def awaited(containers: Sequence[Container], config: ComposeConfig) -> tuple[str, ...]:
    """Return what those that were made still wait for, and how that is: `store starting`. Pure."""
    found = (
        f"{other.service} {other.health or other.state}"
        for one in containers
        if one.state in _MADE
        for how, other in _needed(one, containers, config)
        if other.state not in _MADE and not _come_to(how, other)
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
    if container.state in _MADE:
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
    output, for one that does not start, that ends or turns unhealthy while others wait, that
    somebody removes, or where `limit` seconds don't do.
    """
    with ThreadPoolExecutor(_AT_ONCE, "start") as pool:
        try:
            _started(engine, name, config, pool, limit, pause)
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)  # those that have begun are waited for
            raise


def _started(
    engine: Starts,
    name: str,
    config: ComposeConfig,
    pool: ThreadPoolExecutor,
    limit: float,
    pause: Callable[[float], None],
) -> None:
    began = time.monotonic()
    launches: dict[str, Future[None]] = {}
    made: dict[str, str] = {}
    while True:
        looked = time.monotonic()
        containers = listed(engine, name, config)
        took = time.monotonic() - looked
        made = made or {one.id: one.service for one in containers}
        _refuse_gone(made, containers)
        for launch in launches.values():
            if launch.done():
                launch.result()
        if broken := find_broken(containers, config):
            raise broken_stack(engine, name, broken)
        for one in startable(containers, config):
            if one.id not in launches:
                launches[one.id] = pool.submit(engine.launch, one, limit=limit)
        if all(_begun(one, launches) for one in containers):
            break
        late = awaited(containers, config)
        if late and time.monotonic() - began > limit:
            once = completes(one_shots(config), "`start`")
            raise late_stack(engine, name, containers, late, limit, once)
        pause(pause_after(took, began))
    for launch in launches.values():
        launch.result()


def _begun(container: Container, launches: Mapping[str, Future[None]]) -> bool:
    """Return whether nothing is to be done any more for a container's start."""
    if container.id in launches:
        return launches[container.id].done()
    return container.state not in _MADE  # somebody else started it


def _refuse_gone(made: Mapping[str, str], containers: Iterable[Container]) -> None:
    """Raise `StackError` where a container that was made is not there any more."""
    there = {one.id for one in containers}
    gone = sorted({service for key, service in made.items() if key not in there})
    if gone or not made:
        raise StackError(
            f"{', '.join(gone) or 'all of the stack'} was removed while the stack started",
            hint="who removes containers here that do not run (`docker container prune`)?",
        )
