"""Which engine is asked, where it does not answer."""

from __future__ import annotations

import pytest

from taskslib.stacks.client import elsewhere


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
