"""A Swarm whose manager answers in part."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from taskslib.cancellation import Cancellation
from taskslib.deploy.swarm import SwarmTarget
from taskslib.errors import EngineError
from taskslib.project.model import Stack

CLIENT = """\
#!/bin/sh
case "$*" in
"service ls "*) echo s1 ;;
"service inspect "*) echo '[]' ;;
*) echo 'rpc error: deadline exceeded' >&2; exit 1 ;;
esac
"""


@pytest.mark.skipif(os.name == "nt", reason="the client is a shell script")
def test_tasks_that_are_not_told_are_not_none(tmp_path: Path) -> None:
    client = tmp_path / "docker"
    client.write_text(CLIENT, "utf-8")
    client.chmod(0o755)
    stack = Stack("", (tmp_path / "docker-compose.yml",))
    target = SwarmTarget(stack, "shop-prod", {"PATH": str(tmp_path)}, Cancellation())
    with pytest.raises(EngineError) as failed:
        target.running()
    told = "`docker service ps --quiet --no-trunc` failed"
    assert (failed.value.message, failed.value.details) == (told, "rpc error: deadline exceeded")
