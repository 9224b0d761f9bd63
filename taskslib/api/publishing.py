"""Pushes the images of a version, moves its floating tags, writes the lock."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from taskslib.api.session import Session
from taskslib.project.model import Project

if TYPE_CHECKING:
    from taskslib.release.bake import Origin, Output
    from taskslib.release.images import Image
    from taskslib.release.publish import Bakery
    from taskslib.release.resolve import Found
    from taskslib.stacks.client import DockerClient


@dataclass(frozen=True, slots=True)
class Prepared:
    """What a request for images comes to."""

    project: Project
    version: Found
    every: tuple[Image, ...]
    """All images of the project."""
    picked: tuple[Image, ...]
    """Those that are asked for."""
    origin: Origin
    docker: DockerClient


def publish(
    session: Session, bakery: Bakery, images: Sequence[Image], output: Output
) -> dict[str, str]:
    """Push images and return their digests. Raises `UsageError` where the checkout changed.

    Files are read by each of two builds, so it is looked at after either.
    """
    from taskslib.project.commits import Git
    from taskslib.release.unchanged import refuse_changed

    git, origin = Git(session.root, session.environ), bakery.origin
    bakery.rehearse(images, output)
    refuse_changed(
        git,
        origin.revision,
        "something changed while the images were built: what would be pushed is not what "
        f"{origin.version} is",
        "commit it for a version of its own, or take it back (git stash -u); then: "
        "inv build --push",
    )
    there = bakery.publish(images, output)
    names = ", ".join(f"{one.name}:{origin.version}" for one in images)
    refuse_changed(
        git,
        origin.revision,
        "something changed while the images were pushed: what is published may not be what "
        f"{origin.version} is",
        f"remove {names} from the registry, or release under the next version: what is there "
        "would be taken for it",
    )
    return there


def finish(
    session: Session,
    ready: Prepared,
    bakery: Bakery,
    there: Mapping[str, str],
    *,
    lock: bool,
) -> None:
    """Move floating tags and write the lock, where a release is there as a whole.

    Args:
        session: Where.
        ready: What is released.
        bakery: What knows the registry.
        there: The digests of the images that are published, by service.
        lock: Whether the lock is written also where it has a higher version.
    """
    from taskslib.display.release import listed
    from taskslib.project.places import LOCK
    from taskslib.release.lockfile import locked_version
    from taskslib.release.version import is_behind

    if not ready.version.tag:
        if lock:
            session.say(f"note: {LOCK} stays: only what a version's tag is on is a release")
        return
    version, locked = ready.version.version, locked_version(session.root)
    stays = is_behind(version, locked) and not lock
    if len(there) < len(ready.every):
        if waiting := (*version.floating, *(() if stays else (LOCK,))):
            session.say(
                f"note: {listed(waiting)} {'wait' if len(waiting) > 1 else 'waits'} until all "
                "images are there: `inv build --push` does the rest"
            )
        return
    _float(session, ready, bakery, there)
    if stays:
        session.say(
            f"note: {LOCK} stays at {locked}: `inv build --push --lock` writes {version.text}"
        )
    else:
        _lock(session, ready, there)


def _float(session: Session, ready: Prepared, bakery: Bakery, there: Mapping[str, str]) -> None:
    """Move floating tags, and say which moved, which are there, and which stay and why."""
    from taskslib.display.release import listed, staying_words
    from taskslib.release.resolve import resolve

    version = ready.version.version
    # Asked again: a build takes its time, and a higher version may have been tagged meanwhile.
    settings = ready.project.release
    now = resolve(session.root, session.environ, settings, ready.version.tag).version
    floating = tuple(one for one in version.floating if one in now.floating)
    moved = bakery.float_tags(ready.every, there, floating)
    if moved:
        session.say(f"moved {', '.join(moved)}")
    if stayed := [one for one in floating if one not in moved]:
        are = "are" if len(stayed) > 1 else "is"
        session.say(f"{listed(stayed)} {are} {version.text} already")
    if words := staying_words(now):
        session.say(f"note: {words}")


def _lock(session: Session, ready: Prepared, there: Mapping[str, str]) -> None:
    from taskslib.project.places import LOCK
    from taskslib.release.lockfile import Locked, written

    images = {one.service: Locked(one.name, there[one.service]) for one in ready.every}
    file = session.root / LOCK
    text = written(ready.origin.version, ready.origin.revision, images)
    if file.is_file() and file.read_bytes() == text.encode():
        return
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text, "utf-8", newline="\n")
    session.say(f"wrote {LOCK}")
