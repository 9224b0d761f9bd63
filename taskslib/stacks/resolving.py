"""What Compose makes of a stack's files: `docker compose config`."""

from __future__ import annotations

import json
from collections.abc import Mapping

from taskslib.errors import EngineError
from taskslib.project.model import Stack
from taskslib.stacks.client import QUICK, DockerClient
from taskslib.stacks.compose_errors import config_error, without_warnings
from taskslib.stacks.engine import ComposeConfig
from taskslib.stacks.removal import project

ALL = ("--profile", "*")
"""Whatever profile a service is in."""


def resolve(
    docker: DockerClient,
    stack: Stack,
    name: str,
    variables: Mapping[str, str],
    *flags: str,
    given: ComposeConfig | None = None,
    profiles: tuple[str, ...] = ALL,
) -> ComposeConfig:
    """Return what Compose makes of a stack's files.

    Args:
        docker: What runs docker commands.
        stack: The files, and the folder that paths in them start from.
        name: The Compose project name; empty leaves it to the files.
        variables: What they are interpolated with, besides the environment and `.env`.
        flags: Further ones of `docker compose config`.
        given: What stands in the files' stead.
        profiles: The options that say which services count.

    Raises `ConfigError`, with file and line where known, if Compose refuses it.
    """
    files = [part for path in stack.files for part in ("--file", str(path))]
    done = docker.run(
        *(*project(name), "--project-directory", str(stack.folder), *profiles),
        *(("--file", "-") if given else files),
        *("config", "--format", "json", *flags),
        cwd=stack.folder,
        variables=variables,
        stdin=json.dumps(given) if given else "",
    )
    if done.timed_out:
        raise EngineError(f"`docker compose config` did not end in {QUICK:.0f} s")
    if done.code != 0:
        raise config_error(stack, without_warnings(done.stderr))
    resolved: ComposeConfig = json.loads(done.stdout)
    return resolved
