"""A container engine in memory: passes the contract tests that the real one passes.

What it is told to do wrong is data, so that a test reads as a story: `FakeEngine(fails={"start"})`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace

from taskslib.errors import BuildError, ConfigError, EngineError, StackError
from taskslib.project.model import Stack
from taskslib.stacks.engine import ComposeConfig, Container


@dataclass
class FakeEngine:
    """`Engine` in memory."""

    files: dict[Stack, ComposeConfig] = field(default_factory=dict)
    """What Compose would make of each stack's files; any other is refused."""
    states: dict[str, list[Container]] = field(default_factory=dict)
    """What each listing in turn says of a service's container; the last one stays."""
    fails: set[str] = field(default_factory=set)
    """Of `check`, `build`, `start`."""
    stubborn: int = 0
    """How many teardowns leave the network behind."""
    at: Callable[[str], None] = lambda _: None
    """Called with the name of each step before it happens; may cancel, or raise."""
    calls: list[str] = field(default_factory=list)
    _containers: dict[str, dict[str, Container]] = field(default_factory=dict)
    _images: set[str] = field(default_factory=set)
    _networks: set[str] = field(default_factory=set)

    def check(self) -> None:
        """Raise `EngineError` if told so."""
        self._step("check", EngineError("the container engine is not running"))

    def config(self, stack: Stack, name: str, variables: Mapping[str, str]) -> ComposeConfig:
        """Return what was given for the stack."""
        del name, variables
        if stack not in self.files:
            raise ConfigError(f"{stack.files[0]}:1: empty compose file")
        return self.files[stack]

    def build(self, name: str, stack: Stack, config: ComposeConfig) -> None:
        """Remember an image, if any service is built."""
        if any(service.get("build") for service in config["services"].values()):
            self._step("build", BuildError(f"the images of {stack.files[0]} don't build"))
            self._images.add(name)

    def start(self, name: str, stack: Stack, config: ComposeConfig) -> None:
        """Make a network and the containers; a start that fails leaves them behind."""
        self._networks.add(name)
        self._containers[name] = {
            key: Container(
                id=f"{name}-{key}-1",
                name=f"{name}-{key}-1",
                service=key,
                state="running",
                ports={(int(p["target"]), "tcp"): 30000 + i for i, p in enumerate(_ports(one))},
                health="healthy" if one.get("healthcheck") else "",
                labels={k: v for k, v in one.get("labels", {}).items() if k.startswith("taskslib")},
            )
            for key, one in config["services"].items()
        }
        self._step("start", StackError(f"{stack.files[0]} does not start"))

    def containers(self, name: str) -> tuple[Container, ...]:
        """Return the containers, each in its next state."""
        found = []
        for instance, members in self._containers.items():
            if name in {"", instance}:
                found += [self._next(container) for container in members.values()]
        return tuple(found)

    def probe_output(self, container: Container) -> str:
        """Return a word for every container with a healthcheck."""
        return f"probe of {container.service}" if container.health else ""

    def logs(self, name: str, *, tail: int, service: str = "") -> str:
        """Return a line per container."""
        del tail
        members = self._containers.get(name, {})
        return "".join(f"{key} | log\n" for key in members if service in {"", key})

    def teardown(self, name: str) -> None:
        """Remove all of an instance, or all but its network while stubborn."""
        self.calls.append("teardown")
        self._containers.pop(name, None)
        self._images.discard(name)
        if self.stubborn:
            self.stubborn -= 1
        else:
            self._networks.discard(name)

    def leftovers(self, name: str) -> tuple[str, ...]:
        """Return what is there of an instance."""
        containers = [f"container {one.name}" for one in self._containers.get(name, {}).values()]
        networks = [f"network {name}_default"] if name in self._networks else []
        return (*containers, *networks, *(["image 1"] if name in self._images else []))

    def host(self) -> str:
        """Return loopback."""
        return "127.0.0.1"

    def _step(self, name: str, error: Exception) -> None:
        self.calls.append(name)
        self.at(name)
        if name in self.fails:
            raise error

    def _next(self, container: Container) -> Container:
        told = self.states.get(container.service)
        if not told:
            return container
        state = told.pop(0) if len(told) > 1 else told[0]
        return replace(container, state=state.state, health=state.health, exit_code=state.exit_code)


def _ports(service: Mapping[str, list[Mapping[str, int]]]) -> list[Mapping[str, int]]:
    return service.get("ports", [])
