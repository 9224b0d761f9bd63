"""A registry for each test, and a project whose images nobody else has."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import git
import pytest

from tests.support.checkouts import root
from tests.support.leftovers import docker
from tests.support.projects import Ran, repository, unredacted, write
from tests.support.registry import Running, missing, registry

IMAGE = "FROM scratch\nARG MARK=none\nCOPY {files} /\nLABEL mark=$MARK\n"
NAMES = ["acme/shop-api", "acme/shop-frontend", "acme/shop-worker"]
LOCK = "deploy/prod/images.lock"
LOCAL = "{{.Repository}}:{{.Tag}}"
FILES = {
    "tasks.py": "from taskslib import ns\n",
    "pyproject.toml": "[tool.taskslib]\nproject = 'Shop'\n",
    "services/api/Dockerfile": IMAGE.format(files="services/api/app services/orders/lib"),
    "services/api/app": "api\n",
    "services/worker/Dockerfile": IMAGE.format(files="services/worker/app services/orders/lib"),
    "services/worker/app": "worker\n",
    "services/frontend/Dockerfile": IMAGE.format(files="page"),
    "services/frontend/page": "page\n",
    "services/orders/pyproject.toml": "",
    "services/orders/lib": "orders\n",
    "deploy/test/docker-compose.yml": """\
services:
  api: {build: {context: ../.., dockerfile: services/api/Dockerfile, args: {MARK: "a$${HOME}"}}}
  worker: {build: {context: ../.., dockerfile: services/worker/Dockerfile}}
""",
    "deploy/dev/docker-compose.yml": "services: {frontend: {build: ../../services/frontend}}\n",
}


def build(repo: git.Repo, *arguments: str, **variables: str) -> Ran:
    """Run `inv build`."""
    return unredacted(root(repo), "build", *arguments, **variables)


def tagged(repo: git.Repo, tag: str) -> git.Repo:
    """Return a repository with another tag."""
    repo.git.tag("-a", tag, "-m", tag)
    return repo


def said(ran: Ran) -> list[str]:
    """Return what a build said."""
    return ran.err.splitlines()


def moved(store: Running) -> dict[str, list[str]]:
    """Return the tags of all images."""
    return {name: store.tags(name) for name in store.names()}


def everywhere(*tags: str) -> dict[str, list[str]]:
    return {name: list(tags) for name in NAMES}


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Running]:
    """Return a registry that runs, with nothing in it; no image of it is left on the engine."""
    if why := missing():
        pytest.skip(why)
    with registry(tmp_path / "registry") as running:
        yield running
    listed = docker("image", "ls", "--format", LOCAL).split()
    if ours := [one for one in listed if one.startswith(f"{running.host}/")]:
        docker("image", "rm", *ours)


@pytest.fixture
def shop(tmp_path: Path, store: Running) -> git.Repo:
    """Return a project of three images that are pushed to that registry."""
    config = f"{FILES['pyproject.toml']}[tool.taskslib.release]\nregistry = '{store.host}/Acme'\n"
    return repository(write(tmp_path / "shop", {**FILES, "pyproject.toml": config}))
