"""New projects, and new services in a project: what would be written, and writing it."""

from __future__ import annotations

import os
from collections.abc import Collection, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from taskslib.api.session import Session, project
from taskslib.cancellation import Cancellation
from taskslib.errors import UsageError
from taskslib.version import __version__

if TYPE_CHECKING:
    from taskslib.scaffold.adoption.adopt import Adoption
    from taskslib.scaffold.answers import Answers
    from taskslib.scaffold.changes import Changes
    from taskslib.scaffold.update import Update, Updating


def init_answers(folder: Path, given: Mapping[str, str], *, ask: bool = False) -> Answers:
    """Return what a new project is to be made of. Raises `UsageError` for an answer that can't be.

    Args:
        folder: Where it is to be; its name is the project's where none is given.
        given: Answers by question: project, layout, services, datastore, ci, registry.
        ask: Ask on the terminal for those that are missing; otherwise defaults count.
    """
    from taskslib.scaffold.answers import QUESTIONS, answers_of, defaults_of
    from taskslib.scaffold.naming import project_name

    of_folder = project_name(folder.resolve().name)
    defaults = defaults_of(given.get("project", of_folder))
    # What is given is refused before anyone is asked.
    answers_of({**defaults, **given}, __version__)
    told: Mapping[str, str] = {**defaults, **given}
    if ask and any(one not in given for one in QUESTIONS):
        from taskslib.scaffold.render import asked

        told = {**told, **asked(given, {"project": defaults["project"]})}
    return answers_of(told, __version__)


def recorded_answers(file: Path) -> Answers:
    """Return what a project was made of, by the record in it. Raises `ConfigError`, OSError."""
    from taskslib.scaffold.answers import recorded

    return recorded(file.read_text("utf-8"))


def init_changes(folder: Path, answers: Answers) -> Changes:
    """Return what a folder gets to be a new project. Raises `UsageError`, OSError.

    Args:
        folder: Where; it need not be there.
        answers: What the project is made of.
    """
    from taskslib.scaffold.project import project_changes

    return project_changes(folder, answers, os.environ)


def service_changes(session: Session, name: str, kind: str = "") -> Changes:
    """Return what a repo gets with one more service. Raises `UsageError`, `ConfigError`, OSError.

    Args:
        session: Where.
        name: What the service is to be called.
        kind: api, worker, frontend or library; else what the name says.
    """
    from taskslib.project.config import read_config
    from taskslib.scaffold.addition import Addition

    config = read_config(session.root, session.overrides)
    addition = Addition(
        project(session), config, session.environ, session.cancellation, session.prefix
    )
    return addition.changes(name, kind)


def repo_adoption(folder: Path, environ: Mapping[str, str], ours: Collection[str]) -> Adoption:
    """Return what an existing repo needs to have the tasks. Nothing of the repo's is run.

    Raises `UsageError` where there is no folder, `ConfigError`, OSError.

    Args:
        folder: The repo's top folder.
        environ: For git.
        ours: Names that tasks have: targets of a Makefile that are called so stay there.
    """
    from taskslib.scaffold.adoption.adopt import adoption

    if folder.exists() and not folder.is_dir():
        raise UsageError(
            f"{folder} is no folder", hint="give the repo's top folder, or leave it out"
        )
    if not folder.is_dir():
        raise UsageError(f"there is no folder {folder}", hint="`taskslib init` makes a new project")
    # Whoever names the project looks at the folder's name, which `.` does not have.
    return adoption(folder.resolve(), environ, ours)


def init_git(folder: Path, cancellation: Cancellation) -> None:
    """Make a folder a git repository, where it is in none. Raises `UsageError`."""
    from taskslib.ci.branch import main_branch
    from taskslib.processes import Command, run
    from taskslib.project.git import branches

    if branches(folder) is not None:
        return
    # As the workflows have it: git's own default is another one.
    branch = f"--initial-branch={main_branch(folder, os.environ)}"
    done = run(Command(("git", "init", "--quiet", branch), cwd=folder), cancellation)
    if done.code != 0:
        raise UsageError(f"git init failed: {done.stderr.strip()}")


def _updating(session: Session) -> Updating:
    from taskslib.scaffold.update import Updating

    return Updating(project(session), session.environ, session.cancellation, session.prefix)


def template_update(session: Session) -> Update:
    """Return what a project lacks that the template of this version has.

    Raises `UsageError`, `ConfigError`, `EnvironmentFailure`, OSError.
    """
    return _updating(session).update()


def write_update(session: Session, update: Update) -> None:
    """Write an update. Raises `UsageError`, before, where it would meet changes not committed."""
    updating = _updating(session)
    updating.check_committed(update.changes)
    update.changes.write(session.cancellation.check)
