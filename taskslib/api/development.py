"""The development stack."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING

from taskslib.api.environments import DEV, environment_stack, helped, sources_of, variables_of
from taskslib.api.session import (
    Session,
    engine_of,
    lifetime_of,
    locks_of,
    progress_of,
    project,
)
from taskslib.cancellation import Cancellation
from taskslib.errors import (
    ConfigError,
    EngineError,
    Interrupted,
    NoInstanceError,
    StackError,
    UsageError,
    did_you_mean,
)

if TYPE_CHECKING:
    from taskslib.processes import Command
    from taskslib.stacks.engine import ComposeConfig, Container, Engine
    from taskslib.stacks.instance import Instance, Spec

_SHELL = "if command -v bash >/dev/null; then exec bash; else exec sh; fi"


def dev_up(session: Session) -> Instance:
    """Start the development stack, or bring it up to date; return it when it is healthy.

    `.env` is made of its example where it isn't there; what it lacks is said. Raises `UsageError`
    for a project without one, `EngineError` and its kin.
    """
    from taskslib.stacks.development import bring_up
    from taskslib.stacks.published import in_use, port_error, refuse_ports
    from taskslib.stacks.reach import Reach
    from taskslib.stacks.resolving import check_services

    found = project(session)
    spec = _spec(session)
    check_services(spec.stack)
    engine = engine_of(session)
    _make_env(session, engine, spec)
    variables_of(session, spec.stack)
    sources = sources_of(session, spec.stack)

    def check(config: ComposeConfig, there: tuple[Container, ...]) -> None:
        refuse_ports(config, there, sources, in_use if engine.reach() == Reach() else None)

    with (
        session.cancellation.on_signals(),
        _telling_what_remains(session, spec),
        progress_of(session, spec) as progress,
    ):
        try:
            return bring_up(lifetime_of(session, None, found.limits, progress), spec, check)
        except StackError as error:
            taken = port_error(error, sources)
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
    with (
        session.cancellation.on_signals(),
        _telling_what_remains(session, spec, ending=True),
        lifetime.locked(spec.name),
    ):
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


def _spec(session: Session) -> Spec:
    from taskslib.stacks.development import development_spec

    found = project(session)
    return development_spec(found, environment_stack(found, DEV), locks_of(session))


def _make_env(session: Session, engine: Engine, spec: Spec) -> None:
    """Make `.env` of its example where there is none, unless the stack is another checkout's."""
    from taskslib.project.environments import ENV, EXAMPLE, make_env
    from taskslib.stacks.development import refuse_others

    if not (spec.stack.folder / ENV).exists():
        refuse_others(engine, spec)
    made = make_env(spec.stack)
    if made is not None:
        where = project(session).shown(made.path)
        session.say(f"{where} was not there: made from {EXAMPLE}; change in it what does not fit")


@contextmanager
def _telling_what_remains(session: Session, spec: Spec, *, ending: bool = False) -> Iterator[None]:
    """Say what is up where a start or an end breaks off."""
    from taskslib.stacks.development import remains

    try:
        yield
    except (EngineError, Interrupted):
        with suppress(EngineError):  # it went away: that is what is said
            there = engine_of(session, Cancellation()).containers(spec.name)
            if words := remains(there, ending=ending):
                session.say(words)
        raise


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
