"""The development stack, and what Compose makes of any environment."""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from taskslib.api.session import Session, engine_of, lifetime_of, locks_of, project
from taskslib.errors import ConfigError, NoInstanceError, StackError, UsageError, did_you_mean

if TYPE_CHECKING:
    from taskslib.processes import Command
    from taskslib.project.model import Project, Stack
    from taskslib.stacks.engine import Container
    from taskslib.stacks.instance import Instance, Spec

_DEV = "dev"
_REQUIRED = re.compile(r"required variable (\w+) is missing a value")
_SHELL = "if command -v bash >/dev/null; then exec bash; else exec sh; fi"


def dev_up(session: Session) -> Instance:
    """Start the development stack, or bring it up to date; return it when it is healthy.

    `.env` is made of its example where it isn't there; what it lacks is said. Raises `UsageError`
    for a project without one, `EngineError` and its kin.
    """
    from taskslib.project.environments import make_env
    from taskslib.stacks.development import bring_up, port_taken
    from taskslib.stacks.resolving import check_services

    found = project(session)
    spec = _spec(session)
    check_services(spec.stack)
    made = make_env(spec.stack)
    if made is not None:
        session.say(f"made {found.shown(made.path)} of its example: look what it says")
    values = variables_of(session, spec.stack)
    with session.cancellation.on_signals():
        try:
            return bring_up(lifetime_of(session, limits=found.limits), spec)
        except StackError as error:
            taken = port_taken(error, spec.stack, found.root, values)
            if taken is None:
                raise
            raise taken from error
        except ConfigError as error:
            raise helped(error, session, spec.stack) from error


def dev_watch(session: Session) -> int:
    """Rebuild services of the running stack on changes that are not mounted, until Ctrl-C.

    Returns the exit code of `docker compose watch`, which has the terminal.
    """
    from taskslib.processes import run_attached
    from taskslib.project.places import own_folder
    from taskslib.stacks.development import overlay

    spec = _spec(session)
    config = engine_of(session).config(spec.stack, spec.name, {})
    if not any((one.get("develop") or {}).get("watch") for one in config["services"].values()):
        raise UsageError(
            f"{spec.stack.files[0]}: no service has develop.watch, so nothing would be watched",
            hint="mounted source is reloaded without it",
        )
    # As Compose's second file, so that what it recreates stays ours. It holds labels, no secrets.
    labels = own_folder(session.root) / "dev-labels.json"
    labels.write_text(json.dumps(overlay(config, spec.labels)), "utf-8")
    files = [part for path in (*spec.stack.files, labels) for part in ("--file", str(path))]
    folder = ("--project-directory", str(spec.stack.folder))
    watching = _attached(session, spec, *folder, *files, "watch", "--no-up")
    return run_attached(watching, session.cancellation)


def dev_down(session: Session, *, volumes: bool = False) -> bool:
    """End the development stack; its data stays, unless `volumes`. Return whether there was one.

    Raises `UsageError` where any of it is another checkout's, or somebody started it by hand.
    """
    from taskslib.stacks.development import refuse_other_volumes, refuse_strangers

    spec = _spec(session)
    lifetime = lifetime_of(session)
    with session.cancellation.on_signals(), lifetime.locked(spec.name):
        there = _own(session, spec)
        refuse_strangers(lifetime.engine.strangers(spec.name), spec)
        if volumes:
            refuse_other_volumes(lifetime.engine.volumes(spec.name), spec)
        if there:
            lifetime.engine.down(spec.name)
        removed = volumes and lifetime.end(spec.name)
        return bool(there) or removed


def dev_volumes(session: Session) -> tuple[str, ...]:
    """Return the names of the volumes that hold the development stack's data.

    Raises `UsageError` where one is another checkout's.
    """
    from taskslib.stacks.development import refuse_other_volumes

    spec = _spec(session)
    found = engine_of(session).volumes(spec.name)
    refuse_other_volumes(found, spec)
    return tuple(found)


def dev_logs(session: Session, service: str = "", *, tail: int = 100) -> str:
    """Return the last lines that the development stack's containers logged (or one service's)."""
    spec = _spec(session)
    _running(session, spec, service)
    return engine_of(session).logs(spec.name, tail=tail, service=service)


def dev_follow(session: Session, service: str = "", *, tail: int = 100) -> int:
    """Show what the containers log, until Ctrl-C; return Compose's exit code."""
    from taskslib.processes import run_attached

    spec = _spec(session)
    _running(session, spec, service)
    names = (service,) if service else ()
    following = _attached(session, spec, "logs", "--follow", "--tail", str(tail), *names)
    return run_attached(following, session.cancellation)


def dev_shell(session: Session, service: str, command: tuple[str, ...] = ()) -> int:
    """Open a shell in a container of the development stack, or run a command in it.

    Returns its exit code. Raises `UsageError` for a service that isn't there, `NoInstanceError`
    where the stack is down.
    """
    from taskslib.processes import run_attached

    spec = _spec(session)
    container = _running(session, spec, service)
    if not any(one.state == "running" for one in container):
        raise NoInstanceError(
            f"{service} is not running: {container[0].status}",
            hint=f"what it said: inv dev-logs {service}",
        )
    terminal = sys.stdin is not None and sys.stdin.isatty()
    options = () if terminal else ("--no-TTY",)
    wanted = command or ("sh", "-c", _SHELL)
    argv = ("exec", *options, service, *wanted)
    return run_attached(_attached(session, spec, *argv), session.cancellation)


def config(session: Session, environment: str) -> Mapping[str, Any]:
    """Return what Compose makes of an environment's files, with secrets masked.

    Raises `UsageError` for an environment that isn't there, `ConfigError` where Compose refuses.
    """
    from taskslib.api.stacks import instance_id
    from taskslib.secrets import masked_tree
    from taskslib.stacks.ids import environment_project

    found = project(session)
    stack = _environment(found, environment)
    values = variables_of(session, stack)
    name = environment_project(found.name, environment)
    given = {"TEST_INSTANCE_ID": instance_id(session)}
    try:
        resolved = engine_of(session).config(stack, name, given)
    except ConfigError as error:
        raise helped(error, session, stack) from error
    return masked_tree(resolved, values)


def _spec(session: Session) -> Spec:
    from taskslib.stacks.development import development_spec

    found = project(session)
    return development_spec(found, _environment(found, _DEV), locks_of(session))


def _environment(found: Project, name: str) -> Stack:
    """Return an environment's stack, wherever the configuration says that it is."""
    from taskslib.project.environments import environment

    configured = {_DEV: found.dev, "test": found.stack}
    return configured.get(name) or environment(found.root, name)


def variables_of(session: Session, stack: Stack) -> dict[str, str]:
    """Return the variables that Compose knows; say which an environment's `.env` lacks.

    One that the Compose files have a default for is none of them.
    What in that file is not what it seems is said, too. Raises `ConfigError` where Compose would
    refuse it.
    """
    from taskslib.project.environments import env_file, env_notes, env_troubles, needless

    troubles = env_troubles(stack, session.root)
    file = env_file(stack)
    for note in (*troubles, *env_notes(file, session.root, needless(stack))):
        session.say(note)
    return {**(file.values or {}), **session.environ}


def helped(error: ConfigError, session: Session, stack: Stack) -> ConfigError:
    """Return Compose's refusal with what mends it, where a variable is missing."""
    from taskslib.project.model import shown

    missing = _REQUIRED.search(error.message)
    if missing is None:
        return error
    where = shown(stack.folder / ".env", session.root)
    name = missing[1]
    return ConfigError(error.message, hint=f"set {name} in {where} or in the environment: {name}=…")


def _own(session: Session, spec: Spec) -> tuple[Container, ...]:
    from taskslib.stacks.development import refuse_other_checkout

    there = engine_of(session).containers(spec.name)
    refuse_other_checkout(there, spec)
    return there


def _running(session: Session, spec: Spec, service: str) -> tuple[Container, ...]:
    """Return the containers of a service (of all, for none). Raises where there is none."""
    there = _own(session, spec)
    if not there:
        raise NoInstanceError("the development stack is not up", hint="start it: inv dev-up")
    found = tuple(one for one in there if service in {"", one.service})
    if not found:
        names = sorted({one.service for one in there})
        raise UsageError(
            f"no service {service!r}",
            hint=f"{did_you_mean(service, names)}services: {', '.join(names)}",
        )
    return found


def _attached(session: Session, spec: Spec, *arguments: str) -> Command:
    from taskslib.stacks.client import DockerClient

    client = DockerClient(session.cancellation, session.environ)
    return client.attached("compose", "-p", spec.name, *arguments)
