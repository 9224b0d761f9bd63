"""The engines on which the adapter's contract is held: Docker, at its socket and by TCP, where only
its client reaches it; Podman by Docker's API; the fake."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

import pytest

from taskslib.cancellation import Cancellation
from taskslib.stacks.client import DockerClient
from taskslib.stacks.docker import DockerEngine
from taskslib.stacks.engine import Engine
from taskslib.stacks.engine_api import socket_path
from taskslib.stacks.fake import FakeEngine
from tests.engine.second.daemon import missing, second_daemon
from tests.engine.second.images import TINY
from tests.engine.second.podman import Podman
from tests.support.contract import OTHERWISE, otherwise
from tests.support.forwarding import by_tcp

IN_ONE_PROCESS = pytest.mark.xdist_group("podman")
"""One Podman for all that take one."""
PODMAN = pytest.param("podman", marks=IN_ONE_PROCESS)


@dataclass(frozen=True)
class Side:
    """An engine that a contract test is held on."""

    name: str
    image: str = "python:3.13-slim"
    environ: Mapping[str, str] = field(default_factory=lambda: dict(os.environ))
    podman: Podman | None = None

    def engine(self, fake: FakeEngine | None = None) -> Engine:
        """Return it, as the fake that is given where it is one."""
        if self.name == "fake":
            return fake or FakeEngine()
        return DockerEngine(Cancellation(), self.environ)


@pytest.fixture(scope="module")
def podman(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Podman]:
    """Return a Podman without systemd, which can't pull anything."""
    if why := missing(Podman):
        pytest.skip(why)
    with second_daemon(tmp_path_factory.mktemp("podman") / "e", kind=Podman) as daemon:
        assert isinstance(daemon, Podman)
        yield daemon


@pytest.fixture(scope="module")
def tcp() -> Iterator[str]:
    """Return the address of this machine's engine, as if it were another's."""
    here = DockerClient(Cancellation(), os.environ).address
    if not socket_path(here):
        pytest.skip(f"the engine is at {here}, and no socket of this machine")
    with by_tcp(here) as address:
        yield address


def _side(request: pytest.FixtureRequest) -> Side:
    if request.param == "tcp":
        return Side("tcp", environ={**os.environ, "DOCKER_HOST": request.getfixturevalue("tcp")})
    if request.param != "podman":
        return Side(request.param)
    daemon: Podman = request.getfixturevalue("podman")
    if told := otherwise(request.function):
        request.node.user_properties.append((OTHERWISE, told))
    return Side("podman", TINY, {**os.environ, "DOCKER_HOST": daemon.host}, daemon)


@pytest.fixture(params=["docker", "tcp", PODMAN, "fake"])
def side(request: pytest.FixtureRequest) -> Side:
    """Return each engine, the fake too."""
    return _side(request)


@pytest.fixture(params=["docker", "tcp", PODMAN])
def real(request: pytest.FixtureRequest) -> Side:
    """Return each engine that is no fake."""
    return _side(request)
