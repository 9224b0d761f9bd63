"""A target: where an environment runs, and the questions and commands it gets.

`compose.py` is one engine by Compose, `swarm.py` a Swarm by its manager. What they share is here.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import ClassVar, Self

from taskslib.cancellation import Cancellation
from taskslib.deploy.lock import Holder, Keeper, holder_of
from taskslib.deploy.record import Deployment
from taskslib.deploy.running import Running
from taskslib.errors import EngineError
from taskslib.project.model import Stack
from taskslib.stacks.client import DockerClient, last_lines
from taskslib.stacks.engine import ComposeConfig, Watched

_TOGETHER = 4
"""Images that are pulled at once."""
_PULLING = 1800.0
"""Seconds for an image."""
KEPT = 2
"""Records that stay: what runs, and what ran before."""


class Orchestrator(StrEnum):
    """What runs a deployment."""

    COMPOSE = "compose"
    SWARM = "swarm"


@dataclass(frozen=True, slots=True)
class Target(ABC):
    """Where an environment runs."""

    KEEPER: ClassVar[Keeper]
    """What keeps the lock."""

    stack: Stack
    name: str
    """The Compose project name; on a Swarm the stack's."""
    environ: Mapping[str, str]
    """Which engine it is, besides."""
    cancellation: Cancellation
    context: str = ""
    """The docker context; empty for the one in use."""

    @property
    def docker(self) -> DockerClient:
        """What runs docker commands there."""
        return DockerClient(self.cancellation, self.environ)

    @property
    def client(self) -> str:
        """How a person calls docker for it."""
        return f"docker --context {self.context}" if self.context else "docker"

    def under(self, cancellation: Cancellation) -> Self:
        """Return the same target, whose commands something else ends."""
        return replace(self, cancellation=cancellation)

    def holder(self) -> Holder | None:
        """Return who deploys just now."""
        return holder_of(self.docker, self.KEEPER, self.name)

    def absent(self, images: Iterable[str]) -> tuple[str, ...]:
        """Return the images that are not there."""
        form = ("image", "inspect", "--format", "{{.Id}}", "--")
        return tuple(one for one in dict.fromkeys(images) if self.docker.run(*form, one).code != 0)

    def pull(self, absent: Iterable[str]) -> None:
        """Get images. Raises `EngineError` where one can't be had."""
        with ThreadPoolExecutor(_TOGETHER) as pool:
            for _ in pool.map(self._pull, absent):
                pass

    def _pull(self, image: str) -> None:
        done = self.docker.run("pull", "--quiet", "--", image, timeout=_PULLING)
        if done.code != 0 or done.timed_out:
            self.docker.raise_if_down(done)
            raise EngineError(
                f"{image} can't be pulled; nothing was changed",
                details=last_lines(done.stderr),
                hint="is the registry up, and are you logged in? `docker login`",
            )

    @abstractmethod
    def remarks(self, config: ComposeConfig) -> Iterator[str]:
        """Yield a line for each thing of a configuration that is not to be had there.

        Raises `ConfigError` where leaving it out would be worse than not deploying.
        """

    @abstractmethod
    def records(self) -> tuple[Deployment, ...]:
        """Return what was deployed there, the oldest first."""

    @abstractmethod
    def record(self, deployment: Deployment) -> None:
        """Record what was deployed, and forget what came before the one before it."""

    @abstractmethod
    def running(self) -> tuple[Running, ...]:
        """Return what runs of the environment, and what ended."""

    @abstractmethod
    def watch(self, before: tuple[Running, ...], services: frozenset[str]) -> Watched:
        """Return services as waiting for them is to see them.

        Args:
            before: What ran when the deployment began.
            services: Those that are waited for.
        """

    @abstractmethod
    def up(self, config: ComposeConfig, services: Iterable[str], *, limit: float) -> None:
        """Bring services to what a configuration says, whatever others are like.

        Raises `StackError`, also where that takes more than `limit` seconds.
        """

    @abstractmethod
    def end(
        self,
        config: ComposeConfig,
        services: Iterable[str],
        gone: Iterable[str],
        *,
        limit: float,
    ) -> None:
        """End the services that a configuration does not have. Raises `StackError`.

        Args:
            config: What runs.
            services: What has been brought up of it.
            gone: What is ended.
            limit: Seconds that it may take.
        """

    @abstractmethod
    def stop(self) -> None:
        """Stop everything; all data stays. Raises `StackError`."""
