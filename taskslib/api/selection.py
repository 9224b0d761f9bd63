"""What depends on what, and what changes affect."""

from __future__ import annotations

from typing import TYPE_CHECKING

from taskslib.api.session import Session, project
from taskslib.project.model import Project

if TYPE_CHECKING:
    from collections.abc import Mapping

    from taskslib.project.dependencies.affected import Affected
    from taskslib.project.dependencies.graph import Graph
    from taskslib.project.dependencies.inputs import Dependencies


def graph(session: Session) -> Graph:
    """Return which service depends on which, and why. Raises `ConfigError`."""
    from taskslib.project.dependencies.graph import graph_of

    return graph_of(dependencies_of(session, project(session)))


def affected(session: Session, base: str = "") -> Affected:
    """Return what the changes since a base affect. Raises `ConfigError`, `UsageError`.

    Args:
        session: Where.
        base: A commit, branch or tag; else what CI says, or the merge base with the main branch.
    """
    from taskslib.project.changes import changes, earlier
    from taskslib.project.dependencies.affected import affected

    found = project(session)
    differing = changes(session.root, session.environ, base)

    def before(path: str) -> str | None:
        return earlier(session.root, session.environ, differing, path)

    return affected(dependencies_of(session, found), differing, before)


def dependencies_of(
    session: Session, found: Project, files: Mapping[str, str] | None = None
) -> Dependencies:
    """Return what depends on what, from all files of the repo (or those that are known)."""
    from taskslib.project.dependencies.inputs import Dependencies
    from taskslib.tree import links, tree

    root = found.root
    paths = tree(str(root), found.dropped) if files is None else files

    def read(path: str) -> str:
        return (root / path).read_text("utf-8", "replace")

    return Dependencies(found, paths, read, session.environ, links(str(root), paths))
