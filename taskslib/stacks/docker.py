"""The engine adapter: Docker with Compose v2, through its command line (`client.py`)."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Iterable, Mapping

from taskslib.cancellation import Cancellation
from taskslib.errors import BuildError, StackError
from taskslib.processes import Completed
from taskslib.project.model import Stack
from taskslib.stacks.client import DockerClient, last_lines, nowhere
from taskslib.stacks.compose_errors import of_failed_step, without_warnings
from taskslib.stacks.engine import ComposeConfig, ComposeLabel, Container, Label
from taskslib.stacks.limits import remedy
from taskslib.stacks.listing.lister import Lister
from taskslib.stacks.podman import (
    OWN_BUILDER,
    PARTS,
    podman_version,
    unchecked,
    waits_for_health,
)
from taskslib.stacks.reach import Reach, reach_of
from taskslib.stacks.removal import project, remove
from taskslib.stacks.resolving import resolved
from taskslib.stacks.surroundings import gateway

_CLEAR_LINE = re.compile("^\x1b\\[2K", re.MULTILINE)
"""Compose puts it before each line of a log, whatever it is told about colours."""

_TO_END = 300.0
"""Seconds for containers that may end in their own time; the engine kills each after ten."""


class DockerEngine:
    """`Engine` on the Docker command line."""

    def __init__(self, cancellation: Cancellation, environ: Mapping[str, str]) -> None:
        self._docker = DockerClient(cancellation, environ)
        self._lister = Lister(self._docker)
        self._reach: Reach | None = None

    def check(self) -> None:
        """Raise `EngineError`, with what mends it, unless the engine answers."""
        self.podman()

    def podman(self) -> str:
        """Return Podman's version where the engine is that; asked where something failed."""
        return podman_version(self._docker.ask("version", "--format", PARTS))

    def config(self, stack: Stack, name: str, variables: Mapping[str, str]) -> ComposeConfig:
        """Return the stack as Compose resolves it, `x-taskslib` of its services included."""
        return resolved(self._docker, stack, name, variables)

    def build(self, name: str, stack: Stack, config: ComposeConfig, *, limit: float) -> None:
        """Build the images of a configuration; nothing to do is nothing done."""
        if not any(service.get("build") for service in config["services"].values()):
            return
        began = time.monotonic()
        done = self._compose(name, stack, config, "build", timeout=limit)
        if self._podman_if_failed(done) and self._buildkit:
            left = max(limit - (time.monotonic() - began), 1.0)
            own = OWN_BUILDER
            done = self._compose(name, stack, config, "build", timeout=left, variables=own)
        if done.failed:
            output, late = _told(done, limit)
            what = f"the images of {stack.files[0]} don't build{late}"
            raise BuildError(what, details=_of_step(done), hint=remedy(output))

    @property
    def _buildkit(self) -> bool:
        """Whether BuildKit builds here, as far as the environment decides it."""
        return self._docker.environ.get("DOCKER_BUILDKIT") != OWN_BUILDER["DOCKER_BUILDKIT"]

    def prebuild(self, config: ComposeConfig, *, limit: float) -> None:
        """Build the images of a configuration into the build cache, by one bake."""
        if not self._buildkit:
            return  # the engine's own builder would not find it there
        bake = ("buildx", "bake", "--file", "-", "--set", "*.output=type=cacheonly")
        done = self._docker.run(*bake, cwd=nowhere(), stdin=json.dumps(config), timeout=limit)
        if done.failed:
            self._podman_if_failed(done)
            output, late = _told(done, limit)
            what = f"the images don't build{late}"
            raise BuildError(what, details=_of_step(done), hint=remedy(output))

    def start(self, name: str, stack: Stack, config: ComposeConfig, *, limit: float) -> None:
        """Create and start the containers of a configuration."""
        self._up(name, stack, config, "--detach", limit=limit)

    def create(self, name: str, stack: Stack, config: ComposeConfig, *, limit: float) -> None:
        """Create the containers of a configuration; `launch` starts them."""
        self._up(name, stack, config, "--no-start", limit=limit)

    def _up(
        self, name: str, stack: Stack, config: ComposeConfig, how: str, *, limit: float
    ) -> None:
        up = ("up", how, "--no-build", "--quiet-pull", "--remove-orphans")
        done = self._compose(name, stack, config, *up, timeout=limit)
        if done.failed:
            self._podman_if_failed(done)
            output, late = _told(done, limit)
            hint = remedy(output)
            if done.timed_out and waits_for_health(output) and (podman := self.podman()):
                hint = unchecked(podman)
            raise StackError(f"{stack.files[0]} does not start{late}", details=output, hint=hint)

    def launch(self, container: Container, *, limit: float) -> None:
        """Start a container that was created."""
        done = self._docker.run("start", container.id, timeout=limit)
        if done.failed:
            self._podman_if_failed(done)
            output, late = _told(done, limit)
            message = f"{container.service} does not start{late}"
            raise StackError(message, details=output, hint=remedy(output))

    def containers(self, name: str) -> tuple[Container, ...]:
        """Return the containers of one instance; of all managed instances for an empty name."""
        return self._lister.containers(f"{Label.NAME}={name}" if name else Label.MANAGED)

    def belongings(self) -> tuple[Mapping[str, str], ...]:
        """Return the labels of everything of ours, images as if they were containers."""
        return self._lister.labels()

    def healths(self, containers: Iterable[Container]) -> Mapping[str, str]:
        """Return the health of containers by id, empty without a healthcheck; asked of each."""
        form = "{{.Id}} {{with .State.Health}}{{.Status}}{{end}}"
        ids = (one.id for one in containers)
        told = self._docker.run("inspect", "--format", form, *ids).stdout
        return {
            one: health for one, _, health in (line.partition(" ") for line in told.splitlines())
        }

    def probe_output(self, container: Container) -> str:
        """Return what the last runs of a container's healthcheck printed; empty without one."""
        done = self._docker.run("inspect", "--format", "{{json .State.Health}}", container.id)
        health = (json.loads(done.stdout) if done.code == 0 else None) or {}
        outputs = [entry.get("Output", "").strip() for entry in health.get("Log") or []]
        # The same words five times over say no more than once.
        return "\n".join(dict.fromkeys(output for output in outputs if output))

    def logs(self, name: str, *, tail: int, service: str = "", since: float = 0.0) -> str:
        """Return the last lines of an instance's containers (or of one service's)."""
        names = [service] if service else []
        begin = ("--since", f"{since:.3f}") if since else ()
        logs = ("logs", "--no-color", "--tail", str(tail), *begin, *names)
        done = self._docker.run(*project(name), *logs, cwd=nowhere())
        return _CLEAR_LINE.sub("", done.stdout) + without_warnings(done.stderr)

    def down(self, name: str) -> None:
        """End an instance's containers in their own time, and its networks; volumes stay."""
        down = ("down", "--remove-orphans")
        done = self._docker.run(*project(name), *down, cwd=nowhere(), timeout=_TO_END)
        if done.failed:
            self._podman_if_failed(done)
            raise StackError(f"{name} does not end", details=last_lines(done.stderr))

    def teardown(self, name: str) -> bool:
        """Remove an instance: containers, networks, volumes, images. Also when cancelled."""
        return remove(self._docker, name)

    def leftovers(self, name: str) -> tuple[str, ...]:
        """Return what still carries the instance's labels, as `container NAME`, `network …`."""
        found = self._lister.names(name)
        return tuple(f"{kind} {one}" for kind, names in found.items() for one in names)

    def volumes(self, name: str) -> Mapping[str, str]:
        """Return an instance's volumes by name, each with the checkout that made it."""
        return self._lister.volumes(name)

    def strangers(self, name: str) -> tuple[str, ...]:
        """Return the containers that Compose has under an instance's name and that aren't ours."""
        there = self._lister.containers(f"{ComposeLabel.PROJECT}={name}")
        return tuple(one.name for one in there if one.labels.get(Label.NAME) != name)

    def reach(self) -> Reach:
        """Return where published ports are reached; asked of the client once."""
        if self._reach is None:
            address = self._docker.address
            self._reach = reach_of(self._docker.environ, context=address, gateway=gateway())
        return self._reach

    def _podman_if_failed(self, done: Completed) -> str:
        """Return Podman's version where a command failed on it; empty where it is no Podman.

        Raises `EngineError` where it failed because the engine is not running: of one that goes
        away in the middle, a command says no more than `EOF`, so it is asked.
        """
        self._docker.raise_if_down(done)
        return self.podman() if done.failed and not done.timed_out else ""

    def _compose(
        self,
        name: str,
        stack: Stack,
        config: ComposeConfig,
        *arguments: str,
        timeout: float,
        variables: Mapping[str, str] | None = None,
    ) -> Completed:
        """Run Compose on a configuration that was resolved before, read from stdin."""
        folder = ("--project-directory", str(stack.folder))
        return self._docker.run(
            *(*project(name), *folder, "--file", "-", *arguments),
            cwd=stack.folder,
            variables=variables,
            stdin=json.dumps(config),
            timeout=timeout,
        )


def _told(done: Completed, limit: float) -> tuple[str, str]:
    """Return the end of what a command said, and words for its limit where it took longer."""
    output = last_lines(without_warnings(done.stdout + done.stderr))
    return output, f" in {limit:.0f} s" if done.timed_out else ""


def _of_step(done: Completed) -> str:
    """Return the end of what a build said of the step that failed."""
    return last_lines(of_failed_step(without_warnings(done.stdout + done.stderr)))
