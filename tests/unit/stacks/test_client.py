"""Which engine is asked, and what is said of it where it does not answer."""

from __future__ import annotations

from pathlib import Path

import pytest

from taskslib.cancellation import Cancellation
from taskslib.stacks.client import DockerClient, elsewhere


@pytest.mark.parametrize(
    ("environ", "words"),
    [
        ({}, ""),
        ({"DOCKER_HOST": "unix:///nowhere"}, ""),
        ({"DOCKER_HOST": "npipe:////./pipe/docker"}, ""),
        ({"DOCKER_CONTEXT": "default"}, ""),
        ({"DOCKER_CONTEXT": "far"}, "of the context 'far'"),
        ({"DOCKER_HOST": "tcp://far:2375"}, "at tcp://far:2375"),
        ({"DOCKER_HOST": "ssh://me@far", "DOCKER_CONTEXT": "other"}, "at ssh://me@far"),
        ({"DOCKER_HOST": "unix:///nowhere", "DOCKER_CONTEXT": "other"}, ""),
    ],
)
def test_which_engine_is_asked(environ: dict[str, str], words: str) -> None:
    assert elsewhere(environ) == words


@pytest.mark.parametrize(
    ("environ", "address"),
    [
        ({}, ""),
        ({"DOCKER_HOST": "unix:///run/x.sock"}, "unix:///run/x.sock"),
        ({"DOCKER_HOST": "unix:///run/x.sock", "DOCKER_TLS_VERIFY": "1"}, "unix:///run/x.sock"),
        # The client asks another one then, as does whoever lists: each is to see the same.
        ({"DOCKER_TLS_VERIFY": "1"}, "tcp://localhost:2376"),
        ({"DOCKER_TLS": "1"}, "tcp://localhost:2376"),
        ({"DOCKER_CONTEXT": "default"}, ""),
    ],
)
def test_where_the_engine_is(tmp_path: Path, environ: dict[str, str], address: str) -> None:
    client = DockerClient(Cancellation(), {"DOCKER_CONFIG": str(tmp_path), **environ})
    assert client.address == address
