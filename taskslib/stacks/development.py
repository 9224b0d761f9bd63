"""Development instances: what a Compose file says, as it says it, with our labels on it.

Nothing is isolated, since a developer wants fixed ports and lasting data; and nothing of one is
ever ended by a run, a watchdog or `infra-prune`, since its kind is neither `ephemeral` nor `kept`.
"""

from __future__ import annotations

import platform
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

from taskslib.errors import StackError, UsageError
from taskslib.project.model import Project, Stack
from taskslib.repository import common_folder
from taskslib.stacks.endpoints import describe, literal
from taskslib.stacks.engine import ComposeConfig, Container, Engine, Label
from taskslib.stacks.ids import environment_project
from taskslib.stacks.instance import Instance, Spec
from taskslib.stacks.lifetime import Lifetime
from taskslib.stacks.specs import SCHEMA

KIND = "dev"


def development_spec(project: Project, stack: Stack, locks: Path) -> Spec:
    """Return which instance the development stack of a project is. Pure.

    Its labels name no branch: a changed label would recreate the containers at each checkout.
    """
    name = environment_project(project.name, KIND)
    labels = {
        Label.MANAGED: "true",
        Label.SCHEMA: SCHEMA,
        Label.PROJECT: project.name,
        Label.INSTANCE: KIND,
        Label.NAME: name,
        Label.ROOT: str(project.root.resolve()),
        Label.HOST: platform.node(),
        Label.LOCKS: str(locks),
        Label.KIND: KIND,
    }
    return Spec(stack, name, KIND, labels)


def bring_up(
    lifetime: Lifetime,
    spec: Spec,
    check: Callable[[ComposeConfig, tuple[Container, ...]], None] = lambda _config, _there: None,
) -> Instance:
    """Start a development instance, or bring the one that runs up to date.

    Whatever becomes of it, what was made stays: `dev-down` ends it. `check` is given what is to
    run and what is there, before anything is touched, and may raise.

    Raises `UsageError` where it is another checkout's, has another repository's data or what
    somebody started by hand, `EngineError` and its kin.
    """
    engine = lifetime.engine
    with lifetime.locked(spec.name):
        config = engine.config(spec.stack, spec.name, {})
        check(config, refuse_others(engine, spec))
        instance = lifetime.up(spec, merged(config, overlay(config, spec.labels)))
        if instance.ended and not any(map(_runs, engine.containers(spec.name))):
            raise StackError(
                f"{spec.name} is not up: {', '.join(instance.ended)} ended at once, with 0",
                hint="a service that is to stay needs a command that does not end; "
                "what it said: inv dev-logs",
            )
        return instance


def refuse_others(engine: Engine, spec: Spec) -> tuple[Container, ...]:
    """Return the containers of a development instance, which are this checkout's.

    Raises `UsageError` where they, or its data, are somebody else's.
    """
    there = engine.containers(spec.name)
    refuse_other_checkout(there, spec)
    refuse_strangers(engine.strangers(spec.name), spec)
    _refuse_other_data(engine.volumes(spec.name), spec)
    return there


def remains(containers: Iterable[Container], *, ending: bool) -> str:
    """Return what is left of an instance where a start, or its end, broke off; pure.

    Empty for nothing.
    """
    found = list(containers)
    lacking = {one.service for one in found if not _runs(one) and one.exit_code != 0}
    if not found:
        return ""
    if ending:
        return "not all of the stack is gone: inv dev-down goes on"
    if not any(map(_runs, found)):
        return "containers of the stack are left: inv dev-down removes them"
    how = f"half up, without {', '.join(sorted(lacking))}" if lacking else "still up"
    return f"the stack is {how}: inv dev-down ends it"


def _runs(container: Container) -> bool:
    return container.state == "running"


def overlay(config: ComposeConfig, labels: Mapping[str, str]) -> ComposeConfig:
    """Return what a Compose file lacks to be ours: labels, as a second file for Compose. Pure."""
    plain = {key: literal(value) for key, value in labels.items()}
    added: dict[str, Any] = {"services": {}}
    for key, service in config["services"].items():
        endpoints = describe(key, service)
        more = {Label.ENDPOINTS: literal(endpoints)} if endpoints else {}
        added["services"][key] = {"labels": {**plain, **more}}
    for kind in ("networks", "volumes"):
        named = (config.get(kind) or {}).items()
        own = {key: {"labels": plain} for key, value in named if not (value or {}).get("external")}
        if own:
            added[kind] = own
    return added


def merged(config: ComposeConfig, added: ComposeConfig) -> ComposeConfig:
    """Return a configuration with the labels of an overlay; neither is changed. Pure."""
    result = dict(config)
    for kind, entries in added.items():
        result[kind] = dict(config[kind])
        for key, extra in entries.items():
            old = config[kind][key] or {}
            result[kind][key] = {**old, "labels": {**(old.get("labels") or {}), **extra["labels"]}}
    return result


def refuse_other_checkout(there: Iterable[Container], spec: Spec) -> None:
    """Raise `UsageError` where the containers of that name mount another checkout's source."""
    for container in there:
        theirs = container.labels.get(Label.ROOT, "")
        if theirs != spec.labels[Label.ROOT]:
            raise UsageError(
                f"{spec.name} is up in another checkout: {theirs or 'unknown'}",
                hint=f"end it there, its data stays: cd {theirs} && inv dev-down",
            )


def refuse_strangers(there: Iterable[str], spec: Spec) -> None:
    """Raise `UsageError` where Compose has containers of that name which nobody labelled ours.

    Compose takes all of a project's for its own: it would recreate or remove them.
    """
    if names := " ".join(there):
        raise UsageError(
            f"{spec.name} has containers that inv did not start: {names}",
            hint=f"end them first: docker rm --force {names}",
        )


def refuse_other_volumes(there: Mapping[str, str], spec: Spec) -> None:
    """Raise `UsageError` where volumes (each with its checkout) are not this checkout's."""
    for name, theirs in there.items():
        if theirs != spec.labels[Label.ROOT]:
            raise UsageError(
                f"{name} was made in another checkout: {theirs or 'unknown'}",
                hint=f"remove it there: cd {theirs} && inv dev-down --volumes"
                if theirs and Path(theirs).is_dir()
                else f"nobody needs it? docker volume rm {name}",
            )


def _refuse_other_data(there: Mapping[str, str], spec: Spec) -> None:
    """Raise `UsageError` where volumes (each with its checkout) are another repository's.

    Worktrees of one repository take turns with its data.
    """
    ours = spec.labels[Label.ROOT]
    for name, theirs in there.items():
        if theirs in {"", ours} or not Path(theirs).is_dir():
            continue
        repository = common_folder(ours)
        if repository is None or common_folder(theirs) != repository:
            raise UsageError(
                f"{name} has the data of another project of this name: {theirs}",
                hint='call this one otherwise: [tool.taskslib] project = "…"',
            )
