"""What Compose is told to start of a configuration at a target."""

from __future__ import annotations

import json
from collections.abc import Iterable

from taskslib.deploy.plan import alone
from taskslib.deploy.target import Target
from taskslib.errors import StackError
from taskslib.stacks.client import last_lines
from taskslib.stacks.compose_errors import without_warnings
from taskslib.stacks.engine import ComposeConfig
from taskslib.stacks.limits import remedy
from taskslib.stacks.removal import project


def compose(
    target: Target,
    config: ComposeConfig,
    command: Iterable[str],
    services: Iterable[str],
    *,
    limit: float,
) -> None:
    """Have Compose start services of a configuration, whatever they depend on.

    Raises `StackError` with what it said, also where that takes more than `limit` seconds.
    """
    chosen = tuple(services)
    done = target.docker.run(
        *(*project(target.name), "--project-directory", str(target.stack.folder), "--file", "-"),
        *(*command, "--", *chosen),
        cwd=target.stack.folder,
        stdin=json.dumps(alone(config)),
        timeout=limit,
    )
    if done.code != 0 or done.timed_out:
        target.docker.raise_if_down(done)
        late = f" in {limit:.0f} s" if done.timed_out else ""
        said = last_lines(without_warnings(done.stdout + done.stderr))
        raise StackError(
            f"{', '.join(chosen)} can't be started{late}", details=said, hint=remedy(said)
        )
