"""What runs on a Swarm, as `docker inspect` tells of services and their tasks. Pure.

A task is a container to be, and stays what it was made for: what a service is to be now has new
ones in the places (slots) of the old. A Swarm calls one running only when its healthcheck, if it
has one, has passed; and it ends one that turns unhealthy.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from taskslib.deploy.record import PREFIX
from taskslib.deploy.running import Running, absent, moment
from taskslib.stacks.engine import Container

NAMESPACE = "com.docker.stack.namespace"
_ENDED = frozenset({"complete", "failed", "rejected"})
_REMOVED = frozenset({"shutdown", "remove", "orphaned"})
_STOPPED = frozenset({"paused", "rollback_started", "rollback_paused", "rollback_completed"})
"""What an update is that the Swarm itself has given up."""
_TIMES = 3
"""So often tasks of a service have ended since its turn came: it will not become ready."""


@dataclass(frozen=True, slots=True)
class Task:
    """A task of a service."""

    id: str
    service: str
    place: str
    """Its slot, or the node of a service that runs on each."""
    created: datetime
    state: str
    desired: str
    """What the Swarm wants it to come to: shutdown where another has its place."""
    since: str
    """When it came to that state, UTC."""
    error: str
    exit_code: int
    image: str
    labels: Mapping[str, str]
    checked: bool
    """Whether it has a healthcheck, as far as its service says so and not the image alone."""

    @property
    def wanted(self) -> bool:
        """Whether it is to go on, and does or will."""
        return not {self.desired, self.state} & _REMOVED and self.state not in _ENDED


@dataclass(frozen=True, slots=True)
class Service:
    """A service, and what its tasks are to be."""

    name: str
    """As the Compose file calls it."""
    image: str
    labels: Mapping[str, str]
    replicas: int
    """So many tasks at least; 1 where it depends on the nodes how many there are."""
    restarts: str
    """When a task is followed by another: none, on-failure, any."""
    update: str
    """How its last update is; empty where there was none."""
    tasks: tuple[Task, ...]
    """The oldest first."""

    @property
    def newest(self) -> tuple[Task, ...]:
        """The last task of each place that goes on; where none does, the last that ended itself.

        That is not always the last that was made: where a new one that was to start first has
        failed, the old one goes on in its place.
        """
        last = {task.place: task for task in self.tasks}
        wanted = {task.place: task for task in self.tasks if task.wanted}
        found = {**last, **wanted}
        return tuple(task for task in found.values() if task.state not in _REMOVED)


def parse_seen(stack: str, services: str, tasks: str) -> tuple[Service, ...]:
    """Return the services of a stack, by name, from what `docker inspect` prints of both."""
    told = sorted((_task(one) for one in json.loads(tasks or "[]")), key=lambda one: one.created)
    found = (_service(stack, one, told) for one in json.loads(services or "[]"))
    return tuple(sorted(found, key=lambda one: one.name))


def _service(stack: str, one: Mapping[str, Any], tasks: Iterable[Task]) -> Service:
    spec = one["Spec"]
    template = spec["TaskTemplate"]
    return Service(
        name=spec["Name"].removeprefix(f"{stack}_"),
        image=template["ContainerSpec"]["Image"],
        labels=template["ContainerSpec"].get("Labels") or {},
        replicas=(spec["Mode"].get("Replicated") or {}).get("Replicas", 1),
        restarts=(template.get("RestartPolicy") or {}).get("Condition") or "any",
        update=(one.get("UpdateStatus") or {}).get("State", ""),
        tasks=tuple(task for task in tasks if task.service == one["ID"]),
    )


def _task(one: Mapping[str, Any]) -> Task:
    container, status = one["Spec"]["ContainerSpec"], one["Status"]
    check = (container.get("Healthcheck") or {}).get("Test") or []
    return Task(
        id=one["ID"],
        service=one["ServiceID"],
        place=str(one.get("Slot") or one.get("NodeID", "")),
        created=datetime.fromisoformat(one["CreatedAt"]),
        state=status["State"],
        desired=one.get("DesiredState", ""),
        since=moment(status["Timestamp"]),
        error=status.get("Err", ""),
        exit_code=(status.get("ContainerStatus") or {}).get("ExitCode", 0),
        image=container["Image"],
        labels=container.get("Labels") or {},
        checked=bool(check) and check[0] != "NONE",
    )


def running(services: Iterable[Service]) -> tuple[Running, ...]:
    """Return the last task of each place as what runs there."""
    return tuple(_running(one, task) for one in services for task in one.newest)


def _running(service: Service, task: Task) -> Running:
    ours = {
        key.removeprefix(PREFIX): value
        for key, value in task.labels.items()
        if key.startswith(PREFIX)
    }
    return Running(_container(service, task), task.image, task.image, ours, task.since)


def _container(service: Service, task: Task) -> Container:
    """Return a task in the words for containers."""
    state, health, code = task.state, "", None
    if state in _ENDED:
        over = service.restarts == "none" or (state == "complete" and service.restarts != "any")
        ran = state == "complete" or task.exit_code > 0
        state = ("exited" if ran else state) if over else "restarting"
        code = task.exit_code if ran else None
    elif state == "running":
        health = "healthy" if task.checked else ""
    elif state == "starting" and task.checked:
        state, health = "running", "starting"
    elif task.error:
        state = f"{state} ({task.error})"
    return Container(
        id=task.id,
        name=f"{service.name}.{task.place}",
        service=service.name,
        state=state,
        created=task.created.isoformat(),
        health=health,
        exit_code=code,
    )


def watched(
    services: Iterable[Service], before: Iterable[Running], names: frozenset[str]
) -> tuple[Container, ...]:
    """Return some services' tasks, as waiting is to take them.

    Those of an earlier configuration count as not ready. A service whose new tasks end again and
    again, or whose update the Swarm has given up, is there as the last task that ended.

    Args:
        services: What there is.
        before: What there was when their turn came.
        names: The services that are waited for.
    """
    earlier = {one.container.id: one.container.created for one in before}
    since = max((datetime.fromisoformat(one) for one in earlier.values()), default=None)
    found = {one.name: one for one in services}
    missing = tuple(absent(name) for name in sorted(names - found.keys()))
    there = (found[name] for name in sorted(names & found.keys()))
    return (*missing, *(one for service in there for one in _watched(service, since, earlier)))


def _watched(
    service: Service, since: datetime | None, earlier: Iterable[str]
) -> Iterator[Container]:
    if (last := lost(service, since)) is not None:
        yield _broken(service, last)
        return
    newest = service.newest
    for task in newest:
        one = _container(service, task)
        if not _current(service, task):
            yield Container(one.id, one.name, one.service, "about to be replaced")
        elif task.id in earlier and one.state == "running" and not one.health:
            # What no healthcheck tells of is as ready as it was.
            yield Container(one.id, one.name, one.service, one.state, health="healthy")
        else:
            yield one
    for _ in range(service.replicas - len(newest)):
        yield absent(service.name)


def lost(service: Service, since: datetime | None) -> Task | None:
    """Return the last task that ended, where the service will not become ready; else None."""
    stopped = service.update in _STOPPED
    ended = [task for task in failed(service) if since is None or task.created > since]
    return ended[-1] if ended and (stopped or len(ended) >= _TIMES) else None


def failed(service: Service) -> tuple[Task, ...]:
    """Return the tasks that ended badly of what a service is to be now, the oldest first.

    Where the Swarm itself has gone back, those are of what it was to be.
    """
    either = service.update.startswith("rollback")
    return tuple(
        task
        for task in service.tasks
        if _ended_badly(service, task) and (either or _current(service, task))
    )


def _ended_badly(service: Service, task: Task) -> bool:
    """Tell whether a task ended that was to go on."""
    if task.state == "complete":
        return service.restarts == "any"
    return task.state in _ENDED


def _current(service: Service, task: Task) -> bool:
    """Tell whether a task is of what its service is to be now; each deployment has its labels."""
    return (task.image, task.labels) == (service.image, service.labels)


def _broken(service: Service, task: Task) -> Container:
    if "unhealthy" in task.error:
        state, health, code = "running", "unhealthy", None
    elif task.state == "complete" or task.exit_code > 0:
        state, health, code = "exited", "", task.exit_code
    else:
        state, health, code = task.state, "", None
    return Container(
        task.id, f"{service.name}.{task.place}", service.name, state, health=health, exit_code=code
    )
