"""A target: where an environment runs, and the questions and commands it gets.

`compose.py` is one engine by Compose, `swarm.py` a Swarm by its manager. What they share is here.
"""

from __future__ import annotations

import re
import signal
from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import ClassVar, Self

from taskslib.cancellation import Cancellation
from taskslib.deploy.lock import Holder, Keeper, holder_of
from taskslib.deploy.record import Deployment
from taskslib.deploy.running import Running
from taskslib.deploy.uploads import Upload
from taskslib.errors import EngineError, StackError
from taskslib.processes import Completed
from taskslib.project.model import Stack
from taskslib.stacks.client import DockerClient, last_lines
from taskslib.stacks.engine import ComposeConfig, Watched
from taskslib.stacks.limits import no_space, remedy

_TOGETHER = 4
"""Images that are pulled at once."""
_PULLING = 1800.0
"""Seconds for an image."""
_ID = "sha256:"
"""How a reference begins that is an image's id, and no registry's."""
_GONE = re.compile(r"manifest unknown", re.IGNORECASE)
LOST = "the registry has it no more: push it again, or name a version that is there"
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
    EXTERNAL: ClassVar[tuple[str, ...]]
    """Kinds of things that a configuration can take from there, and that can be asked for."""
    TRIES: ClassVar[bool]
    """Whether what is to start first is tried by us; else the target does that by itself."""
    STOPS: ClassVar[str]
    """What stopping services makes of them."""

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
        found = []
        for image in dict.fromkeys(images):
            done = self.docker.run(*form, image)
            self.docker.raise_if_down(done)
            if done.failed:
                found.append(image)
        return tuple(found)

    def require(self, config: ComposeConfig) -> None:
        """Raise `EngineError` for what a configuration takes from there and that is not there.

        Compose says it only when what comes before it has been started.
        """
        for kind in self.EXTERNAL:
            given = (config.get(f"{kind}s") or {}).values()
            wanted = {one["name"] for one in given if one.get("external")}
            there = self.docker.ask(kind, "ls", "--format", "{{.Name}}").split() if wanted else ()
            if missing := sorted(wanted.difference(there)):
                raise EngineError(
                    f"external {kind} {missing[0]} is not there",
                    hint=f"{self.client} {kind} create {missing[0]}",
                )

    def pull(self, absent: Iterable[str]) -> None:
        """Get images. Raises `EngineError` where one can't be had; others are given up then."""
        ending = self.cancellation.child()
        docker = self.under(ending).docker
        with ThreadPoolExecutor(_TOGETHER) as pool:
            try:
                for one in as_completed([pool.submit(_pull, docker, image) for image in absent]):
                    one.result()
            except EngineError:
                ending.request(int(signal.SIGTERM))
                raise

    def inspected(self, names: Sequence[str], *command: str) -> str:
        """Return what a docker command prints of objects; one that is gone by now is not missed.

        Raises `EngineError` where the engine does not say: all of them would seem to be gone.
        """
        if not names:
            return ""
        told = self.docker.run(*command, *names)
        if told.failed:
            self.docker.raise_if_down(told)
            if told.timed_out or not told.stdout.strip():
                what = f"`docker {' '.join(command)}` failed"
                raise EngineError(what, details=last_lines(told.stderr))
            # Of an engine that goes away in the middle it says no more than `EOF`.
            self.docker.ask("version", "--format", "{{.Server.Version}}")
        return told.stdout

    def refuse(self, done: Completed, what: str) -> None:
        """Raise `StackError` for a command that failed, or did not end in time."""
        if done.failed:
            self.docker.raise_if_down(done)
            late = " in time" if done.timed_out else ""
            raise StackError(f"{what}{late}", details=last_lines(done.stderr))

    @abstractmethod
    def own(self, config: ComposeConfig) -> tuple[ComposeConfig, tuple[Upload, ...]]:
        """Return a configuration as this target takes it, and the files that it is to be sent.

        Raises `ConfigError` for a file that can't be read.
        """

    @abstractmethod
    def send(self, uploads: Iterable[Upload]) -> None:
        """Have files there. Raises `EngineError`."""

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
            before: What ran when their turn came.
            services: Those that are waited for.
        """

    @abstractmethod
    def up(self, config: ComposeConfig, services: Iterable[str], *, limit: float) -> None:
        """Bring services to what a configuration says, whatever others are like.

        Raises `StackError`, also where that takes more than `limit` seconds.
        """

    @abstractmethod
    def end(self, services: Sequence[str], *, limit: float) -> None:
        """End some services, and no other. Raises `StackError`, also where it takes too long."""

    @abstractmethod
    def stop(self, services: frozenset[str]) -> None:
        """Stop some services, and no other; all data stays. Raises `StackError`."""


def refuse_lost(image: str) -> None:
    """Raise `EngineError` for an image, absent from the engine, that nothing but it can have."""
    if image.startswith(_ID):  # Docker would take it for a name, and ask its own registry
        raise EngineError(
            f"the engine has {image} no more, and an id is in no registry",
            hint="build it there again: `inv build` on the tag of its release",
        )


def _pull(docker: DockerClient, image: str) -> None:
    refuse_lost(image)
    done = docker.run("pull", "--quiet", "--", image, timeout=_PULLING)
    if done.failed:
        docker.raise_if_down(done)
        late = f" in {_PULLING:.0f} s" if done.timed_out else ""
        said = last_lines(done.stderr)
        raise EngineError(f"{image} can't be pulled{late}", details=said, hint=_mends(said))


def _mends(said: str) -> str:
    """Return what mends a pull that failed."""
    if no_space(said):
        return remedy(said)
    if _GONE.search(said):
        return LOST
    return "is the registry up, and are you logged in? `docker login`"
