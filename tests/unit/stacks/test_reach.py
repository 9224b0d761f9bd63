"""Where published ports are reached: never at `localhost`, unless somebody insists."""

from __future__ import annotations

import pytest

from taskslib.stacks.reach import EVERYWHERE, Reach, reach_of

LOCAL = Reach("127.0.0.1", "127.0.0.1", remote=False)


@pytest.mark.parametrize(
    ("environ", "context", "gateway", "reach"),
    [
        ({}, "", "", LOCAL),
        ({"DOCKER_HOST": ""}, "", "", LOCAL),
        ({"DOCKER_HOST": "unix:///run/user/1000/docker.sock"}, "", "", LOCAL),
        ({"DOCKER_HOST": "npipe:////./pipe/docker_engine"}, "", "", LOCAL),
        ({"DOCKER_HOST": "tcp://localhost:2375"}, "", "172.17.0.1", LOCAL),
        ({"DOCKER_HOST": "tcp://127.0.0.2:2375"}, "", "", LOCAL),
        ({"DOCKER_HOST": "tcp://[::1]:2375"}, "", "", LOCAL),
        (
            {"DOCKER_HOST": "tcp://10.0.0.7:2376"},
            "",
            "",
            Reach("10.0.0.7", EVERYWHERE, remote=True),
        ),
        ({"DOCKER_HOST": "tcp://[fd00::7]:2376"}, "", "", Reach("fd00::7", "::", remote=True)),
        (
            {"DOCKER_HOST": "ssh://ada@build.example.org:2222"},
            "unix:///var/run/docker.sock",
            "172.17.0.1",
            Reach("build.example.org", EVERYWHERE, remote=True),
        ),
        (
            {},
            "ssh://ada@build.example.org",
            "",
            Reach("build.example.org", EVERYWHERE, remote=True),
        ),
        ({}, "unix:///run/user/1000/docker.sock", "", LOCAL),
        # In a container that has the machine's socket.
        ({}, "", "172.18.0.1", Reach("172.18.0.1", "172.18.0.1")),
        (
            {"DOCKER_HOST": "tcp://10.0.0.7:2376", "TASKSLIB_ENGINE_HOST": "docker"},
            "",
            "172.17.0.1",
            Reach("docker", EVERYWHERE, remote=True),
        ),
        (
            {"TASKSLIB_ENGINE_HOST": "host.docker.internal"},
            "",
            "",
            Reach("host.docker.internal", EVERYWHERE),
        ),
        ({"TASKSLIB_ENGINE_HOST": "localhost"}, "", "", Reach("localhost", "127.0.0.1")),
        ({"TASKSLIB_ENGINE_HOST": "127.0.0.1"}, "", "172.17.0.1", LOCAL),
    ],
)
def test_reach(environ: dict[str, str], context: str, gateway: str, reach: Reach) -> None:
    assert reach_of(environ, context=context, gateway=gateway) == reach
