"""Builds the images of a version, and publishes them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from taskslib.api.releases import version
from taskslib.api.selection import affected
from taskslib.api.session import Session, project
from taskslib.errors import UsageError
from taskslib.project.model import Project

if TYPE_CHECKING:
    from taskslib.release.bake import Origin, Output
    from taskslib.release.images import Image
    from taskslib.release.publish import Bakery
    from taskslib.release.resolve import Found
    from taskslib.stacks.client import DockerClient


@dataclass(frozen=True, slots=True)
class BuildRequest:
    """What is to be built, and what becomes of it."""

    services: tuple[str, ...] = ()
    """Only these; empty for all."""
    affected: bool = False
    """Only what changes can affect; on a tag, all."""
    push: bool = False
    platforms: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class _Prepared:
    """What a request comes to."""

    project: Project
    version: Found
    every: tuple[Image, ...]
    """All images of the project."""
    picked: tuple[Image, ...]
    """Those that are asked for."""
    origin: Origin
    docker: DockerClient


def bake_file(session: Session, request: BuildRequest) -> dict[str, Any]:
    """Return the bake file of what a request would build. Raises as `build` does."""
    from taskslib.release.bake import bake

    ready = _prepared(session, request)
    return bake(ready.picked, ready.origin, _output(session, ready, request))


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
        if not request.push:
            bakery.build(ready.picked, _begun(session, ready, request, bakery, ready.picked))
            return tuple(f"{one.name}:{text}" for one in ready.picked)
        there = bakery.published(ready.picked, digests(session.root, text))
        for name in (one.name for one in ready.picked if one.service in there):
            session.say(f"{name}:{text} is there already, from this commit")
        if missing := [one for one in ready.picked if one.service not in there]:
            there |= bakery.publish(missing, _begun(session, ready, request, bakery, missing))
        _finish(session, ready, bakery, there)
    return tuple(f"{one.name}:{text}@{there[one.service]}" for one in ready.picked)


def _begun(
    session: Session,
    ready: _Prepared,
    request: BuildRequest,
    bakery: Bakery,
    images: Sequence[Image],
) -> Output:
    """Say what is built, and return what becomes of it."""
    output = _output(session, ready, request)
    for words in bakery.lost(images, output):
        session.say(f"note: this version of buildx does not know {words}")
    services = ", ".join(one.service for one in images)
    session.say(f"building {services} as {ready.origin.version}")
    return output


def _prepared(session: Session, request: BuildRequest) -> _Prepared:
    from taskslib.project.commits import Git
    from taskslib.release.images import images
    from taskslib.release.origin import origin_of
    from taskslib.stacks.client import DockerClient

    found = project(session)
    versioned = version(session, publish=request.push)
    if request.push:
        _refuse_push(session, found, versioned)
    every = images(found, session.environ)
    origin = origin_of(Git(session.root, session.environ), versioned, session.environ)
    docker = DockerClient(session.cancellation, session.environ)
    picked = _picked(session, request, found, every, versioned)
    for words in (words for one in picked for words in one.notes):
        session.say(f"note: {words}")
    return _Prepared(found, versioned, every, picked, origin, docker)


def _picked(
    session: Session,
    request: BuildRequest,
    found: Project,
    every: tuple[Image, ...],
    versioned: Found,
) -> tuple[Image, ...]:
    from taskslib.release.images import chosen

    libraries = [one.name for one in found.services if one.is_library]
    picked = chosen(every, request.services, libraries) if request.services else every
    if not request.affected:
        return picked
    if versioned.tag:
        session.say(f"note: tag {versioned.tag} is built as a whole")
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


def _output(session: Session, ready: _Prepared, request: BuildRequest) -> Output:
    from taskslib.release.builder import ask_builder, output_for

    output, notes = output_for(
        ask_builder(ready.docker), ready.project.release, request.platforms, push=request.push
    )
    for note in notes:
        session.say(f"note: {note}")
    return output


def _finish(session: Session, ready: _Prepared, bakery: Bakery, there: dict[str, str]) -> None:
    """Move floating tags and write the lock, where a release is there as a whole."""
    from taskslib.project.places import LOCK
    from taskslib.release.lockfile import Locked, written
    from taskslib.release.resolve import resolve

    if not ready.version.tag:
        return
    floating = ready.version.version.floating
    if len(there) < len(ready.every):
        session.say(
            f"note: {', '.join((*floating, LOCK))} {'wait' if floating else 'waits'} until all "
            "images are there: "
            "`inv build --push` does the rest"
        )
        return
    # Asked again: a build takes its time, and a higher version may have been tagged meanwhile.
    settings = ready.project.release
    now = resolve(session.root, session.environ, settings, ready.version.tag)
    floating = tuple(one for one in floating if one in now.version.floating)
    bakery.float_tags(ready.every, there, floating)
    if floating:
        session.say(f"moved {', '.join(floating)}")
    images = {one.service: Locked(one.name, there[one.service]) for one in ready.every}
    file = session.root / LOCK
    file.parent.mkdir(parents=True, exist_ok=True)
    text = written(ready.origin.version, ready.origin.revision, images)
    file.write_text(text, "utf-8", newline="\n")
    session.say(f"wrote {LOCK}")
