"""Rules on the repo's Compose files, Dockerfiles, scripts and CI workflows."""

from __future__ import annotations

from collections.abc import Collection
from typing import TYPE_CHECKING

from taskslib.api.session import Session, project
from taskslib.errors import UsageError, did_you_mean

if TYPE_CHECKING:
    from taskslib.lint.formats import Report
    from taskslib.lint.rule import Rule


def lint(
    session: Session, *, environment: str = "", rules: Collection[str] = (), fix: bool = False
) -> Report:
    """Return what the rules find. Raises `ConfigError`, `UsageError`.

    Args:
        session: Where.
        environment: Only the Compose files of this one.
        rules: Ids of the rules to go by; all if there are none.
        fix: Mend first what can be mended; files are written.
    """
    from taskslib.lint.environments import Environment
    from taskslib.lint.linting import Linting
    from taskslib.project.config import read_config

    if environment and environment not in set(Environment):
        raise UsageError(
            f"no environment {environment!r}",
            hint=f"{did_you_mean(environment, Environment)}environments: {', '.join(Environment)}",
        )
    linting = Linting(
        project(session),
        read_config(session.root, session.overrides),
        Environment(environment) if environment else None,
        tuple(rules),
        session.environ,
        session.cancellation,
    )
    return linting.fixed() if fix else linting.report()


def lint_rule(name: str) -> Rule:
    """Return a rule by its id. Raises `UsageError` for one that there isn't."""
    from taskslib.lint.catalogue import rule_named

    return rule_named(name)
