"""Versions and releases."""

from __future__ import annotations

from typing import TYPE_CHECKING

from taskslib.api.session import Session, project

if TYPE_CHECKING:
    from taskslib.release.resolve import Found
    from taskslib.release.tagging import Ready


def version(session: Session, tag: str = "", *, publish: bool = False) -> Found:
    """Return the version of a tag, or of the checkout. Raises `ConfigError`, `UsageError`.

    Args:
        session: Where.
        tag: A tag; else that of CI, or that of the commit that is checked out.
        publish: Whether it is to be published, so that its branch counts.
    """
    from taskslib.release.resolve import resolve

    settings = project(session).release
    found = resolve(session.root, session.environ, settings, tag, publish=publish)
    for note in found.notes:
        session.say(f"note: {note}")
    return found


def release_ready(session: Session, version: str, *, push: bool = False) -> Ready:
    """Return a release that may be tagged once its tests are green, and pushed.

    Raises `UsageError`, and `ConfigError` where its images could not be built as they are tested.
    """
    from taskslib.project.commits import Git
    from taskslib.release.images import has_images, images
    from taskslib.release.tagging import prepared

    found = project(session)
    ready = prepared(Git(session.root, session.environ), found.release, version, push=push)
    if has_images(found):
        images(found, session.environ)
    return ready


def make_release(session: Session, ready: Ready, *, push: bool) -> None:
    """Tag a release, and push branch and tag where that is asked for. Raises `UsageError`."""
    from taskslib.project.commits import Git
    from taskslib.release.tagging import make_tag, publish_tag

    git = Git(session.root, session.environ)
    make_tag(git, ready, project(session).name)
    if push:
        publish_tag(git, ready)


def after_push(session: Session, ready: Ready) -> str:
    """Return what comes of a release once it is pushed, for people."""
    from taskslib.ci.actions import Provider
    from taskslib.release.images import has_images, images

    found = project(session)
    if not has_images(found):
        return "there is no Dockerfile, so no image is built of it"
    tags = ", ".join(ready.version.tags)
    built = ", ".join(one.name for one in images(found, session.environ))
    what = f"tests, builds and pushes {built} as {tags}"
    places = [f"{one.folder}/release{suffix}" for one in Provider for suffix in (".yml", ".yaml")]
    for place in places:
        if (session.root / place).is_file():
            return f"CI ({place}) then {what}"
    return f"no CI workflow is there: `inv build --push` on the tag {what.partition(', ')[2]}"
