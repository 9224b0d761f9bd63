"""A target that is a Swarm, asked through a manager: `docker stack deploy` brings services up.

Volumes are each node's own, so what is known of it is in configs, which the whole Swarm has. They
are no part of the stack, and `docker stack rm` leaves them.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

from taskslib.deploy.balancing import balanced, lacks_ipvs
from taskslib.deploy.lock import CONFIGS, Keeper
from taskslib.deploy.record import PREFIX, RECORD, Deployment, packed, parse_configs, record_name
from taskslib.deploy.running import Running
from taskslib.deploy.stackfile import left_out, stack_file
from taskslib.deploy.target import KEPT, Target
from taskslib.deploy.tasks import NAMESPACE, Service, failed, parse_seen, running, watched
from taskslib.deploy.uploads import SECTIONS, Upload, named, with_uploads
from taskslib.errors import ConfigError, EngineError, UsageError
from taskslib.stacks.client import DockerClient, last_lines
from taskslib.stacks.docker import DockerEngine
from taskslib.stacks.engine import ComposeConfig, Container
from taskslib.stacks.reach import Reach

_MANAGES = "{{.Swarm.ControlAvailable}}"
_SENT = f"{PREFIX}sent"
"""On a config or secret that is a file: the stack that it was sent for."""
_CONTAINER = "{{if .Status.ContainerStatus}}{{.Status.ContainerStatus.ContainerID}}{{end}}"


@dataclass(frozen=True, slots=True)
class SwarmTarget(Target):
    """A Swarm."""

    KEEPER: ClassVar[Keeper] = CONFIGS
    EXTERNAL: ClassVar[tuple[str, ...]] = ("network",)  # volumes are each node's own
    TRIES: ClassVar[bool] = False
    STOPS: ClassVar[str] = "removed"

    def own(self, config: ComposeConfig) -> tuple[ComposeConfig, tuple[Upload, ...]]:
        """Return a configuration whose files are named by what is in them, and these files."""

        def read(file: str) -> bytes:
            try:
                return Path(file).read_bytes()
            except OSError as error:
                raise ConfigError(f"{file}: {error.strerror}") from error

        return with_uploads(config, self.name, read)

    def send(self, uploads: Iterable[Upload]) -> None:
        """Send files that the Swarm does not have."""
        label = ("--label", f"{_SENT}={self.name}")
        for one in uploads:
            made = self.docker.run(one.kind, "create", *label, one.name, one.file)
            if made.failed and self.docker.run(one.kind, "inspect", one.name).failed:
                self.docker.raise_if_down(made)
                what = f"the {one.kind} of {one.file} can't be sent"
                raise EngineError(what, details=last_lines(made.stderr))

    def _forget_files(self, kept: Iterable[Deployment]) -> None:
        """Remove files that no deployment of these has; the Swarm keeps those that are in use."""
        there = {pair for one in kept for pair in named(one.config)}
        for kind in SECTIONS.values():
            chosen = ("--filter", f"label={_SENT}={self.name}", "--format", "{{.Name}}")
            for name in self.docker.ask(kind, "ls", *chosen).split():
                if (kind, name) not in there:
                    self.docker.run(kind, "rm", name)

    def remarks(self, config: ComposeConfig) -> Iterator[str]:
        """Yield a line for each thing of a configuration that this Swarm can't have."""
        yield from left_out(config)
        if lacks_ipvs(self.docker):
            yield from balanced(config)

    def records(self) -> tuple[Deployment, ...]:
        """Return what was deployed there, the oldest first."""
        chosen = ("--quiet", "--filter", f"label={RECORD}={self.name}")
        found = self.docker.ask("config", "ls", *chosen).split()
        return parse_configs(self.inspected(found, "config", "inspect"))

    def record(self, deployment: Deployment) -> None:
        """Record what was deployed, and forget what came before the one before it."""
        labels = {**deployment.labels, RECORD: self.name}
        given = [part for key, value in labels.items() for part in ("--label", f"{key}={value}")]
        name = record_name(self.name, deployment.number)
        made = self.docker.run("config", "create", *given, name, "-", stdin=packed(deployment))
        if made.failed:
            self.docker.raise_if_down(made)
            raise EngineError("the deployment can't be recorded", details=last_lines(made.stderr))
        found = self.records()
        if old := found[:-KEPT]:
            names = (record_name(self.name, one.number) for one in old)
            self.docker.run("config", "rm", *names)
        self._forget_files(found[-KEPT:])

    def seen(self) -> tuple[Service, ...]:
        """Return the services of the stack, and their tasks."""
        found = self._services()
        if not found:
            return ()
        services = self.inspected(found, "service", "inspect")
        tasks = self.inspected(found, "service", "ps", "--quiet", "--no-trunc").split()
        told = self.inspected(tasks, "inspect", "--type", "task")
        return parse_seen(self.name, services, told)

    def running(self) -> tuple[Running, ...]:
        """Return the last task of each place."""
        return running(self.seen())

    def watch(self, before: tuple[Running, ...], services: frozenset[str]) -> SwarmWatch:
        """Return services as waiting for them is to see them."""
        return SwarmWatch(self, before, services)

    def up(self, config: ComposeConfig, services: Iterable[str], *, limit: float) -> None:
        """Tell the Swarm what services are to be; it goes on by itself."""
        chosen = tuple(services)
        # Digests are known, and what has none is to be as it is with Compose: asked for by its tag.
        flags = ("--resolve-image", "never", "--with-registry-auth", "--detach")
        done = self.docker.run(
            *("stack", "deploy", *flags, "--compose-file", "-", self.name),
            cwd=self.stack.folder,
            stdin=json.dumps(stack_file(config, chosen)),
            timeout=limit,
        )
        self.refuse(done, f"{', '.join(chosen)} can't be started")

    def end(self, services: Sequence[str], *, limit: float) -> None:
        """Remove services; not by `--prune`, which would take one-shots that did not run."""
        names = [f"{self.name}_{one}" for one in services]
        done = self.docker.run("service", "rm", *names, timeout=limit)
        self.refuse(done, f"{', '.join(names)} can't be removed")

    def stop(self, services: frozenset[str]) -> None:
        """Remove services that deployments have made."""
        ours = [
            one.name
            for one in self.seen()
            if one.name in services and any(key.startswith(PREFIX) for key in one.labels)
        ]
        if ours:
            names = [f"{self.name}_{one}" for one in ours]
            self.refuse(self.docker.run("service", "rm", *names), f"{self.name} does not stop")

    def _services(self) -> list[str]:
        ours = ("--filter", f"label={NAMESPACE}={self.name}")
        return self.docker.ask("service", "ls", "--quiet", *ours).split()


@dataclass(frozen=True, slots=True)
class SwarmWatch:
    """Some services of a Swarm while they come up; implements `stacks.engine.Watched`."""

    target: SwarmTarget
    before: tuple[Running, ...]
    """What ran when their turn came."""
    services: frozenset[str]

    def containers(self, name: str) -> tuple[Container, ...]:
        """Return their tasks, without ports: these may be for others than us to reach."""
        del name
        return watched(self.target.seen(), self.before, self.services)

    def healths(self, containers: Iterable[Container]) -> Mapping[str, str]:
        """Return the health of tasks that run: before it is good, a Swarm does not call them so."""
        return {one.id: "healthy" for one in containers}

    def probe_output(self, container: Container) -> str:
        """Return what a task's healthcheck printed; empty where it ran on another node."""
        docker = self.target.docker
        found = docker.run("inspect", "--type", "task", "--format", _CONTAINER, container.id)
        if found.code != 0 or not found.stdout.strip():
            return ""
        there = Container(found.stdout.strip(), container.name, container.service, container.state)
        engine = DockerEngine(self.target.cancellation, self.target.environ)
        return engine.probe_output(there)

    def logs(self, name: str, *, tail: int, service: str = "", since: float = 0.0) -> str:
        """Return what a task logged, and what the Swarm says of it: the last that ended badly."""
        del name, since
        told = [one for one in self.target.seen() if one.name == service]
        bad = [task for one in told for task in failed(one)]
        found = bad or [task for one in told for task in one.newest]
        if not found:
            return ""
        last = found[-1]
        logs = self.target.docker.run("service", "logs", "--raw", "--tail", str(tail), last.id)
        lines = logs.stdout + logs.stderr if logs.code == 0 else ""
        return f"{lines.rstrip()}\n{last.error}".strip()

    def podman(self) -> str:
        """Return nothing: Podman has no Swarm."""
        return ""

    def reach(self) -> Reach:
        """Return where published ports are reached; none is asked."""
        return Reach()


def manages(docker: DockerClient) -> bool:
    """Tell whether an engine is a manager of a Swarm; one that knows nothing of Swarms is none."""
    told = docker.run("info", "--format", _MANAGES)
    docker.raise_if_down(told)
    return told.code == 0 and told.stdout.strip() == "true"


def refuse_worker(docker: DockerClient, client: str) -> None:
    """Raise `UsageError` where an engine is no manager of a Swarm."""
    if not manages(docker):
        raise UsageError(
            "the engine is no manager of a Swarm",
            hint=f"`--context` of one that is; a new Swarm: {client} swarm init",
        )
