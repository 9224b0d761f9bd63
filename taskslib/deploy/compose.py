"""A target that is one engine: Compose brings services up, and volumes keep what is known of it."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import ClassVar

from taskslib.deploy.composing import compose
from taskslib.deploy.lock import VOLUMES, Keeper
from taskslib.deploy.record import (
    FORMAT,
    RECORD,
    Deployment,
    parse_records,
    record_name,
    recording,
)
from taskslib.deploy.running import Running, parse_inspected, starts_first
from taskslib.deploy.target import KEPT, Target
from taskslib.deploy.trial import alone_in_network
from taskslib.deploy.uploads import Upload
from taskslib.deploy.watching import Watch
from taskslib.errors import EngineError
from taskslib.stacks.client import last_lines, nowhere
from taskslib.stacks.engine import ComposeConfig, ComposeLabel
from taskslib.stacks.removal import project

_STOPPING = 300.0
"""Seconds for containers that may end in their own time."""
_TEMPORARY = re.compile(r"([0-9a-f]{12})_")
"""How Compose names a container until it has removed the one whose place it takes: by its id."""


@dataclass(frozen=True, slots=True)
class ComposeTarget(Target):
    """An engine."""

    KEEPER: ClassVar[Keeper] = VOLUMES
    EXTERNAL: ClassVar[tuple[str, ...]] = ("volume", "network")
    TRIES: ClassVar[bool] = True
    STOPS: ClassVar[str] = "stopped"

    def own(self, config: ComposeConfig) -> tuple[ComposeConfig, tuple[Upload, ...]]:
        """Return the configuration as it is: Compose mounts files, where they are on the engine."""
        return config, ()

    def send(self, uploads: Iterable[Upload]) -> None:
        """Do nothing: there is nothing to be sent."""

    def remarks(self, config: ComposeConfig) -> Iterator[str]:
        """Yield a line for each service that can't start first: Compose takes all else."""
        for name, one in sorted(config["services"].items()):
            if starts_first(one) and not alone_in_network(one):
                mode = one["network_mode"]
                yield f"{name}: two can't run in network_mode {mode}; the old one ends first"

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
        made = self.docker.run(*project(name), "--file", "-", "create", cwd=nowhere(), stdin=text)
        away = ("rm", "--force", "--stop", "--volumes")  # the volumes that nobody named
        self.docker.run(*project(name), *away, cwd=nowhere())
        if made.failed:
            self.docker.raise_if_down(made)
            raise EngineError("the deployment can't be recorded", details=last_lines(made.stderr))
        old = [one.number for one in self.records()][:-KEPT]
        if old:
            self.docker.run("volume", "rm", *(record_name(self.name, one) for one in old))

    def running(self) -> tuple[Running, ...]:
        """Return the containers of the environment."""
        ours = f"label={ComposeLabel.PROJECT}={self.name}"
        listing = ("ps", "--all", "--quiet", "--no-trunc", "--filter", ours)
        found = self.docker.ask(*listing, "--filter", "label=com.docker.compose.oneoff=False")
        # One that is gone by now is not missed: Compose replaces them meanwhile.
        return parse_inspected(self.inspected(found.split(), "container", "inspect"))

    def watch(self, before: tuple[Running, ...], services: frozenset[str]) -> Watch:
        """Return services as waiting for them is to see them."""
        return Watch(self, before, services)

    def up(self, config: ComposeConfig, services: Iterable[str], *, limit: float) -> None:
        """Bring services to what a configuration says, whatever others are like."""
        self._settle()
        command = ("up", "--detach", "--no-build", "--no-deps")
        compose(self, config, command, services, limit=limit)

    def end(self, services: Sequence[str], *, limit: float) -> None:
        """Remove containers; not by `--remove-orphans`: its `up` starts one-shots again."""
        command = ("rm", "--force", "--stop", "--", *services)
        done = self.docker.run(*project(self.name), *command, cwd=nowhere(), timeout=limit)
        self.refuse(done, f"{', '.join(services)} can't be removed")

    def _settle(self) -> None:
        """Undo what a Compose that was ended had begun: to put new containers in others' places.

        It would remove the new one, and at once make another of the same name. And the old one may
        still be being stopped: running for who asks, and soon not any more.
        """
        ours = ("--filter", f"label={ComposeLabel.PROJECT}={self.name}")
        form = ("--format", "{{.ID}} {{.Names}} {{.State}}")
        for new, old in half_made(self.docker.ask("ps", "--all", "--no-trunc", *ours, *form)):
            self.docker.run("stop", old, timeout=_STOPPING)
            self.docker.run("rm", new)  # what it could not, Compose says

    def stop(self, services: frozenset[str]) -> None:
        """Stop containers; they stay, and so does all data."""
        there = sorted(services & {one.container.service for one in self.running()})
        if not there:
            return  # without a name Compose stops all
        command = ("stop", "--", *there)
        done = self.docker.run(*project(self.name), *command, cwd=nowhere(), timeout=_STOPPING)
        self.refuse(done, f"{self.name} does not stop")


def half_made(listing: str) -> tuple[tuple[str, str], ...]:
    """Return the ids of containers that were to replace others, and of those. Pure.

    Args:
        listing: Lines of id, name and state, of all containers of a project.
    """
    told = [line.split() for line in listing.splitlines()]
    found = []
    for new, name, state in told:
        named = _TEMPORARY.match(name)
        if named and state == "created":
            found += [(new, old) for old, *_ in told if old != new and old.startswith(named[1])]
    return tuple(found)
