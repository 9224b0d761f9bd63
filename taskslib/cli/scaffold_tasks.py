"""Tasks that write: a new project, what a repo needs, one more service, news of the template."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from invoke.context import Context
from invoke.tasks import task

from taskslib import api
from taskslib.cli.outcome import cancellation, say, tell
from taskslib.cli.path_task import FolderTask
from taskslib.cli.session import PROGRAM_KEY, command, session
from taskslib.cli.writing import ask_to_overwrite, nothing_written, tell_written, written
from taskslib.errors import ExitCode, UsageError

if TYPE_CHECKING:
    from taskslib.scaffold.answers import Answers


@task(
    klass=FolderTask,
    auto_shortflags=False,
    help={
        "folder": "where it is to be; made where it is missing; the current one by default",
        "single": "one service, at the top of the repo",
        "multi": "services, each in a folder of its own; the default",
        "project": "what the project is called; the folder's name by default",
        "services": "e.g. api,jobs:worker,page:frontend,shared:library",
        "datastore": "where the first api keeps its data: none or postgres",
        "ci": "whose workflows: github, gitea or none",
        "registry": "host and folder of released images",
        "answers": "as this file says: a .copier-answers.yml of an earlier project",
        "yes": "ask nothing: defaults for what no option says",
        "overwrite": "also files that are there and differ",
        "git": "make it a git repository, where it is in none; nothing is committed",
        "dry-run": "only print what would be written, as a tree and a patch",
    },
)
@command
def init(
    context: Context,
    folder: str | None = None,
    single: bool = False,
    multi: bool = False,
    project: str | None = None,
    services: str | None = None,
    datastore: str | None = None,
    ci: str | None = None,
    registry: str | None = None,
    answers: str = "",
    yes: bool = False,
    overwrite: bool = False,
    git: bool = False,
    dry_run: bool = False,
) -> None:
    """Write a new project, with tests that pass.

    Asks on a terminal for what no option says. Needs nothing but this package: run it as taskslib.

    Example: taskslib init shop --services api,jobs:worker --yes
    """
    where = Path(folder or ".")
    told = {
        "layout": "single" if single else "multi" if multi else None,
        "project": project,
        "services": services,
        "datastore": datastore,
        "ci": ci,
        "registry": registry,
    }
    given = {name: value for name, value in told.items() if value is not None}
    if single and (multi or services is not None):
        raise UsageError("--single is one service", hint="leave out --multi and --services")
    with nothing_written(), cancellation().at_once():
        changes = api.init_changes(where, _made_of(where, given, answers, defaults=yes or dry_run))
        if not dry_run and changes.overwritten and not overwrite:
            ask_to_overwrite(changes, yes=yes)
    written(changes, dry_run=dry_run)
    if dry_run:
        return
    if git:
        api.init_git(where, cancellation())
    from taskslib.cli.again import tasks_program

    again = tasks_program(context.config.get(PROGRAM_KEY, "inv"))
    say(f"next: {_enter(where)}{again} test", exact=True)


def _made_of(where: Path, given: dict[str, str], record: str, *, defaults: bool) -> Answers:
    """Return what a project is to be made of: as given, as recorded, as asked, by default."""
    if record:
        if given:
            raise UsageError(f"--answers has them all, {', '.join(given)} too")
        try:
            return api.recorded_answers(Path(record))
        except OSError as error:
            raise UsageError(
                f"--answers {record}: {error.strerror}",
                hint="it is the .copier-answers.yml in a project that init wrote",
            ) from error
    terminal = sys.stdin is not None and sys.stdin.isatty()
    if not (terminal or defaults):
        raise UsageError(
            "nobody can be asked, since stdin is no terminal",
            hint="--yes takes the defaults for what no option says",
        )
    found = api.init_answers(where, given, ask=terminal and not defaults)
    folder = where.resolve().name
    if "project" not in given and defaults and found.project != folder:
        say(f"note: the project is called {found.project}, after {folder!r}; --project names it")
    return found


@task(
    klass=FolderTask,
    auto_shortflags=False,
    help={
        "folder": "the repo's top folder; the current one by default",
        "dry-run": "only print what would be written, as a tree and a patch",
    },
)
@command
def adopt(context: Context, folder: str | None = None, dry_run: bool = False) -> None:
    """Write what an existing repo needs.

    Looks at its folders, Compose files, Makefile and scripts, and writes a tasks.py, with the
    targets `test-*` as tasks, and the configuration of a layout that is by no convention: in a new
    pyproject.toml, or in tasks.py where there is one. No file that is there changes, and nothing
    of the repo is run. Prints what lint finds. Needs nothing but this package: run it as taskslib.

    Example: taskslib adopt --dry-run
    """
    from functools import partial

    from taskslib.cli.again import tasks_program
    from taskslib.cli.namespace import ns
    from taskslib.lint.formats import text
    from taskslib.typed import as_typed, typed_as

    ours = {name for one in ns.tasks.values() for name in (one.name, *one.aliases)}
    where = Path(folder or ".")
    found = api.repo_adoption(where, os.environ, ours)
    program = context.config.get(PROGRAM_KEY, "inv")
    typed_as(partial(tasks_program, program, in_tasks=found.in_tasks))
    written(found.changes, dry_run=dry_run)
    tell(found.additions)
    if found.report is not None:
        tell(map(as_typed, text(found.report)))
    if found.changes.files and not dry_run:
        tried = ", inv test --stage unit" if found.has_unit_tests else ""
        say(f"next: {_enter(where)}inv services{tried}")


def _enter(where: Path) -> str:
    """Return what goes into a folder, before a command; nothing in it, or where none is safe."""
    from taskslib.frameworks.base import command_line

    line = "" if where.resolve() == Path.cwd() else command_line("cd", str(where))
    return f"{line} && " if line else ""


@task(
    auto_shortflags=False,
    positional=["name"],
    help={
        "name": "what it is to be called",
        "kind": "api, worker, frontend or library; else the one that it is called like, or api",
        "dry-run": "only print what would be written, as a tree and a patch",
    },
)
@command
def new_service(context: Context, name: str, kind: str = "", dry_run: bool = False) -> None:
    """Add a service, with tests at each stage.

    It also comes into the Compose files of deploy/dev, test and prod, and into CI's workflows.
    Comments and order stay. Where anything of that can't be done, nothing is changed.

    Example: inv new-service billing --kind api --dry-run
    """
    written(api.service_changes(session(context), name, kind), dry_run=dry_run)


@task(
    auto_shortflags=False,
    help={"check": "only print what would change, as a patch; exit 1 if there is something"},
)
@command
def update(context: Context, check: bool = False) -> ExitCode:
    """Bring what init wrote up to date.

    What the template of this version has besides that of the version that the project was made
    with is merged into your files; where both changed the same lines, git's marks show it, and the
    exit code is 1.

    Example: inv update --check
    """
    where = session(context)
    found = api.template_update(where)
    marked = bool(found.conflicts) and not found.changes.files  # by an earlier one
    if check and not marked:
        written(found.changes, dry_run=True)
        return ExitCode.FAILED if found.behind else ExitCode.PASSED
    if not marked:
        with nothing_written():
            api.write_update(where, found)
        tell_written(found.changes)
    if found.conflicts:
        say("both changed the same lines; take out the marks: " + ", ".join(found.conflicts))
        return ExitCode.FAILED
    return ExitCode.PASSED


TASKS = (init, adopt, new_service, update)
