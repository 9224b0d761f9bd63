"""CI: which services a run of it is about, and the workflows that are made from the project."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from taskslib.api import selection
from taskslib.api.session import Session, project
from taskslib.errors import UsageError
from taskslib.events import Stage

if TYPE_CHECKING:
    from taskslib.ci.actions import Provider
    from taskslib.ci.files import Workflow

OUTPUT = "GITHUB_OUTPUT"
"""The variable that names the file for what later steps and jobs read."""


@dataclass(frozen=True, slots=True)
class Matrix:
    """What changes make CI run."""

    services: tuple[str, ...]
    """Names with affected tests of their own."""
    integration: bool
    """Whether the integration stage is affected."""
    reason: str = ""
    """Why everything is affected, where it is."""


def ci_matrix(session: Session, base: str = "") -> Matrix:
    """Return what is affected. Raises `ConfigError`, `UsageError` for a base that isn't there."""
    from taskslib.ci.workflows import tested

    found = selection.affected(session, base)
    names = {one.name for one in found.suites if one.stage is not Stage.INTEGRATION}
    services = tuple(one for one in tested(project(session)) if one in names)
    integration = any(one.stage is Stage.INTEGRATION for one in found.suites)
    return Matrix(services, integration, found.changes.reason)


def write_matrix(session: Session, matrix: Matrix) -> None:
    """Write `services` and `integration` for later jobs. Raises `UsageError`, OSError."""
    import json

    file = session.environ.get(OUTPUT, "")
    if not file:
        raise UsageError(f"--github-output: {OUTPUT} is not set", hint="it is, in a workflow")
    with Path(file).open("a", encoding="utf-8", newline="\n") as stream:
        stream.write(f"services={json.dumps(matrix.services)}\n")
        stream.write(f"integration={json.dumps(matrix.integration)}\n")


def ci_workflows(session: Session, providers: Sequence[Provider]) -> tuple[Workflow, ...]:
    """Return each workflow as it is and as it would be. Raises `ConfigError`, OSError."""
    from taskslib.ci.files import read, stamped
    from taskslib.ci.workflows import workflows

    found = project(session)
    files = []
    for provider in providers:
        command = f"taskslib ci-init --provider {provider}"
        for path, body in workflows(found, provider).items():
            wanted = None if body is None else stamped(body, command)
            files.append(read(session.root, path, wanted))
    return tuple(files)


def ci_providers(session: Session) -> tuple[Provider, ...]:
    """Return whose workflows the repo has, by its folders."""
    from taskslib.ci.actions import Provider

    return tuple(one for one in Provider if (session.root / one.folder / "test.yml").is_file())


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
