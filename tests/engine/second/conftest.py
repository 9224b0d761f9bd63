"""One second engine for all tests in here; and by DOCKER_HOST everything goes to it."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.engine.second.daemon import Daemon, missing, second_daemon
from tests.support.leftovers import docker, leftovers, remove

ONE_NETWORK = (
    *("--bip", "10.213.1.1/24"),  # its own bridge takes none of the pool
    *("--default-address-pool", "base=10.213.0.0/29,size=29"),
)


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Daemon]:
    if why := missing():
        pytest.skip(why)
    with second_daemon(tmp_path_factory.mktemp("second") / "e", *ONE_NETWORK) as daemon:
        yield daemon


@pytest.fixture
def second(engine: Daemon, monkeypatch: pytest.MonkeyPatch) -> Daemon:
    """Return the second engine: it runs, and DOCKER_HOST names it."""
    monkeypatch.setenv("DOCKER_HOST", engine.host)
    if engine.process is None:
        engine.start()
    return engine


@pytest.fixture
def shop(second: Daemon, tmp_path: Path) -> Iterator[Path]:
    """Return the folder of a project with a name of its own, on the second engine."""
    assert docker("info", "--format", "{{.DockerRootDir}}") == str(second.data)
    name = f"s{uuid.uuid4().hex[:8]}"
    yield tmp_path / name
    if second.process is None:  # its test failed before it had started it again
        second.start()
    found = leftovers(name)
    remove(found)
    assert found == []
