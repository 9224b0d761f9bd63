"""A container engine in memory: passes the contract tests that the real one passes.

What it is told to do wrong is data, so that a test reads as a story: `FakeEngine(fails={"start"})`.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from itertools import count
from typing import Any

from taskslib.errors import BuildError, ConfigError, EngineError, StackError
from taskslib.project.model import Stack
from taskslib.stacks.engine import ComposeConfig, Container, Label
from taskslib.stacks.reach import Reach
from taskslib.stacks.wait import one_shots


@dataclass
class FakeEngine:
    """`Engine` in memory."""

    files: dict[Stack, ComposeConfig] = field(default_factory=dict)
    """What Compose would make of each stack's files; any other is refused."""
    states: dict[str, list[Container]] = field(default_factory=dict)
    """What each listing in turn says of a service's container; the last one stays.

    Its state, health and exit code count, and its ports where it has any.
    """
    fails: set[str] = field(default_factory=set)
    """Of `check`, `build`, `prebuild`, `create`, `start`."""
    where: Reach = field(default_factory=Reach)
    """How its published ports are reached."""
    is_podman: str = ""
    """The version of the Podman that it plays: its listings tell no health."""
    foreign: set[str] = field(default_factory=set)
    """Containers that somebody started by hand, in whichever project is asked for."""
    stubborn: int = 0
    """How many teardowns leave the network behind."""
    in_flight: int = 0
    """After how many looks for leftovers a network appears that a broken start still made."""
    at: Callable[[str], None] = lambda _: None
    """Called in the middle of each step with its name (`listing` and `leftovers` are more);
    may cancel, or raise."""
    calls: list[str] = field(default_factory=list)
    """The steps that were taken: check, build, prebuild, create, start, down, teardown."""
    _free_ports: Iterator[int] = field(default_factory=lambda: count(30000))
    _containers: dict[str, dict[str, Container]] = field(default_factory=dict)
    _starts: dict[str, Container] = field(default_factory=dict)
    """By id, what containers that were made come to."""
    _healths: dict[str, str] = field(default_factory=dict)
    _images: set[str] = field(default_factory=set)
    _networks: set[str] = field(default_factory=set)
    _volumes: dict[str, dict[str, str]] = field(default_factory=dict)

    def check(self) -> None:
        """Raise `EngineError` if told so."""
        down, hint = "the container engine is not running", "start it, or let `inv setup` say how"
        self._step("check", EngineError(down, hint=hint))

    def podman(self) -> str:
        """Return what it was told."""
        return self.is_podman

    def config(self, stack: Stack, name: str, variables: Mapping[str, str]) -> ComposeConfig:
        """Return what was given for the stack."""
        del name, variables
        if stack not in self.files:
            raise ConfigError(f"{stack.files[0]}:1: empty compose file")
        return self.files[stack]

    def build(self, name: str, stack: Stack, config: ComposeConfig, *, limit: float) -> None:
        """Remember an image, if any service is built."""
        del limit
        if any(service.get("build") for service in config["services"].values()):
            self._step("build", BuildError(f"the images of {stack.files[0]} don't build"))
            self._images.add(name)

    def prebuild(self, config: ComposeConfig, *, limit: float) -> None:
        """Remember that it was asked for; a build cache shows nowhere."""
        del config, limit
        self._step("prebuild", BuildError("the images don't build"))

    def start(self, name: str, stack: Stack, config: ComposeConfig, *, limit: float) -> None:
        """Make a network and the containers; a start that fails leaves them behind."""
        del limit
        there = self._created(name, config)
        there |= {key: self._started(one) for key, one in there.items()}
        self._step("start", StackError(f"{stack.files[0]} does not start"))

    def create(self, name: str, stack: Stack, config: ComposeConfig, *, limit: float) -> None:
        """Make a network and the containers, also where it fails."""
        del limit
        self._created(name, config)
        self._step("create", StackError(f"{stack.files[0]} does not start"))

    def launch(self, container: Container, *, limit: float) -> None:
        """Have a container run."""
        del limit
        there = self._containers.get(container.labels.get(Label.NAME, ""), {})
        if container.service not in there:
            raise StackError(f"{container.service} does not start")
        there |= {container.service: self._started(container)}
        self._step("start", StackError(f"{container.service} does not start"))

    def _created(self, name: str, config: ComposeConfig) -> dict[str, Container]:
        self._networks.add(name)
        there = self._containers.setdefault(name, {})
        once = one_shots(config)  # as with Compose, they have ended when it has started others
        for key, one in config["services"].items():
            if key not in there:
                container = self._container(name, key, one, ended=key in once)
                self._starts[container.id] = container
                there[key] = replace(
                    container, state="created", health="", exit_code=None, ports={}
                )
        volumes = self._volumes.setdefault(name, {})
        for key, one in (config.get("volumes") or {}).items():
            root = (one.get("labels") or {}).get(Label.ROOT, "")
            volumes.setdefault(one.get("name", f"{name}_{key}"), root)
        return there

    def _started(self, container: Container) -> Container:
        return self._starts.pop(container.id, container)

    def containers(self, name: str) -> tuple[Container, ...]:
        """Return the containers, each in its next state."""
        self.at("listing")
        found = []
        for instance, members in self._containers.items():
            if name in {"", instance}:
                found += [self._next(container) for container in members.values()]
        self._healths |= {one.id: one.health for one in found}
        return tuple(replace(one, health="") if self.is_podman else one for one in found)

    def belongings(self) -> tuple[Mapping[str, str], ...]:
        """Return the labels of the containers."""
        members = (one for there in self._containers.values() for one in there.values())
        return tuple(one.labels for one in members)

    def healths(self, containers: Iterable[Container]) -> Mapping[str, str]:
        """Return the health that the last listing came upon."""
        return {one.id: self._healths.get(one.id, one.health) for one in containers}

    def probe_output(self, container: Container) -> str:
        """Return a word for every container with a healthcheck, on Podman once it has run."""
        ran = container.health and not (self.is_podman and container.health == "starting")
        return f"probe of {container.service}" if ran else ""

    def logs(self, name: str, *, tail: int, service: str = "", since: float = 0.0) -> str:
        """Return a line per container, none of which is of a time to come."""
        del tail
        if since > time.time():
            return ""
        members = self._containers.get(name, {})
        return "".join(f"{key} | log\n" for key in members if service in {"", key})

    def down(self, name: str) -> None:
        """Remove the containers and the network."""
        self._step("down")
        self._containers.pop(name, None)
        self._networks.discard(name)

    def teardown(self, name: str) -> bool:
        """Remove all of an instance, or all but its network while stubborn."""
        self._step("teardown")
        kinds = (self._containers, self._images, self._networks, self._volumes)
        there = any(name in one for one in kinds)
        self._containers.pop(name, None)
        self._images.discard(name)
        self._volumes.pop(name, None)
        if self.stubborn:
            self.stubborn -= 1
        else:
            self._networks.discard(name)
        return there

    def leftovers(self, name: str) -> tuple[str, ...]:
        """Return what is there of an instance."""
        self.at("leftovers")
        if self.in_flight:
            self.in_flight -= 1
            if not self.in_flight:
                self._networks.add(name)
        containers = [f"container {one.name}" for one in self._containers.get(name, {}).values()]
        networks = [f"network {name}_default"] if name in self._networks else []
        volumes = [f"volume {one}" for one in self._volumes.get(name, {})]
        images = ["image 1"] if name in self._images else []
        return (*containers, *networks, *volumes, *images)

    def volumes(self, name: str) -> Mapping[str, str]:
        """Return the volumes of an instance, each with the checkout that made it."""
        return self._volumes.get(name, {})

    def strangers(self, name: str) -> tuple[str, ...]:
        """Return what it was told."""
        del name
        return tuple(sorted(self.foreign))

    def reach(self) -> Reach:
        """Return what it was told."""
        return self.where

    def _step(self, name: str, error: Exception | None = None) -> None:
        self.calls.append(name)
        self.at(name)
        if error is not None and name in self.fails:
            raise error

    def _next(self, container: Container) -> Container:
        if container.state == "created" or not self.states.get(container.service):
            return container
        told, *later = self.states[container.service]
        self.states[container.service] = later or [told]
        ports = told.ports or container.ports
        return replace(
            container, state=told.state, health=told.health, exit_code=told.exit_code, ports=ports
        )

    def _container(
        self, name: str, key: str, service: Mapping[str, Any], *, ended: bool
    ) -> Container:
        ports = [(int(p["target"]), p.get("protocol", "tcp")) for p in service.get("ports", [])]
        labels = service.get("labels", {}).items()
        return Container(
            id=f"{name}-{key}-1",
            name=f"{name}-{key}-1",
            service=key,
            state="exited" if ended else "running",
            health="healthy" if service.get("healthcheck") and not ended else "",
            exit_code=0 if ended else None,
            ports={port: next(self._free_ports) for port in ports},
            labels={label: value for label, value in labels if label.startswith("taskslib.")},
        )
