"""The second engine itself: it is not the one that others use, and leaves nothing."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.engine.second.daemon import TINY, missing, second_daemon, traces
from tests.support.leftovers import docker

pytestmark = pytest.mark.skipif(bool(missing()), reason=missing())


def test_nothing_is_left_of_it(tmp_path: Path) -> None:
    with second_daemon(tmp_path / "e") as daemon:
        started = docker("--host", daemon.host, "run", "--detach", "--init", TINY)
        assert docker("--host", daemon.host, "ps", "--quiet", "--no-trunc") == started
        assert traces(daemon) != []
    assert traces(daemon) == []
