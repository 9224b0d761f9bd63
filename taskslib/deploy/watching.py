"""Some services of a target while they come up: what waiting for a stack looks at."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from taskslib.deploy.running import Running, absent
from taskslib.deploy.target import Target
from taskslib.errors import StackError
from taskslib.stacks.docker import DockerEngine
from taskslib.stacks.engine import ComposeConfig, Container, Watched
from taskslib.stacks.reach import Reach
from taskslib.stacks.reasons import broken_stack
from taskslib.stacks.wait import find_broken

_RESTARTS = 5
"""So often a container has ended since its turn came: it will not become ready."""


@dataclass(frozen=True, slots=True)
class Watch:
    """What comes up at a target; implements `stacks.engine.Watched`."""

    target: Target
    before: tuple[Running, ...]
    """What ran when their turn came."""
    services: frozenset[str]

    def containers(self, name: str) -> tuple[Container, ...]:
        """Return their containers, without ports: these may be for others than us to reach."""
        del name
        return watched(self.target.running(), self.before, self.services)

    def healths(self, containers: Iterable[Container]) -> Mapping[str, str]:
        """Return the health of containers, asked of each."""
        return self._engine.healths(containers)

    def probe_output(self, container: Container) -> str:
        """Return what the last runs of a container's healthcheck printed."""
        return self._engine.probe_output(container)

    def logs(self, name: str, *, tail: int, service: str = "", since: float = 0.0) -> str:
        """Return the last lines of the containers of a service."""
        return self._engine.logs(name, tail=tail, service=service, since=since)

    def podman(self) -> str:
        """Return Podman's version where the engine is that."""
        return self._engine.podman()

    def reach(self) -> Reach:
        """Return where published ports are reached; none is asked."""
        return Reach()

    @property
    def _engine(self) -> DockerEngine:
        return DockerEngine(self.target.cancellation, self.target.environ)


def watched(
    running: Iterable[Running], before: Iterable[Running], services: frozenset[str]
) -> tuple[Container, ...]:
    """Return the containers of some services, as waiting is to take them. Pure.

    One that ends again and again has ended, though its restart policy says otherwise. One that is
    the same as before, and that no healthcheck tells of, is as ready as it was. A service whose
    containers somebody has removed meanwhile is not.
    """
    earlier = {one.container.id: one.container for one in before}
    there = [one.container for one in running if one.container.service in services]
    missing = services - {one.service for one in there}
    taken = (_taken(one, earlier.get(one.id)) for one in there)
    return (*taken, *(absent(name) for name in sorted(missing)))


def _taken(now: Container, earlier: Container | None) -> Container:
    again = now.restarts - (earlier.restarts if earlier else 0)
    if now.state == "restarting":
        # The engine calls it unhealthy as soon as it has ended once.
        return replace(now, state="exited" if again >= _RESTARTS else now.state, health="")
    if earlier and earlier.state == now.state == "running" and not (now.health or again):
        return replace(now, health="healthy")
    return now


def with_logs(watch: Watched, name: str, config: ComposeConfig, error: StackError) -> StackError:
    """Return why services don't come up, with what each broken one logged."""
    broken = {
        one.service: one for one in watch.containers(name) if find_broken([one], config) is not None
    }
    found = [broken_stack(watch, name, one) for one in broken.values()]
    if not found:
        return error
    told = "\n\n".join(one.details for one in found)
    return StackError(", ".join(one.message for one in found), details=told, hint=found[0].hint)
