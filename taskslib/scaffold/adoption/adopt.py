"""What an adoption writes, what it says, and what lint finds in the repo as it then is."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from taskslib.events import Stage
from taskslib.lint.files import Files
from taskslib.lint.formats import Report
from taskslib.lint.gather import gather
from taskslib.lint.run import lint
from taskslib.project.config import read_config
from taskslib.project.discovery import discover
from taskslib.scaffold.adoption.found import Found
from taskslib.scaffold.adoption.layout import Layout, layout
from taskslib.scaffold.adoption.reading import TASKS, is_configured, read, tasks_text
from taskslib.scaffold.adoption.stacks import unread
from taskslib.scaffold.adoption.tasksfile import TasksFile, beside, remarks, tasks_of
from taskslib.scaffold.adoption.unrun import unrun
from taskslib.scaffold.adoption.writing import Taken, pyproject_table, taken, tasks_file
from taskslib.scaffold.changes import Changes, changes

_TASKS, _PYPROJECT = "tasks.py", "pyproject.toml"
_OLDER = ("setup.py", "setup.cfg")
"""Where these are, a pyproject.toml without a word of packaging changes how pip installs."""


@dataclass(frozen=True, slots=True)
class Adoption:
    """What is to be written and said."""

    changes: Changes
    """Files that are not there yet, and no others."""
    additions: tuple[str, ...]
    """Lines for a person to add, where the files that would have them are there."""
    report: Report | None
    """What lint finds; None where only running the repo's tasks.py says what there is."""
    has_unit_tests: bool
    """Whether there is something to try at once."""
    in_tasks: bool
    """Whether tasks.py has the configuration, which then only what runs it knows."""


def adoption(root: Path, environ: Mapping[str, str], ours: Collection[str]) -> Adoption:
    """Return what a repo needs. Raises `ConfigError`, `UsageError`, OSError.

    Args:
        root: The repo's top folder.
        environ: For git.
        ours: Names that tasks have here.
    """
    found = read(root, environ)
    text = tasks_text(root)
    theirs, adopted = tasks_of(text), "taskslib" in text
    described = Layout({}) if is_configured(root) or adopted else layout(found)
    targets = taken(found.targets, ours, theirs)
    wanted, additions = ({}, ()) if adopted else _texts(found, described, targets, theirs, ours)
    # Before anything is written: what is to be said must be what taskslib takes.
    given = (theirs.configuration or {}) if adopted else described.table
    config = read_config(root, given)
    project = discover(root, config)
    repo = gather(project, config, Files(root))
    known = not adopted or theirs.configuration is not None
    notes = (
        *described.notes,
        *targets.notes,
        *(unrun(found, project, described.notes) if known else ()),
        *(project.gaps if known else ()),
        *_told(root, found, adopted=adopted, known=known),
        *(() if adopted or not _has_tasks(found) else remarks(theirs, ours)),
        *_unread(found),
        *(_unlinted(found, repo.sources()) if known else ()),
    )
    return Adoption(
        changes(root, wanted, notes),
        tuple(additions),
        Report(lint(repo), len(repo.sources())) if known else None,
        any(one.id.stage is Stage.UNIT for one in project.suites),
        bool(given) and _PYPROJECT not in wanted,
    )


def _texts(
    found: Found,
    described: Layout,
    targets: Taken,
    theirs: TasksFile,
    ours: Collection[str],
) -> tuple[dict[str, str | None], Iterator[str]]:
    """Return what is written, and what is left to a person to add."""
    table = described.table
    if _has_tasks(found):
        names = {*ours, *(one.replace("_", "-") for one in targets.names)}
        return {}, _additions(tasks_file(targets.names, table, beside(theirs, names)))
    apart = not found.has("", _PYPROJECT, *_OLDER)
    wanted: dict[str, str | None] = {_TASKS: tasks_file(targets.names, {} if apart else table)}
    if apart and table:
        wanted[_PYPROJECT] = pyproject_table(table)
    return wanted, iter(())


def _additions(text: str) -> Iterator[str]:
    yield "# to add to your tasks.py"
    yield from text.rstrip().splitlines()


def _has_tasks(found: Found) -> bool:
    return found.has("", *TASKS)


def _unread(found: Found) -> Iterator[str]:
    if found.unread:
        listed = ", ".join(map(_printed, found.unread))
        yield f"the Makefile may have more targets, which stay with make: {listed}"
    for name, word in found.recipes:
        yield (
            f"the recipe of {_printed(name)} was not read: {_printed(word)}; variables that it "
            "gives its tests are for `env` of [tool.taskslib.unit], or of a service's"
        )


def _unlinted(found: Found, read: Collection[str]) -> Iterator[str]:
    if left := unread(found, read):
        yield f"Compose files that are in no stack, and that lint does not read: {', '.join(left)}"


def _printed(text: str) -> str:
    return text if text.isprintable() else repr(text)


def _told(root: Path, found: Found, *, adopted: bool, known: bool) -> Iterator[str]:
    if is_configured(root):
        yield "[tool.taskslib] is there and stays: `inv services` shows what it finds"
    elif not _has_tasks(found) and found.has("", _PYPROJECT, *_OLDER):
        yield "the configuration is in tasks.py, so that no file of yours changes"
    if adopted:
        yield "tasks.py has the tasks already"
    elif _has_tasks(found):
        yield "tasks.py is there, so nothing was written: what is to be added is printed"
    if not known:
        yield (
            "what tasks.py gives `make_ns` is known only where it runs, which adopt does not do: "
            "`inv services` shows what it finds, `inv lint` what is wrong"
        )
