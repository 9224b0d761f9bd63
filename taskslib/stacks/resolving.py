"""What Compose makes of a stack's files: `docker compose config`."""

from __future__ import annotations

import json
from collections.abc import Mapping

from taskslib.errors import ConfigError, EngineError
from taskslib.project.model import Stack
from taskslib.stacks.client import QUICK, DockerClient
from taskslib.stacks.compose_errors import config_error, without_warnings
from taskslib.stacks.engine import ComposeConfig
from taskslib.stacks.removal import project

ALL = ("--profile", "*")
"""Whatever profile a service is in."""


def resolved(
    docker: DockerClient, stack: Stack, name: str, variables: Mapping[str, str]
) -> ComposeConfig:
    """Return a stack as Compose resolves it, `x-taskslib` of its services included."""
    document = resolve(docker, stack, name, variables)
    if not document.get("services"):
        raise _no_services(stack)
    texts = [path.read_text("utf-8", "replace") for path in stack.files]
    # In a file that is included or extended, it may stand too.
    if any(word in text for text in texts for word in ("x-taskslib", "include", "extends")):
        found = _extensions(docker, stack, name, variables)
        for key in document["services"].keys() & found.keys():
            document["services"][key]["x-taskslib"] = found[key]
    return document


def check_services(stack: Stack) -> None:
    """Raise `ConfigError` for a stack whose files have no service, without asking Compose.

    What can't be read here is Compose's to judge, and so is what others that are included have.
    """
    from taskslib.project.references.document import Malformed, document

    texts = [path.read_text("utf-8", "replace") for path in stack.files]
    try:
        found = document(texts)
    except Malformed:
        return
    if not (found.get("services") or found.get("include")):
        raise _no_services(stack)


def _no_services(stack: Stack) -> ConfigError:
    error = config_error(stack, "no services")
    error.hint = "`inv new-service NAME` adds one with a container; libraries have none"
    return error


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
        docker.raise_if_down(done)
        raise config_error(stack, without_warnings(done.stderr))
    document: ComposeConfig = json.loads(done.stdout)
    return document


def _extensions(
    docker: DockerClient, stack: Stack, name: str, variables: Mapping[str, str]
) -> dict[str, object]:
    """Return `x-taskslib` of the services, interpolated.

    Compose's JSON has a service's extensions only when it doesn't interpolate, but a file's
    own always: so they go through it once more, as such.
    """
    raw = resolve(docker, stack, name, variables, "--no-interpolate")
    key = "x-taskslib"
    found = {name: one[key] for name, one in raw["services"].items() if key in one}
    if "$" in json.dumps(found):
        carrier = {"services": {"x": {"image": "x"}}, key: found}
        found = resolve(docker, stack, name, variables, given=carrier)[key]
    return found
