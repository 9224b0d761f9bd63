"""Builds the images of a version; `publishing.py` pushes them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

from taskslib.api.publishing import Prepared, finish, publish
from taskslib.api.releases import version
from taskslib.api.selection import affected
from taskslib.api.session import Session, project
from taskslib.errors import UsageError
from taskslib.project.model import Project

if TYPE_CHECKING:
    from taskslib.release.bake import Output
    from taskslib.release.images import Image
    from taskslib.release.publish import Bakery
    from taskslib.release.resolve import Found


@dataclass(frozen=True, slots=True)
class BuildRequest:
    """What is to be built, and what becomes of it."""

    services: tuple[str, ...] = ()
    """Only these; empty for all."""
    affected: bool = False
    """Only what changes can affect; on a tag, all."""
    push: bool = False
    platforms: tuple[str, ...] = ()
    lock: bool = False
    """Write the lock also where that has a higher version."""


def bake_file(session: Session, request: BuildRequest) -> dict[str, Any]:
    """Return the bake file of what a request would build. Raises as `build` does."""
    from taskslib.release.bake import bake

    ready = _prepared(session, request)
    output, notes = _output(ready, request)
    for note in notes:
        session.say(f"note: {note}")
    return bake(ready.picked, ready.origin, output)


def build(session: Session, request: BuildRequest) -> tuple[str, ...]:
    """Build images, push them where that is asked for, and return their references.

    Raises `UsageError` for what can't be released, `BuildError`, `EngineError`.
    """
    from taskslib.release.lockfile import digests
    from taskslib.release.publish import Bakery

    with session.cancellation.on_signals():
        ready = _prepared(session, request)
        if not ready.picked:
            return ()
        limit, text = ready.project.limits.build, ready.origin.version
        bakery = Bakery(ready.docker, session.root, ready.origin, limit)
        output, notes = _output(ready, request)
        begin = partial(_begin, session, bakery, output, notes)
        if not request.push:
            begin(ready.picked)
            bakery.build(ready.picked, output)
            return tuple(f"{one.name}:{text}" for one in ready.picked)
        there = bakery.published(ready.picked, digests(session.root, text))
        for name in (one.name for one in ready.picked if one.service in there):
            session.say(f"{name}:{text} is there already, from this commit")
        if missing := [one for one in ready.picked if one.service not in there]:
            begin(missing)
            there |= publish(session, bakery, missing, output)
        finish(session, ready, bakery, there, lock=request.lock)
    return tuple(f"{one.name}:{text}@{there[one.service]}" for one in ready.picked)


def _begin(
    session: Session,
    bakery: Bakery,
    output: Output,
    notes: Sequence[str],
    images: Sequence[Image],
) -> None:
    """Say what is built, and what of it is not as it was asked for."""
    for words in notes:
        session.say(f"note: {words}")
    for words in bakery.lost(images, output):
        session.say(f"note: this version of buildx does not know {words}")
    services = ", ".join(one.service for one in images)
    session.say(f"building {services} as {bakery.origin.version}")


def _prepared(session: Session, request: BuildRequest) -> Prepared:
    from taskslib.project.commits import Git
    from taskslib.release.images import images
    from taskslib.release.origin import origin_of
    from taskslib.stacks.client import DockerClient

    found = project(session)
    every = images(found, session.environ)
    asked = _asked(request, found, every)
    versioned = version(session, publish=request.push)
    if request.push:
        _refuse_push(session, found, versioned)
    origin = origin_of(Git(session.root, session.environ), versioned, session.environ)
    docker = DockerClient(session.cancellation, session.environ)
    picked = _picked(session, request, asked, versioned)
    for words in (words for one in picked for words in one.notes):
        session.say(f"note: {words}")
    return Prepared(found, versioned, every, picked, origin, docker)


def _asked(request: BuildRequest, found: Project, every: tuple[Image, ...]) -> tuple[Image, ...]:
    """Return the images of the services that are asked for. Raises `UsageError`."""
    from taskslib.release.images import chosen

    libraries = [one.name for one in found.services if one.is_library]
    return chosen(every, request.services, libraries) if request.services else every


def _picked(
    session: Session, request: BuildRequest, picked: tuple[Image, ...], versioned: Found
) -> tuple[Image, ...]:
    if not request.affected:
        return picked
    if versioned.tag:
        session.say(f"note: on a tag, {versioned.tag}, --affected leaves nothing out")
        return picked
    hit = affected(session)
    if hit.changes.files is None:
        session.say(f"note: everything is affected: {hit.changes.reason}")
    picked = tuple(one for one in picked if one.service in hit.services)
    if not picked:
        session.say(f"no image is affected since {hit.changes.base}")
    return picked


def _refuse_push(session: Session, found: Project, versioned: Found) -> None:
    from taskslib.release.images import REGISTRY, registry_of

    if not registry_of(found, session.environ):
        raise UsageError(
            "there is no registry to push to",
            hint=f"set `registry` in [tool.taskslib.release], or the variable {REGISTRY}",
        )
    if versioned.dirty:
        raise UsageError(
            "what is not committed can't be pushed: an image names the commit that it is from",
            hint="git status",
        )


def _output(ready: Prepared, request: BuildRequest) -> tuple[Output, tuple[str, ...]]:
    from taskslib.release.builder import ask_builder, output_for

    builder = ask_builder(ready.docker)
    return output_for(builder, ready.project.release, request.platforms, push=request.push)
