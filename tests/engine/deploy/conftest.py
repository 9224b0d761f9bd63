"""A registry, and an environment of its own for each test."""

from __future__ import annotations

import re
import subprocess
import uuid
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from tests.engine.deploy.shop import COMPOSE, DOCKERFILE, SERVER, Shop, of
from tests.engine.environments.conftest import free_ports
from tests.engine.release.conftest import LOCAL
from tests.support.leftovers import docker
from tests.support.projects import TASKS, repository, write
from tests.support.registry import Running, missing, registry


@pytest.fixture(scope="session")
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """Return a registry that runs; no image of it is left on the engine."""
    if why := missing():
        pytest.skip(why)
    with registry(tmp_path_factory.mktemp("deploy") / "registry") as running:
        yield running
        listed = docker("image", "ls", "--digests", "--format", f"{LOCAL}@{{{{.Digest}}}}").split()
        ours = [one for one in listed if one.startswith(f"{running.host}/")]
        for one in ours:
            with suppress(subprocess.CalledProcessError):  # its tag and its digest are one image
                docker("image", "rm", "-f", re.sub(r":[^@/]*@", "@", one))
                docker("image", "rm", "-f", one.partition("@")[0])


@pytest.fixture
def shop(tmp_path: Path, store: Running) -> Iterator[Shop]:
    """Return a project without any release; afterwards nothing of it is on the engine."""
    name = f"s{uuid.uuid4().hex[:8]}"
    config = f"[tool.taskslib]\nproject = '{name}'\n"
    config += f"[tool.taskslib.release]\nregistry = '{store.host}/{name}'\n"
    files = {
        **TASKS,
        "pyproject.toml": config,
        "services/web/Dockerfile": DOCKERFILE,
        "services/web/server.py": SERVER,
        "deploy/prod/docker-compose.yml": COMPOSE.replace("shop-web", f"{name}-web"),
    }
    (port,) = free_ports(1)
    repo = repository(write(tmp_path / name, files))
    yield Shop(repo, store, port, f"{name}-prod")
    for project in (f"{name}-prod", f"{name}-prod-record"):
        for kind in ("container", "network"):
            listed = docker(
                kind, "ls", *(["-a"] if kind == "container" else []), "-q", *of(project)
            )
            if listed:
                docker(kind, "rm", "-f", *listed.split())
    volumes = docker("volume", "ls", "--format", "{{.Name}}").split()
    if mine := [one for one in volumes if one.startswith(f"{name}-")]:
        docker("volume", "rm", *mine)
