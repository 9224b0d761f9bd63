"""A target: the engine that an environment runs on, and the questions and commands it gets."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace

from taskslib.cancellation import Cancellation
from taskslib.deploy.plan import alone
from taskslib.deploy.record import (
    FORMAT,
    RECORD,
    Deployment,
    parse_records,
    record_name,
    recording,
)
from taskslib.deploy.running import Running, parse_inspected
from taskslib.errors import EngineError, StackError
from taskslib.project.model import Stack
from taskslib.stacks.client import DockerClient, last_lines, nowhere
from taskslib.stacks.compose_errors import without_warnings
from taskslib.stacks.engine import ComposeConfig
from taskslib.stacks.limits import remedy
from taskslib.stacks.removal import project

_KEPT = 2
"""Records that stay: what runs, and what ran before."""
_TOGETHER = 4
"""Images that are pulled at once."""
_PULLING = 1800.0
"""Seconds for an image."""
_STOPPING = 300.0
"""Seconds for containers that may end in their own time."""


@dataclass(frozen=True, slots=True)
class Target:
    """Where an environment runs."""

    stack: Stack
    name: str
    """The Compose project name."""
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

    def under(self, cancellation: Cancellation) -> Target:
        """Return the same target, whose commands something else ends."""
        return replace(self, cancellation=cancellation)

    def records(self) -> tuple[Deployment, ...]:
        """Return what was deployed there, the oldest first."""
        chosen = ("--filter", f"label={RECORD}={self.name}", "--format", FORMAT)
        return parse_records(self.docker.ask("volume", "ls", *chosen))

    def record(self, deployment: Deployment) -> None:
        """Record what was deployed, and forget what came before the one before it."""
        services = deployment.config["services"]
        image = next(iter(services.values()))["image"]
        name = f"{self.name}-record"
        text = json.dumps(recording(self.name, deployment, image))
        made = self.docker.run(
            *(*project(name), "--file", "-", "create"), cwd=nowhere(), stdin=text, essential=True
        )
        away = ("rm", "--force", "--stop", "--volumes")  # the volumes that nobody named
        self.docker.run(*project(name), *away, cwd=nowhere(), essential=True)
        if made.code != 0 or made.timed_out:
            self.docker.raise_if_down(made)
            raise EngineError("the deployment can't be recorded", details=last_lines(made.stderr))
        old = [one.number for one in self.records()][:-_KEPT]
        if old:
            self.docker.run("volume", "rm", *(record_name(self.name, one) for one in old))

    def running(self) -> tuple[Running, ...]:
        """Return the containers of the environment."""
        ours = f"label=com.docker.compose.project={self.name}"
        listing = ("ps", "--all", "--quiet", "--no-trunc", "--filter", ours)
        found = self.docker.ask(*listing, "--filter", "label=com.docker.compose.oneoff=False")
        if not found:
            return ()
        # One that is gone by now is not missed: Compose replaces them meanwhile.
        told = self.docker.run("container", "inspect", *found.split())
        self.docker.raise_if_down(told)
        return parse_inspected(told.stdout)

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

    def up(
        self,
        config: ComposeConfig,
        services: Iterable[str],
        *,
        limit: float,
        orphans: bool = False,
    ) -> None:
        """Bring services to what a configuration says, whatever others are like.

        With `orphans`, containers of services that it does not have are ended. Raises `StackError`.
        """
        flags = ("--detach", "--no-build", "--no-deps", *(["--remove-orphans"] if orphans else []))
        done = self.docker.run(
            *(*project(self.name), "--project-directory", str(self.stack.folder), "--file", "-"),
            *("up", *flags, "--", *services),
            cwd=self.stack.folder,
            stdin=json.dumps(alone(config)),
            timeout=limit,
        )
        if done.code != 0 or done.timed_out:
            self.docker.raise_if_down(done)
            late = f" in {limit:.0f} s" if done.timed_out else ""
            said = last_lines(without_warnings(done.stdout + done.stderr))
            raise StackError(
                f"{', '.join(services)} can't be started{late}", details=said, hint=remedy(said)
            )

    def stop(self) -> None:
        """Stop all containers; they stay, and so does all data."""
        done = self.docker.run(*project(self.name), "stop", cwd=nowhere(), timeout=_STOPPING)
        if done.code != 0 or done.timed_out:
            self.docker.raise_if_down(done)
            raise StackError(f"{self.name} does not stop", details=last_lines(done.stderr))
