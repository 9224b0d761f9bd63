"""The reference services in a project of a name of its own; afterwards nothing of it is left."""

from __future__ import annotations

import shutil
import socket
import uuid
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests.support.leftovers import docker, leftovers, remove
from tests.support.projects import TASKS, write

ROOT = Path(__file__).parents[3]
_NO_SOURCE = shutil.ignore_patterns("node_modules", "__pycache__", ".*_cache", ".venv", ".env")


def free_ports(count: int) -> list[int]:
    """Return ports that nobody listens on now."""
    with ExitStack() as stack:
        found = [stack.enter_context(socket.create_server(("127.0.0.1", 0))) for _ in range(count)]
        return [one.getsockname()[1] for one in found]


@pytest.fixture
def reference(tmp_path: Path) -> Iterator[Path]:
    """Return a copy of the services and environments of this repo, as a project of its own."""
    name = f"s{uuid.uuid4().hex[:8]}"
    root = write(tmp_path / name, {**TASKS, "pyproject.toml": f"[project]\nname = '{name}'\n"})
    for folder in ("services", "deploy"):
        shutil.copytree(ROOT / folder, root / folder, ignore=_NO_SOURCE)
    yield root
    project = ("--filter", f"label=com.docker.compose.project={name}-prod")
    for kind in ("container", "network"):  # what Compose alone started
        found = docker(kind, "ls", *(("-a",) if kind == "container" else ()), "-q", *project)
        if found:
            docker(kind, "rm", "-f", *found.split())
    remove(leftovers(name))
    assert leftovers(name) == []
