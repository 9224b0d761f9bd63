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
from taskslib.scaffold.adoption.reading import has_tasks, is_configured, read
from taskslib.scaffold.adoption.stacks import unread
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
    report: Report
    """What lint finds."""
    has_unit_tests: bool
    """Whether there is something to try at once."""


def adoption(root: Path, environ: Mapping[str, str], ours: Collection[str]) -> Adoption:
    """Return what a repo needs. Raises `ConfigError`, `UsageError`, OSError.

    Args:
        root: The repo's top folder.
        environ: For git.
        ours: Names that tasks have here.
    """
    found = read(root, environ)
    has_table = is_configured(root)
    described = Layout({}) if has_table or has_tasks(root) else layout(found)
    targets = taken(found.targets, ours)
    wanted, additions = ({}, ()) if has_tasks(root) else _texts(found, described, targets)
    # Before anything is written: what is to be said must be what taskslib takes.
    config = read_config(root, described.table)
    project = discover(root, config)
    repo = gather(project, config, Files(root))
    report = Report(lint(repo), len(repo.sources()))
    told = (
        *_told(found, has_table=has_table, adopted=has_tasks(root)),
        *_unread(found),
        *_unlinted(found, repo.sources()),
    )
    unit = any(one.id.stage is Stage.UNIT for one in project.suites)
    notes = (*described.notes, *targets.notes, *project.gaps, *told)
    return Adoption(changes(root, wanted, notes), tuple(additions), report, unit)


def _texts(
    found: Found, described: Layout, targets: Taken
) -> tuple[dict[str, str | None], Iterator[str]]:
    """Return what is written, and what is left to a person to add."""
    table = described.table
    if _has_tasks(found):
        return {}, _additions(tasks_file(targets.names, table))
    apart = not found.has("", _PYPROJECT, *_OLDER)
    wanted: dict[str, str | None] = {_TASKS: tasks_file(targets.names, {} if apart else table)}
    if apart and table:
        wanted[_PYPROJECT] = pyproject_table(table)
    return wanted, iter(())


def _additions(text: str) -> Iterator[str]:
    yield "# to add to your tasks.py"
    yield from text.rstrip().splitlines()


def _has_tasks(found: Found) -> bool:
    return found.has("", _TASKS, "tasks/__init__.py")


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


def _told(found: Found, *, has_table: bool, adopted: bool) -> Iterator[str]:
    if has_table:
        yield "[tool.taskslib] is there and stays: `inv services` shows what it finds"
    elif not _has_tasks(found) and found.has("", _PYPROJECT, *_OLDER):
        yield "the configuration is in tasks.py, so that no file of yours changes"
    if adopted:
        yield "tasks.py has the tasks already"
    elif _has_tasks(found):
        yield "tasks.py is there, so nothing was written: what is to be added is printed"
