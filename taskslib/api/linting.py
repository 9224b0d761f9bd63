"""Rules on the repo's Compose files, Dockerfiles, scripts and CI workflows."""

from __future__ import annotations

from collections.abc import Collection
from typing import TYPE_CHECKING

from taskslib.api.session import Session
from taskslib.project import surveyed

if TYPE_CHECKING:
    from taskslib.lint.formats import Report


def lint(
    session: Session, *, environment: str = "", rules: Collection[str] = (), fix: bool = False
) -> Report:
    """Return what the rules find. Raises `ConfigError`, `UsageError`.

    Args:
        session: Where.
        environment: Only the Compose files of this one, by its name.
        rules: Ids of the rules to go by; all if there are none.
        fix: Mend first what can be mended; files are written.
    """
    from taskslib.lint.linting import Linting
    from taskslib.project.config import read_config

    found, faults = surveyed(session.root, session.overrides)
    linting = Linting(
        found,
        read_config(session.root, session.overrides),
        environment,
        tuple(rules),
        session.environ,
        session.cancellation,
        faults,
    )
    return linting.fixed() if fix else linting.report()


def lint_rule(name: str) -> list[str]:
    """Return what there is to say of a rule. Raises `UsageError` for one that there isn't."""
    from taskslib.lint.catalogue import explained_named

    return explained_named(name)
