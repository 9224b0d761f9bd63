"""Deploys a release to an environment, says how it is there, and goes back."""

from __future__ import annotations

import getpass
import platform
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from taskslib.api.environments import helped, variables_of
from taskslib.api.session import Session, engine_of, project
from taskslib.api.targets import (
    DeployRequest,
    deployed_environment,
    remark,
    target_of,
    unasked_swarm,
)
from taskslib.errors import ConfigError, NoInstanceError, UsageError
from taskslib.project.model import shown

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from taskslib.deploy.plan import Plan, Wanted
    from taskslib.deploy.record import Deployment, Who
    from taskslib.deploy.sources import Source
    from taskslib.deploy.status import Status
    from taskslib.deploy.target import Target
    from taskslib.project.model import Project, Stack
    from taskslib.release.lockfile import Lock
    from taskslib.stacks.engine import ComposeConfig


@dataclass(frozen=True, slots=True)
class ReadyToDeploy:
    """A deployment that is checked, and nothing of it done."""

    request: DeployRequest
    target: Target
    wanted: Wanted
    who: Who
    plan: Plan


def deploy_ready(session: Session, request: DeployRequest) -> ReadyToDeploy:
    """Return what a deployment would come to; nothing is changed.

    Raises `UsageError` for what can't be deployed, `ConfigError` where Compose refuses the
    environment's files, `EngineError`.
    """
    from taskslib.deploy.definitions import lasting
    from taskslib.deploy.plan import plan

    if request.rollback and (request.version or request.local):
        raise UsageError(
            "--rollback goes back to what ran before, whatever version that is",
            hint=f"{request.where} --rollback",
        )
    with session.cancellation.on_signals():
        found, stack = deployed_environment(session, request.environment)
        if request.rollback:
            target = target_of(session, request, found, stack)
            records = target.records()
            wanted = _before(records, request)
        else:
            target, wanted = _released(session, request, found, stack)
            records = target.records()
        who = _who(session)
        remark(session, request, found, target, wanted)
        ready = plan(wanted, records, target.running(), who)
        for line in lasting(ready.current.config if ready.current else {}, wanted.config):
            session.say(f"note: {line}")
        return ReadyToDeploy(request, target, wanted, who, ready)


def deploy_check(session: Session, ready: ReadyToDeploy) -> None:
    """Say what carrying a deployment out would meet, as far as asking tells; nothing is changed.

    Raises `EngineError` for an image that neither the engine nor its registry has.
    """
    from taskslib.api.engines import on_engine
    from taskslib.deploy.beforehand import met

    with session.cancellation.on_signals():
        reach = engine_of(on_engine(session, ready.request.context)).reach()
        for line in met(ready.target, ready.wanted, remote=reach.remote):
            session.say(f"note: {line}")


def deploy(session: Session, ready: ReadyToDeploy) -> Status:
    """Carry out a deployment, and return how the environment is then.

    Raises `StackError` where it does not come up, after what ran before was brought back,
    `UsageError` where another was carried out since.
    """
    from taskslib.deploy.steps import Deployer

    request = ready.request
    limits = project(session).limits
    with session.cancellation.on_signals():
        names = request.environment, request.where, request.command
        deployer = Deployer(ready.target, *names, limits, session.say)
        shown = ready.plan.current.number if ready.plan.current else 0
        deployer.deploy(ready.wanted, ready.who, shown, forward=not request.rollback)
        return _status(ready.target, request.environment)


def deploy_status(
    session: Session,
    environment: str,
    context: str = "",
    orchestrator: str = "",
    *,
    empty: bool = False,
) -> Status:
    """Return how an environment is.

    Raises `NoInstanceError` where nothing is deployed, unless an `empty` status is wanted then.
    """
    request = DeployRequest(environment, context=context, orchestrator=orchestrator)
    with session.cancellation.on_signals():
        found, stack = deployed_environment(session, environment)
        target = target_of(session, request, found, stack)
        status = _status(target, environment)
        if status.empty and not empty:
            hint = request.where
            if unasked_swarm(request, found, target):
                hint = f"on the engine's Swarm: --orchestrator swarm; else {hint}"
            raise NoInstanceError(f"nothing is deployed as {status.name} there", hint=hint)
    return status


def _status(target: Target, environment: str) -> Status:
    from taskslib.deploy.status import status_of

    found = target.records(), target.running(), target.holder()
    return status_of(environment, target.name, *found)


def _before(records: Sequence[Deployment], request: DeployRequest) -> Wanted:
    from taskslib.deploy.plan import Wanted

    if len(records) < 2:  # noqa: PLR2004 — what runs, and what ran before
        raise UsageError(
            f"of {request.environment} no version is known that ran before",
            hint=f"{request.where} --version 1.2.3",
        )
    before = records[-2]
    return Wanted(before.version, before.commit, before.config)


def _released(
    session: Session, request: DeployRequest, found: Project, stack: Stack
) -> tuple[Target, Wanted]:
    from taskslib.api.engines import on_engine
    from taskslib.deploy.definitions import with_definitions
    from taskslib.deploy.plan import Wanted, pinned
    from taskslib.deploy.sources import PROBE, VERSION, find_lock, released
    from taskslib.project.commits import Git
    from taskslib.release.version import tag_of
    from taskslib.stacks.remarks import unseen
    from taskslib.stacks.resolving import resolve

    version = tag_of(request.version).removeprefix("v") if request.version else ""
    git = Git(session.root, session.environ)
    lock = None
    if not request.local:
        lock = find_lock(session.root, request.environment, version, git)
    elif not version:
        raise UsageError("--local takes the images of a version", hint="--local --version 1.2.3")
    version = version or (lock.version if lock else "")
    target = target_of(session, request, found, stack)
    known = variables_of(session, stack)
    given = _given(known, found, lock)

    def configured(version: str) -> ComposeConfig:
        variables = {**given, VERSION: version}
        try:
            return resolve(target.docker, stack, target.name, variables, profiles=())
        except ConfigError as error:
            raise helped(error, session, stack) from error

    names = released(configured(PROBE), stack, found.root)
    source = _source(target, request, version, lock, names)
    if source.note:
        session.say(f"note: {source.note}")
    images = {service: source.references[name] for service, name in names.items()}
    config, uploads = target.own(pinned(configured(version), images))
    target.require(config)
    reach = engine_of(on_engine(session, request.context)).reach()
    if not reach.remote:
        _refuse_absent_files(config, found.root)
    for line in unseen(config, stack, found.root, reach):
        session.say(line)
    config = with_definitions(config, _content, {**known, **given, VERSION: version})
    return target, Wanted(version, source.commit, config, uploads)


def _content(file: str) -> bytes:
    """Return what a file has; nothing of one that only an engine elsewhere has."""
    try:
        return Path(file).read_bytes()
    except OSError:
        return b""


def _refuse_absent_files(config: ComposeConfig, root: Path) -> None:
    """Raise `ConfigError` for a file that is to be mounted, and that the engine would not find."""
    from taskslib.deploy.uploads import SECTIONS
    from taskslib.stacks.endpoints import plain

    for section, kind in SECTIONS.items():
        for key, one in (config.get(section) or {}).items():
            file = plain((one or {}).get("file") or "")
            if file and not Path(file).exists():
                what = f"{kind} {key}: {shown(Path(file), root)} is not there"
                raise ConfigError(what, hint="write it; what is secret belongs in no git")
            # Engines make one where the file of a bind mount is missing, and Compose mounts it.
            if kind == "secret" and file and Path(file).is_dir():
                what = f"{kind} {key}: {shown(Path(file), root)} is a folder"
                raise ConfigError(what, hint="remove it, and write the file")


def _source(
    target: Target, request: DeployRequest, version: str, lock: Lock | None, names: dict[str, str]
) -> Source:
    from taskslib.deploy.sources import from_engine, from_lock, from_registry

    if request.local:
        return from_engine(target.docker, version, names.values())
    if lock is not None:
        return from_lock(lock, names.values())
    return from_registry(target.docker, version, names.values())


def _given(known: Mapping[str, str], found: Project, lock: Lock | None) -> dict[str, str]:
    """Return what Compose is told besides: the release's registry, where nothing else names one."""
    from taskslib.release.images import REGISTRY, registry_of

    names = [one.name for one in lock.images.values()] if lock else []
    registry = next((one.rpartition("/")[0] for one in names), registry_of(found, {}))
    return {} if known.get(REGISTRY) or not registry else {REGISTRY: registry}


def _who(session: Session) -> Who:
    from taskslib.deploy.record import Who

    by = session.environ.get("GITHUB_ACTOR", "")
    try:
        by = by or getpass.getuser()
    except (OSError, KeyError, ImportError):  # a container's user without a name
        by = "somebody"
    # It is shown in lines and tables, of whoever asks.
    by = " ".join("".join(one if one.isprintable() else " " for one in by).split())
    return Who(by, platform.node(), datetime.now(UTC).isoformat(timespec="seconds"))
