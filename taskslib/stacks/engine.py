"""What stacks need of a container engine, as an interface and as plain data.

`docker.py` implements it on the real engine, `fake.py` in memory; both pass the same contract
tests. Every call but `teardown` and `leftovers` raises `Interrupted` when the run is cancelled.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

from taskslib.project.model import Stack
from taskslib.stacks.reach import Reach

ComposeConfig = dict[str, Any]
"""A Compose file as Compose resolved it: JSON objects, every `$` doubled."""


class Label:
    """The labels on what is ours. Values are stable: a changed label would recreate containers."""

    MANAGED = "taskslib.managed"
    SCHEMA = "taskslib.schema"
    PROJECT = "taskslib.project"
    SERVICE = "taskslib.service"
    """The service whose own stack it is; empty for the full stack."""
    INSTANCE = "taskslib.instance"
    NAME = "taskslib.name"
    """The Compose project name; what teardown goes by."""
    ROOT = "taskslib.root"
    BRANCH = "taskslib.branch"
    HOST = "taskslib.host"
    KIND = "taskslib.kind"
    """`ephemeral` or `kept`."""
    ENDPOINTS = "taskslib.endpoints"
    """On a container: how its published ports become variables (JSON)."""
    LOCKS = "taskslib.locks"
    """The folder of the lock files of the run, which tell whether it still lives."""
    IMAGE = "taskslib.image"
    """On an image: the Compose project name it was built for. Another key than on containers,
    since a container started by hand from that image inherits the image's labels."""
    IMAGE_OWNER = "taskslib.image.owner"
    """On an image: kind, host and locks of its instance (JSON), likewise."""


class ComposeLabel:
    """Compose's own labels."""

    PROJECT = "com.docker.compose.project"
    """On what belongs to a project."""
    SERVICE = "com.docker.compose.service"
    """On a service's containers."""


@dataclass(frozen=True, slots=True)
class Container:
    """A container of an instance, as one listing shows it."""

    id: str
    name: str
    service: str
    state: str
    """created, running, exited, restarting, paused, dead."""
    status: str = ""
    """For people: `Up 3 seconds (healthy)`."""
    created: str = ""
    """When it was made, as the engine writes it."""
    health: str = ""
    """healthy, unhealthy or starting; empty without a healthcheck, and on Podman."""
    exit_code: int | None = None
    """Of an exited container."""
    ports: Mapping[tuple[int, str], int] = field(default_factory=dict)
    """Published ports: (container port, protocol) → host port."""
    labels: Mapping[str, str] = field(default_factory=dict)
    """Our own ones (`taskslib.*`) only."""
    restarts: int = 0
    """How often its restart policy has started it again, where that is asked for."""


class Watched(Protocol):
    """What waiting for a stack needs of where it runs."""

    def containers(self, name: str) -> tuple[Container, ...]:
        """Return the containers of one instance; of all managed instances for an empty name."""

    def healths(self, containers: Iterable[Container]) -> Mapping[str, str]:
        """Return the health of containers by id, empty without a healthcheck; asked of each.

        For where `containers` does not tell it, as no Podman's listing does.
        """

    def probe_output(self, container: Container) -> str:
        """Return what the last runs of a container's healthcheck printed; empty without one."""

    def logs(self, name: str, *, tail: int, service: str = "", since: float = 0.0) -> str:
        """Return the last lines of an instance's containers (or of one service's).

        `since` are seconds since the epoch, for lines from then on.
        """

    def podman(self) -> str:
        """Return Podman's version where the engine is that; asked where something failed."""

    def reach(self) -> Reach:
        """Return where published ports are reached; asked of the client once."""


class Engine(Watched, Protocol):
    """A container engine with Compose."""

    def check(self) -> None:
        """Raise `EngineError`, with what mends it, unless the engine answers."""

    def config(self, stack: Stack, name: str, variables: Mapping[str, str]) -> ComposeConfig:
        """Return the stack as Compose resolves it, `x-taskslib` of its services included.

        Raises `ConfigError`, with file and line where known, if Compose refuses the file.
        """

    def build(self, name: str, stack: Stack, config: ComposeConfig, *, limit: float) -> None:
        """Build the images of a configuration, in so many seconds.

        Raises `BuildError` with the last lines.
        """

    def prebuild(self, config: ComposeConfig, *, limit: float) -> None:
        """Build the images of a configuration into the build cache, in so many seconds.

        None gets a name. Raises `BuildError` with the last lines.
        """

    def start(self, name: str, stack: Stack, config: ComposeConfig, *, limit: float) -> None:
        """Create and start the containers of a configuration, in so many seconds.

        Raises `StackError`.
        """

    def create(self, name: str, stack: Stack, config: ComposeConfig, *, limit: float) -> None:
        """Create the containers of a configuration, in so many seconds; `launch` starts them.

        Raises `StackError`.
        """

    def launch(self, container: Container, *, limit: float) -> None:
        """Start a container that was created, in so many seconds. Raises `StackError`."""

    def belongings(self) -> tuple[Mapping[str, str], ...]:
        """Return the labels (`taskslib.*`) of everything of ours, whatever its instance.

        An image's are given as if it were a container: name, kind, host, locks.
        """

    def down(self, name: str) -> None:
        """End an instance's containers in their own time, and its networks; volumes stay.

        Raises `EngineError`.
        """

    def teardown(self, name: str) -> bool:
        """Remove an instance: containers, networks, volumes, images. Also when cancelled.

        Return whether there was anything of it. What is left is for `leftovers` to tell.
        """

    def leftovers(self, name: str) -> tuple[str, ...]:
        """Return what still carries the instance's labels, as `container NAME`, `network …`."""

    def volumes(self, name: str) -> Mapping[str, str]:
        """Return an instance's volumes by name, each with the checkout that made it."""

    def strangers(self, name: str) -> tuple[str, ...]:
        """Return the containers that Compose has under an instance's name and that aren't ours."""
