"""What the tests of stacks on the real engine share: a folder, a Compose file, a lifetime."""

from __future__ import annotations

import os
import urllib.request
from dataclasses import dataclass, field
from pathlib import Path

from taskslib.cancellation import Cancellation
from taskslib.project.model import Stack
from taskslib.stacks.docker import DockerEngine
from taskslib.stacks.engine import Label
from taskslib.stacks.instance import Instance, Spec
from taskslib.stacks.lifetime import Lifetime
from tests.support.leftovers import docker

HOST = "the-host-of-the-tests"
IMAGE = "python:3.13-slim"
SERVES = 'command: [python, -m, http.server, "8000"]'


def status(running: Instance) -> int:
    """Return what the stack's web server answers with."""
    with urllib.request.urlopen(running.variables["TEST_WEB_URL"], timeout=10) as answer:  # noqa: S310
        return int(answer.status)


@dataclass
class Bench:
    """A project of a unique name with one Compose file."""

    folder: Path
    text: str
    environ: dict[str, str] = field(default_factory=lambda: dict(os.environ))
    cancellation: Cancellation = field(default_factory=Cancellation)
    said: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.folder.mkdir(exist_ok=True)
        self.file.write_text(self.text)

    @property
    def file(self) -> Path:
        return self.folder / "docker-compose.yml"

    @property
    def stack(self) -> Stack:
        return Stack("", (self.file,))

    @property
    def engine(self) -> DockerEngine:
        return DockerEngine(self.cancellation, self.environ)

    @property
    def lifetime(self) -> Lifetime:
        return Lifetime(self.engine, self.cancellation, self.locks, say=self.said.append)

    @property
    def locks(self) -> Path:
        return self.folder.parent / "locks"

    def spec(self, instance: str = "x", kind: str = "ephemeral") -> Spec:
        name = f"{self.folder.name}-test-{instance}"
        labels = {
            Label.MANAGED: "true",
            Label.PROJECT: self.folder.name,
            Label.NAME: name,
            Label.KIND: kind,
            Label.HOST: HOST,
            Label.LOCKS: str(self.locks),
        }
        return Spec(self.stack, name, instance, labels)

    def of_compose(self, instance: str = "x") -> list[str]:
        """Return what Compose's own labels find of an instance, however it is labelled by us."""
        label = f"label=com.docker.compose.project={self.spec(instance).name}"
        found = docker("ps", "-aq", "--filter", label).split()
        for kind in ("network", "volume"):
            found += docker(kind, "ls", "-q", "--filter", label).split()
        return found
