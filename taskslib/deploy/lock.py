"""One deployment at a time: a lock at the target, whoever comes from wherever.

It is a volume, or on a Swarm, whose volumes are each node's own, a config: of a name there is
only one. Of two that ask for it, its labels tell both whose it is. Nothing of it needs an image,
or runs.
"""

from __future__ import annotations

import json
import uuid
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass

from taskslib.deploy.record import PREFIX, Who
from taskslib.errors import EngineError
from taskslib.stacks.client import DockerClient, last_lines

_OWNER = f"{PREFIX}lock"
_ATTEMPTS = 2
"""One that was there when it was asked for may be given up before we see whose it is."""
_FIELDS = ("by", "host", "at", "what")


@dataclass(frozen=True, slots=True)
class Keeper:
    """What keeps a lock at a target: a kind of object that has a name and labels."""

    kind: str
    """As docker's command is called."""
    labels: str
    """The template that lists its labels."""
    content: tuple[str, ...] = ()
    """What asks for its content from stdin, where it must have some."""


VOLUMES = Keeper("volume", "{{json .Labels}}")
CONFIGS = Keeper("config", "{{json .Spec.Labels}}", ("-",))


@dataclass(frozen=True, slots=True)
class Holder:
    """Who holds the lock."""

    owner: str
    """A random name; no two holders have one."""
    by: str
    host: str
    at: str
    """UTC, by the holder's own clock."""
    what: str
    """What is being deployed."""


def lock_name(name: str) -> str:
    """Return what the volume or config is called that is the lock of an environment."""
    return f"{name}-deploying"


def holder_of(
    docker: DockerClient, keeper: Keeper, name: str, *, essential: bool = False
) -> Holder | None:
    """Return who holds the lock of an environment; None where nobody does."""
    form = ("--format", keeper.labels)
    listed = docker.run(keeper.kind, "inspect", *form, lock_name(name), essential=essential)
    docker.raise_if_down(listed)
    if listed.code != 0:
        return None
    labels = json.loads(listed.stdout) or {}
    return Holder(
        labels.get(_OWNER, ""), *(labels.get(f"{PREFIX}{field}", "?") for field in _FIELDS)
    )


@contextmanager
def held(
    docker: DockerClient, keeper: Keeper, name: str, who: Who, what: str, client: str
) -> Iterator[None]:
    """Hold the lock of an environment. Raises `EngineError` where somebody else does.

    Args:
        docker: What runs docker commands.
        keeper: What the lock is kept in.
        name: The Compose project name, or that of the Swarm's stack.
        who: Who deploys.
        what: What is deployed, for who is refused meanwhile.
        client: How a person calls docker for this target: `docker --context live`.
    """
    mine = Holder(uuid.uuid4().hex, who.by, who.host, who.at, what)
    try:
        there = _asked(docker, keeper, name, mine)
        if there.owner != mine.owner:
            raise _refusal(keeper, name, there, client)
        yield
    finally:
        # Also where we were stopped between the two questions. An engine that went away has been
        # complained of, and the lock with it.
        with suppress(EngineError):
            kept = holder_of(docker, keeper, name, essential=True)
            if kept is not None and kept.owner == mine.owner:
                docker.run(keeper.kind, "rm", lock_name(name), essential=True)


def _asked(docker: DockerClient, keeper: Keeper, name: str, mine: Holder) -> Holder:
    """Ask for the lock, and return who has it then."""
    labels = {_OWNER: mine.owner, **{PREFIX + key: getattr(mine, key) for key in _FIELDS}}
    given = [part for key, value in labels.items() for part in ("--label", f"{key}={value}")]
    create = (keeper.kind, "create", *given, lock_name(name), *keeper.content)
    said = ""
    for _ in range(_ATTEMPTS):
        made = docker.run(*create, stdin=mine.owner if keeper.content else "")
        docker.raise_if_down(made)
        if (there := holder_of(docker, keeper, name)) is not None:
            return there
        said = last_lines(made.stderr)
    raise EngineError(f"the {keeper.kind} {lock_name(name)} can't be made", details=said)


def under_way(name: str, there: Holder) -> str:
    """Return in words who deploys to an environment just now."""
    return (
        f"another deployment to {name} is under way: {there.what}, by {there.by} "
        f"from {there.host}, since {there.at}"
    )


def _refusal(keeper: Keeper, name: str, there: Holder, client: str) -> EngineError:
    return EngineError(
        under_way(name, there),
        hint=f"wait for it; if it was killed: {client} {keeper.kind} rm {lock_name(name)}",
    )
