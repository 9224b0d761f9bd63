"""Versions and releases."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from taskslib.api.session import Session, project
from taskslib.errors import UsageError

if TYPE_CHECKING:
    from taskslib.release.resolve import Found


def version(session: Session, tag: str = "") -> Found:
    """Return the version of a tag, or of the checkout. Raises `ConfigError`, `UsageError`.

    Args:
        session: Where.
        tag: A tag; else that of CI, or the highest one of the commit that is checked out.
    """
    from taskslib.release.resolve import resolve

    found = resolve(session.root, session.environ, project(session).release, tag)
    for note in found.notes:
        session.say(f"note: {note}")
    return found


def write_outputs(session: Session, found: Found) -> None:
    """Append a version to the outputs of a step of GitHub's or Gitea's workflows.

    Raises `UsageError` outside of one.
    """
    file = session.environ.get("GITHUB_OUTPUT", "")
    if not file:
        raise UsageError(
            "there are no outputs to write: GITHUB_OUTPUT names no file",
            hint="outside of a workflow: inv version --json",
        )
    lines = [f"VERSION={found.version.text}"]
    lines += ["PRERELEASE=true"] if found.version.prerelease else []
    with Path(file).open("a", encoding="utf-8", newline="\n") as stream:
        stream.write("".join(f"{line}\n" for line in lines))
