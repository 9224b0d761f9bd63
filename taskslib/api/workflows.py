"""CI: which services a run of it is about, and the workflows that are made from the project."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from taskslib.api import selection
from taskslib.api.session import Session, project
from taskslib.errors import UsageError
from taskslib.events import Stage

if TYPE_CHECKING:
    from taskslib.ci.actions import Provider
    from taskslib.ci.files import Workflow


@dataclass(frozen=True, slots=True)
class Matrix:
    """What changes make CI run."""

    services: tuple[str, ...]
    """Names with affected tests of their own."""
    integration: bool
    """Whether the integration stage is affected."""
    reason: str = ""
    """Why everything is affected, where it is."""

    @property
    def outputs(self) -> dict[str, str]:
        """What later jobs of a workflow get: JSON, for `fromJSON`."""
        return {
            "services": json.dumps(self.services),
            "integration": json.dumps(self.integration),
        }


def ci_matrix(session: Session, base: str = "") -> Matrix:
    """Return what is affected. Raises `ConfigError`, `UsageError` for a base that isn't there."""
    from taskslib.ci.workflows import tested

    found = selection.affected(session, base)
    names = {one.name for one in found.suites if one.stage is not Stage.INTEGRATION}
    services = tuple(one for one in tested(project(session)) if one in names)
    integration = any(one.stage is Stage.INTEGRATION for one in found.suites)
    return Matrix(services, integration, found.changes.reason)


def write_outputs(session: Session, outputs: Mapping[str, str]) -> None:
    """Leave values for later steps and jobs of a workflow. Raises `UsageError` outside of one."""
    from taskslib.ci.outputs import write_outputs

    write_outputs(session.environ, outputs)


def ci_workflows(session: Session, providers: Sequence[Provider]) -> tuple[Workflow, ...]:
    """Return each workflow as it is and as it would be.

    Raises `ConfigError`, OSError, `UsageError` in a folder of a repository: nobody reads it there.
    """
    from taskslib.ci.branch import with_branch
    from taskslib.ci.files import read, unread
    from taskslib.ci.workflows import written

    if inside := unread(session.root):
        raise UsageError(
            f"workflows are read at the top of a repository alone, and this is its folder {inside}",
            hint=f"write one there whose steps run in it, as `working-directory: {inside}`: "
            "`inv test --affected`, and on a tag `inv build --push`",
        )
    found = with_branch(project(session), session.environ)
    if not found.suites:
        session.say(
            "note: there are no tests: until there are, the workflows fail (exit code 4), and "
            "nothing can be released"
        )
    wanted = [
        one for provider in providers for one in written(found, provider, session.prefix).items()
    ]
    return tuple(read(session.root, path, text) for path, text in wanted)


def ci_inside(session: Session) -> str:
    """Return where in its repository the project is; empty at the top, where CI reads workflows."""
    from taskslib.ci.files import unread

    return unread(session.root)


def ci_providers(session: Session) -> tuple[Provider, ...]:
    """Return whose workflows the repo has, by its folders."""
    from taskslib.ci.files import providers

    return providers(session.root)


def ci_write(session: Session, workflows: Sequence[Workflow], *, force: bool) -> None:
    """Write workflows. Raises `UsageError`, before any is written, for one that was edited."""
    from taskslib.ci.files import Condition, write

    edited = [one.path for one in workflows if one.condition is Condition.EDITED]
    if edited and not force:
        raise UsageError(
            f"{', '.join(edited)}: edited by hand, or not written by ci-init",
            hint="--dry-run shows what would change, --force writes it all the same",
        )
    for one in workflows:
        if one.condition is not Condition.SAME:
            write(session.root, one)


def ci_production(session: Session) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return words about images in `deploy/prod` that no release has, and about what is not there.

    Raises `ConfigError`, OSError.
    """
    from taskslib.ci.production import compared, compose_file

    file = compose_file(session.root)
    return ((), ()) if file is None else compared(project(session), file)
