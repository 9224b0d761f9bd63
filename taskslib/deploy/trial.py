"""A trial: new containers of services beside those that run, before these are stopped for them.

Compose stops a service's old container before it starts the new one: one that does not come up is
then missing until it is taken back. The key for it, `deploy.update_config.order: start-first`, is
one that a Swarm obeys and Compose ignores. So where it is set, a one-off container is made as the
new one will be, but that nothing leads to: no published port, no name that others know, no label
that a proxy goes by. It is not kept, since Compose can't make a one-off a service's own.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import Any

from taskslib.deploy.composing import compose
from taskslib.deploy.record import PREFIX
from taskslib.deploy.running import Running, has_none, parse_inspected, starts_first
from taskslib.deploy.target import Target
from taskslib.deploy.watching import Watch, watched
from taskslib.errors import EngineError
from taskslib.stacks.client import last_lines
from taskslib.stacks.engine import ComposeConfig, Container
from taskslib.stacks.wait import one_shots

TRIAL = f"{PREFIX}trial"
"""On a container: the Compose project name of the environment that it is tried for."""
_ONLY_ONCE = frozenset({"container_name", "mac_address", "ports"})
"""What only one container can have at a time."""
_LEADS_THERE = frozenset({"aliases", "ipv4_address", "ipv6_address", "link_local_ips"})
"""What others know a container by in a network."""
_SHARED_NETWORK = ("host", "service:", "container:")
"""How a `network_mode` begins in which the old container has the ports that the new one needs."""
_STOPPING = 300.0
"""Seconds for containers that may end in their own time."""


def alone_in_network(service: Mapping[str, Any]) -> bool:
    """Return whether a service's containers have a network of their own each."""
    return not str(service.get("network_mode") or "").startswith(_SHARED_NETWORK)


def tried(
    config: ComposeConfig, services: Iterable[str], running: Iterable[Running]
) -> tuple[str, ...]:
    """Return which services are tried first: those that run, start first, and are replaced. Pure.

    Every change of a service changes what its labels say of its deployment; so they tell.
    """
    there = [one for one in running if one.container.state == "running"]
    chosen = set(services) - one_shots(config)
    stale = {
        one.container.service
        for one in there
        if one.container.service in chosen
        and one.labels != _told(config["services"][one.container.service])
    }
    return tuple(
        name
        for name, one in sorted(config["services"].items())
        if name in stale and starts_first(one) and alone_in_network(one) and not has_none(one)
    )


def _told(service: Mapping[str, Any]) -> dict[str, str]:
    """Return what the labels of a service say of its deployment, without the prefix."""
    labels = service.get("labels") or {}
    return {
        key.removeprefix(PREFIX): value.replace("$$", "$")
        for key, value in labels.items()
        if key.startswith(PREFIX)
    }


def beside(config: ComposeConfig, name: str) -> ComposeConfig:
    """Return a configuration whose containers can run beside others of it, found by none. Pure."""
    services = {key: _beside(one, name) for key, one in config["services"].items()}
    return {**config, "services": services}


def _beside(service: Mapping[str, Any], name: str) -> dict[str, Any]:
    kept = {key: value for key, value in service.items() if key not in _ONLY_ONCE}
    if networks := service.get("networks"):
        kept["networks"] = {
            key: {what: value for what, value in (at or {}).items() if what not in _LEADS_THERE}
            for key, at in networks.items()
        }
    return {**kept, "labels": {TRIAL: name}}


@dataclass(frozen=True, slots=True)
class Trial(Watch):
    """The new containers of some services beside the old; implements `stacks.engine.Watched`."""

    def start(self, config: ComposeConfig, *, limit: float) -> None:
        """Start them. Raises `StackError`, also where one takes more than `limit` seconds.

        One after the other: Compose, called twice at once, makes a network that is missing twice.
        """
        made = beside(config, self.target.name)
        for service in sorted(self.services):
            stdin = str(bool(made["services"][service].get("stdin_open"))).lower()
            flags = ("--detach", "--no-deps", "--no-TTY", f"--interactive={stdin}")
            named = ("--name", f"{self.target.name}-{service}-trial")
            compose(self.target, made, ("run", *flags, *named), (service,), limit=limit)

    @contextmanager
    def removed(self) -> Iterator[None]:
        """Have them removed at the end, however that comes; if all is well, in their own time."""
        try:
            yield
            ids = (one.container.id for one in self._there())
            self.target.docker.run("stop", *ids, timeout=_STOPPING)
        except BaseException:
            with suppress(EngineError):  # what happened before is what is to be said
                remove_trials(self.target)
            raise
        remove_trials(self.target)

    def containers(self, name: str) -> tuple[Container, ...]:
        """Return them."""
        del name
        return watched(self._there(), (), self.services)

    def logs(self, name: str, *, tail: int, service: str = "", since: float = 0.0) -> str:
        """Return the last lines of a service's; Compose would mix them with those of the old."""
        del name, since
        found = [one.container for one in self._there() if service in {"", one.container.service}]
        return "\n".join(line for one in found for line in self._logged(one, tail))

    def _logged(self, container: Container, tail: int) -> Iterator[str]:
        told = self.target.docker.run("logs", "--tail", str(tail), container.id)
        for line in (told.stdout + told.stderr).splitlines():
            yield f"{container.service}-trial  | {line}"

    def _there(self) -> tuple[Running, ...]:
        return parse_inspected(self.target.inspected(_ids(self.target), "container", "inspect"))


def remove_trials(target: Target) -> bool:
    """Remove the trials of an environment, also those of others, and return whether any was there.

    Raises `EngineError` where that fails.
    """
    found = _ids(target)
    if found:
        done = target.docker.run("rm", "--force", "--volumes", *found, essential=True)
        if left := _ids(target):
            raise EngineError(
                "a container that was only tried can't be removed",
                details=last_lines(done.stderr),
                hint=f"{target.client} rm --force --volumes {left[0]}",
            )
    return bool(found)


def _ids(target: Target) -> list[str]:
    ours = ("--filter", f"label={TRIAL}={target.name}")
    return target.docker.ask("ps", "--all", "--quiet", *ours, essential=True).split()
