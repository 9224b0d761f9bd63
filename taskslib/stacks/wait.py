"""When is a stack ready? Decided here, from one listing at a time, instead of by `up --wait`.

Compose's own `--wait` takes a one-shot that ended well for a failure, and a service without a
healthcheck that dies after a second for a success; and it looks only once in a while.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

from taskslib.stacks.engine import ComposeConfig, Container, Watched
from taskslib.stacks.observing import Observed, Observer, tcp_ports
from taskslib.stacks.reasons import SILENT, broken_stack, completes, late_stack

_PAUSE = 0.02
"""Seconds between two listings at least."""
_OF_A_LOOK = 4
"""How much longer than a listing took: 1 ms by the engine's socket, 25 ms by its client."""
_OF_THE_TIME = 0.02
"""How much later than needed a stack that takes long may be found ready."""
_OVER = frozenset({"dead", "removing", "failed", "rejected"})
"""States that nothing comes after; the last two are of a Swarm's tasks that never ran."""
_SETTLE = 1.0
"""Seconds that a container with neither healthcheck nor published port must have been running."""


@dataclass(frozen=True, slots=True)
class Readiness:
    """What a listing says of a stack."""

    waiting: tuple[str, ...] = ()
    """What is not ready yet, as words for people."""
    broken: Container | None = None
    """The first container that will not become ready."""

    @property
    def ready(self) -> bool:
        """Whether the tests may begin."""
        return not self.waiting and self.broken is None


@dataclass(frozen=True, slots=True)
class Expected:
    """What services are to come to; of all others running is enough, and ending with 0."""

    lasting: frozenset[str] = frozenset()
    """They must stay up."""
    once: frozenset[str] = frozenset()
    """They must end with 0, however long that takes."""


def expected_of(config: ComposeConfig) -> Expected:
    """Return what the services of a configuration are to come to."""
    return Expected(lasting_services(config), one_shots(config))


def readiness(containers: Iterable[Container], expected: Expected, observed: Observed) -> Readiness:
    """Return what a listing says of a stack."""
    waiting = []
    for container in containers:
        verdict = _verdict(container, expected, observed)
        if verdict is None:
            return Readiness(broken=container)
        if verdict:
            waiting.append(f"{container.service} {verdict}")
    return Readiness(tuple(waiting))


def _verdict(container: Container, expected: Expected, observed: Observed) -> str | None:
    """Return why a container is not ready, empty if it is, None if it never will be."""
    if container.state == "exited":
        done = container.exit_code == 0 and container.service not in expected.lasting
        return "" if done else None
    if container.state in _OVER:
        return None
    if container.service in expected.once:  # a healthcheck, as its image may have, is another's
        settled = container.id in observed.settled
        return "running (not yet complete)" if settled else container.state
    if container.health == "unhealthy":
        return None
    return _up(container, observed)


def _up(container: Container, observed: Observed) -> str:
    """Return why a container that is to run is not ready, empty if it is."""
    if container.state != "running":
        return container.state
    if container.health:
        return "" if container.health == "healthy" else container.health
    if tcp_ports(container):
        return "" if container.id in observed.answering else SILENT
    return "" if container.id in observed.settled else "running"


def lasting_services(config: ComposeConfig) -> frozenset[str]:
    """Return the services that are there to stay: with a port, a healthcheck, or waited for so.

    One that others wait for to complete is none, whatever else it has.
    """
    services = config.get("services") or {}
    lasting = {name for name, one in services.items() if one.get("ports") or _checked(one)}
    lasting |= _awaited(config, "service_healthy")
    return frozenset(lasting - one_shots(config))


def one_shots(config: ComposeConfig) -> frozenset[str]:
    """Return the services that others wait for to complete, such as a migration."""
    return frozenset(_awaited(config, "service_completed_successfully"))


def ended_services(containers: Iterable[Container], config: ComposeConfig) -> tuple[str, ...]:
    """Return the services that have ended, and for whose end nobody waits."""
    found = list(containers)
    ended = {one.service for one in found if one.state == "exited"}
    running = {one.service for one in found if one.state == "running"}
    return tuple(sorted(ended - running - one_shots(config)))


def _awaited(config: ComposeConfig, condition: str) -> set[str]:
    """Return the services that others wait for in some way."""
    found = set()
    for one in (config.get("services") or {}).values():
        dependencies = one.get("depends_on")
        for name, how in (dependencies if isinstance(dependencies, dict) else {}).items():
            if how.get("condition") == condition:
                found.add(name)
    return found


def _checked(service: Mapping[str, Any]) -> bool:
    check = service.get("healthcheck") or {}
    return bool(check) and not check.get("disable") and check.get("test") != ["NONE"]


def wait_ready(
    engine: Watched,
    name: str,
    config: ComposeConfig,
    *,
    timeout: float,
    pause: Callable[[float], None],
    progress: Callable[[str], None] = lambda _: None,
    settle: float = _SETTLE,
) -> tuple[Container, ...]:
    """Wait until an instance is ready and return its containers.

    `pause` waits and raises where the run is cancelled; `progress` is told how each container is;
    `settle` are the seconds that one must have been running of which nothing else tells.
    Raises `StackError`, with logs and probe output, for a container that ends, turns unhealthy
    or isn't ready in `timeout` seconds.
    """
    expected = expected_of(config)
    observer = Observer(engine.reach().host, settle)
    started = time.monotonic()
    while True:
        looked = time.monotonic()
        containers = listed(engine, name, config)
        took = time.monotonic() - looked
        state = readiness(containers, expected, observer.look(containers))
        if state.broken is not None:
            raise broken_stack(engine, name, state.broken)
        if state.ready:
            return containers
        progress(_how_far(containers, state))
        if time.monotonic() - started > timeout:
            late = waiting(
                state, {one.service: partial(observer.silent, one) for one in containers}
            )
            raise late_stack(engine, name, containers, late, timeout, completes(expected.once))
        pause(pause_after(took, started))


def pause_after(took: float, began: float) -> float:
    """Return the seconds to the next look.

    Args:
        took: The seconds of the last listing.
        began: When the first look was, by `time.monotonic`.
    """
    return max(_PAUSE, took * _OF_A_LOOK, (time.monotonic() - began) * _OF_THE_TIME)


def waiting(state: Readiness, silent: Mapping[str, Callable[[], Sequence[str]]]) -> tuple[str, ...]:
    """Return what is not ready yet, with the ports that don't answer, asked for by service."""
    words = []
    for one in state.waiting:
        ports = silent[one.split(" ", 1)[0]]() if one.endswith(SILENT) else ()
        words.append(f"{one} at {', '.join(ports)}" if ports else one)
    return tuple(words)


def listed(engine: Watched, name: str, config: ComposeConfig) -> tuple[Container, ...]:
    """Return the containers of an instance with their health, whatever the engine's listing tells.

    That of Podman never tells it: a container with a healthcheck would count as one without.
    """
    found = engine.containers(name)
    checked = {key for key, one in (config.get("services") or {}).items() if _checked(one)}
    checked |= _awaited(config, "service_healthy")  # by the healthcheck of its image
    silent = [
        one for one in found if one.state == "running" and not one.health and one.service in checked
    ]
    healths = engine.healths(silent) if silent else {}
    return tuple(replace(one, health=healths.get(one.id, one.health)) for one in found)


def _how_far(containers: Iterable[Container], state: Readiness) -> str:
    """Return the state of each container, first those that are waited for."""
    waiting = {words.split(" ", 1)[0] for words in state.waiting}
    ready = (one for one in containers if one.service not in waiting)
    return ", ".join((*state.waiting, *(f"{one.service} {_ready(one)}" for one in ready)))


def _ready(container: Container) -> str:
    return "done" if container.state == "exited" else container.health or container.state


def find_broken(containers: Iterable[Container], config: ComposeConfig) -> Container | None:
    """Return the container for which a stack did not come up, if a listing shows one."""
    return readiness(containers, expected_of(config), Observed()).broken
