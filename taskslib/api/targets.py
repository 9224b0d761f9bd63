"""Where an environment is deployed to: the engine, by Compose, or the Swarm that it manages."""

from __future__ import annotations

import re
from dataclasses import dataclass
from shlex import join
from typing import TYPE_CHECKING

from taskslib.api.session import Session, project
from taskslib.errors import ConfigError, UsageError, did_you_mean

if TYPE_CHECKING:
    from taskslib.deploy.plan import Wanted
    from taskslib.deploy.target import Target
    from taskslib.project.model import Project, Stack

_COMPOSE_NAME = re.compile(r"[a-z0-9][a-z0-9_-]*")
_ELSEWHERE = {"dev": "inv dev-up", "test": "inv infra-up"}
"""Environments that are not deployed, with what starts them."""


@dataclass(frozen=True, slots=True)
class DeployRequest:
    """What is to run, and where."""

    environment: str
    version: str = ""
    """Empty for that of the lock."""
    context: str = ""
    """The docker context of the target; empty for the engine in use."""
    local: bool = False
    """Whether images are those that the target's engine has, by their ids."""
    rollback: bool = False
    """Whether it is what ran before."""
    orchestrator: str = ""
    """compose or swarm; empty for what the configuration says, else compose."""

    @property
    def where(self) -> str:
        """The command without what is to run: for the same environment at the same target."""
        return join(("inv", "deploy", self.environment, *self._options("context", "orchestrator")))

    @property
    def command(self) -> str:
        """The command, as it was typed but for what only says how it is asked and told."""
        flags = [f"--{one}" for one in ("local", "rollback") if getattr(self, one)]
        return f"{self.where} {join((*self._options('version'), *flags))}".rstrip()

    def _options(self, *names: str) -> list[str]:
        given = [(f"--{name}", getattr(self, name)) for name in names]
        return [part for option, value in given if value for part in (option, value)]


def deployed_environment(session: Session, name: str) -> tuple[Project, Stack]:
    """Return the project, and the stack of an environment that is deployed."""
    from taskslib.project.environments import environment

    if name in _ELSEWHERE:
        raise UsageError(
            f"{name} is no environment that a release is deployed to",
            hint=f"what starts it: {_ELSEWHERE[name]}",
        )
    found = project(session)
    return found, environment(found.root, name)


def target_of(session: Session, request: DeployRequest, found: Project, stack: Stack) -> Target:
    """Return where an environment is deployed to, by what is asked for and configured.

    Raises `UsageError` for a context or orchestrator that is none, or an engine without a Swarm;
    `ConfigError` for a file whose own name can't be that of a Compose project.
    """
    from taskslib.api.engines import on_engine, refuse_unknown
    from taskslib.deploy.compose import ComposeTarget
    from taskslib.deploy.swarm import SwarmTarget, refuse_worker
    from taskslib.deploy.target import Orchestrator

    known = [*Orchestrator]
    chosen = request.orchestrator or found.orchestrator or Orchestrator.COMPOSE
    if chosen not in known:
        raise UsageError(
            f"no orchestrator {chosen!r}",
            hint=f"{did_you_mean(chosen, known)}orchestrators: {', '.join(known)}",
        )
    if request.context:
        refuse_unknown(session, [request.context])
    environ = on_engine(session, request.context).environ
    name = _name(session, found, stack, request.environment)
    _refuse_shared(session, found, request.environment, name)
    kind = SwarmTarget if chosen == Orchestrator.SWARM else ComposeTarget
    target = kind(stack, name, environ, session.cancellation, request.context)
    if kind is SwarmTarget:
        refuse_worker(target.docker, target.client)
    return target


def remark(
    session: Session, request: DeployRequest, found: Project, target: Target, wanted: Wanted
) -> None:
    """Say what is not to be had at a target, and of a Swarm that was not asked for."""
    for line in target.remarks(wanted.config):
        session.say(f"note: {line}")
    if unasked_swarm(request, found, target):
        session.say(
            "note: this engine manages a Swarm; Compose deploys to this engine alone "
            "(`--orchestrator swarm` to the Swarm)"
        )


def unasked_swarm(request: DeployRequest, found: Project, target: Target) -> bool:
    """Return whether the engine manages a Swarm, and nobody has said which of both is meant."""
    from taskslib.deploy.swarm import manages

    return not (request.orchestrator or found.orchestrator) and manages(target.docker)


def _refuse_shared(session: Session, found: Project, environment: str, name: str) -> None:
    """Raise `ConfigError` where another environment has the same name: it would be replaced."""
    from taskslib.project.environments import environments

    for other, stack in environments(found.root).items():
        if other == environment or other in _ELSEWHERE:
            continue
        try:
            own = _name(session, found, stack, other)
        except ConfigError:
            continue  # it can't be deployed as it is
        if own == name:
            raise ConfigError(
                f"the environments {environment} and {other} are both called {name}: "
                "one would take the other's place",
                hint=f"give them a `name:` each, as in {found.shown(stack.files[0])}, or none",
            )


def _name(session: Session, found: Project, stack: Stack, environment: str) -> str:
    """Return what an environment is called on an engine.

    What runs already under the file's own name, and its volumes, must be found again.
    """
    from taskslib.stacks.ids import environment_project

    return _own_name(session, found, stack) or environment_project(found.name, environment)


def _own_name(session: Session, found: Project, stack: Stack) -> str:
    """Return the Compose project name that a file gives itself; empty where it doesn't."""
    from taskslib.project.environments import env_file
    from taskslib.project.references.document import Malformed, document
    from taskslib.project.references.interpolation import substituted

    where = found.shown(stack.files[0])
    try:
        told = document(path.read_text("utf-8", "replace") for path in stack.files).get("name")
    except Malformed as error:
        raise ConfigError(f"{where}: {error}") from error
    known = {**(env_file(stack).values or {}), **session.environ}
    name = substituted(str(told or ""), known, blank=True) or ""
    if name and not _COMPOSE_NAME.fullmatch(name):
        raise ConfigError(
            f"{where}: {name!r} can't be a Compose project's name",
            hint="a-z, 0-9, '-' and '_', beginning with one of the first two",
        )
    return name
