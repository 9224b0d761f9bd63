"""Stacks that stay: up, down, what is there, and the removal of what nobody needs."""

from __future__ import annotations

import platform
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from taskslib.api.session import (
    Session,
    engine_of,
    lifetime_of,
    locks_of,
    progress_of,
    project,
    reaping,
    specs_of,
    watchdog,
)
from taskslib.errors import NoInstanceError, NothingToRunError, UsageError, did_you_mean
from taskslib.project.model import Project, Stack, Suite

if TYPE_CHECKING:
    from taskslib.stacks.instance import Instance, Spec
    from taskslib.stacks.inventory import Listed, Prunable


def up(session: Session, service: str = "") -> Instance:
    """Start the kept instance of the full stack (or a service's own), or bring it up to date.

    Raises `UsageError` for a stack that isn't there, `EngineError` and its kin.
    """
    from taskslib.stacks.resolving import check_services

    found = project(session)
    spec = _kept(session, found, service)
    check_services(spec.stack)
    with (
        session.cancellation.on_signals(),
        watchdog(session) as guard,
        reaping(session, but=[spec]),
        progress_of(session, spec) as progress,
    ):
        return lifetime_of(session, guard, found.limits, progress).start(spec)


def down(session: Session, service: str = "") -> bool:
    """End the kept instance; return whether there was one."""
    spec = kept_spec(session, service)
    with session.cancellation.on_signals(), watchdog(session) as guard:
        return lifetime_of(session, guard).stop(spec.name)


def tests_with_stack(session: Session, *paths: Path) -> Suite:
    """Return the suite whose tests paths are, are in, or have in them, and that has a stack.

    Of several suites with one stack it is the first. Raises `NothingToRunError` where there is
    none, `UsageError` where they have several stacks.
    """
    found = [
        suite
        for suite in project(session).suites
        if suite.stack
        and any(one.is_relative_to(suite.tests) or suite.tests.is_relative_to(one) for one in paths)
    ]
    where = ", ".join(map(str, paths))
    if not found:
        raise NothingToRunError(f"{where}: no tests that have a stack")
    if len({suite.stack for suite in found}) > 1:
        raise UsageError(
            f"{where}: tests of several stacks: {', '.join(suite.id.name for suite in found)}",
            hint="name the folder of one of them, and then of the next: they have the variables "
            "of one stack; `inv test` runs all",
        )
    return found[0]


def running(session: Session, service: str = "") -> Instance:
    """Return the kept instance that is up. Raises `NoInstanceError` where there is none."""
    from taskslib.stacks.instance import running_instance

    spec = kept_spec(session, service)
    engine = engine_of(session)
    containers = engine.containers(spec.name)
    if not any(container.state == "running" for container in containers):
        flag = f" --service {service}" if service else ""
        raise NoInstanceError(
            f"no stack is up for this branch ({spec.name})", hint=f"start it: inv infra-up{flag}"
        )
    return running_instance(spec, containers, engine.reach().host)


def logs(session: Session, service: str = "", *, tail: int = 100) -> str:
    """Return the last lines that the kept instance's containers logged."""
    instance = running(session, service)
    assert instance.spec is not None  # noqa: S101 — it came from one
    return engine_of(session).logs(instance.spec.name, tail=tail)


def instances(session: Session) -> tuple[Listed, ...]:
    """Return all instances of this project, of every branch and worktree, with who runs them."""
    from taskslib.stacks.inventory import inventory

    containers = engine_of(session).containers("")
    return inventory(project(session).name, containers, locks_of(session))


def prunable(
    session: Session,
    older: timedelta | None = None,
    found: Iterable[Listed] | None = None,
) -> tuple[Prunable, ...]:
    """Return the kept instances of this project and machine that nobody needs, each with why.

    Args:
        session: Where.
        older: Also those that were started longer ago.
        found: From `instances`, where those are known already.
    """
    from taskslib.project.git import branches
    from taskslib.stacks.inventory import prunable

    listed = instances(session) if found is None else found
    return prunable(listed, platform.node(), datetime.now(UTC), older=older, branches=branches)


def prune(session: Session, found: Iterable[Prunable]) -> Iterator[str]:
    """End what `prunable` returned, and yield the names as they are gone. Raises `EngineError`."""
    with session.cancellation.on_signals(), watchdog(session) as guard:
        lifetime = lifetime_of(session, guard)
        yield from (one.name for one in found if lifetime.stop(one.name))


def instance_id(session: Session) -> str:
    """Return `TEST_INSTANCE_ID` of this branch and worktree."""
    from taskslib.project.git import checkout
    from taskslib.stacks import ids

    found = checkout(session.root)
    place = ids.Place(str(session.root.resolve()), found.branch, found.commit)
    return ids.instance_id(place, session.environ)


def kept_services(session: Session) -> tuple[str, ...]:
    """Return the services whose own kept stack is there for this branch."""
    from taskslib.stacks.engine import Label

    found = project(session)
    there = {container.labels.get(Label.NAME) for container in engine_of(session).containers("")}
    stacks = {name: found.service_stack(name) for name in found.service_names()}
    spec = specs_of(session, found, kept=True)
    return tuple(name for name, stack in stacks.items() if stack and spec(stack).name in there)


def kept_spec(session: Session, service: str = "") -> Spec:
    """Return which instance `infra-up` starts. Raises `UsageError` for a stack that isn't there."""
    return _kept(session, project(session), service)


def _kept(session: Session, found: Project, service: str) -> Spec:
    return specs_of(session, found, kept=True)(_stack(found, service))


def _stack(found: Project, service: str) -> Stack:
    if not service:
        if found.stack is None:
            raise UsageError(
                f"{found.name} has no full stack: there is no Compose file in deploy/test",
                hint="a service's own stack: inv infra-up --service NAME",
            )
        return found.stack
    stack = found.service_stack(service)
    if stack is not None:
        return stack
    with_stack = [name for name in found.service_names() if found.service_stack(name)]
    listed = f"services with a stack: {', '.join(with_stack) or 'none'}"
    if service in found.service_names():
        raise UsageError(f"{service} has no test stack of its own", hint=listed)
    raise UsageError(
        f"no service {service!r}", hint=f"{did_you_mean(service, found.service_names())}{listed}"
    )
