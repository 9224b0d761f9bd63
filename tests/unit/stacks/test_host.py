"""Where published ports are reached: never at `localhost`, unless somebody insists."""

from __future__ import annotations

import pytest

from taskslib.stacks.host import published_host


@pytest.mark.parametrize(
    ("environ", "host"),
    [
        ({}, "127.0.0.1"),
        ({"DOCKER_HOST": ""}, "127.0.0.1"),
        ({"DOCKER_HOST": "unix:///run/user/1000/docker.sock"}, "127.0.0.1"),
        ({"DOCKER_HOST": "npipe:////./pipe/docker_engine"}, "127.0.0.1"),
        ({"DOCKER_HOST": "tcp://localhost:2375"}, "127.0.0.1"),
        ({"DOCKER_HOST": "tcp://10.0.0.7:2376"}, "10.0.0.7"),
        ({"DOCKER_HOST": "tcp://[fd00::7]:2376"}, "fd00::7"),
        ({"DOCKER_HOST": "ssh://ada@build.example.org:2222"}, "build.example.org"),
        ({"DOCKER_HOST": "tcp://10.0.0.7:2376", "TASKSLIB_ENGINE_HOST": "docker"}, "docker"),
        ({"TASKSLIB_ENGINE_HOST": "localhost"}, "localhost"),
    ],
)
def test_host(environ: dict[str, str], host: str) -> None:
    assert published_host(environ) == host
