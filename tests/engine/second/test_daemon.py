"""The second engine itself: it is not the one that others use, and leaves nothing."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.engine.second.daemon import Daemon, missing, second_daemon, traces
from tests.engine.second.images import TINY
from tests.engine.second.podman import Podman
from tests.support.leftovers import docker


@pytest.mark.parametrize("kind", [Daemon, Podman])
def test_nothing_is_left_of_it(kind: type[Daemon], tmp_path: Path) -> None:
    if why := missing(kind):
        pytest.skip(why)
    with second_daemon(tmp_path / "e", kind=kind) as daemon:
        started = docker("--host", daemon.host, "run", "--detach", "--init", TINY)
        assert docker("--host", daemon.host, "ps", "--quiet", "--no-trunc") == started
        assert traces(daemon) != []
    assert traces(daemon) == []
