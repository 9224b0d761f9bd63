"""A project brought up to date with the template of this version.

Copier's own update wants the template in a git repository with tags. Ours is in a wheel, so each
version renders what it would have written: the recorded one from its wheel, in an environment that
uv makes, and this one. What differs between the two is merged into what the repo has.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory

from packaging.version import InvalidVersion, Version

from taskslib.cancellation import Cancellation
from taskslib.ci.actions import Provider
from taskslib.ci.branch import with_branch
from taskslib.ci.files import providers
from taskslib.errors import EnvironmentFailure, UsageError
from taskslib.frameworks.environments.build import uv_program
from taskslib.lint.files import Files
from taskslib.processes import Command, run
from taskslib.project.commits import Git
from taskslib.project.model import Project
from taskslib.scaffold.answers import FILE, Answers, recorded
from taskslib.scaffold.changes import Changes, changes
from taskslib.scaffold.project import project_files
from taskslib.scaffold.threeway import ThreeWay
from taskslib.scaffold.workflows import with_workflows
from taskslib.version import __version__

_LINES = 20
"""How much of uv's reason is shown."""
_OURS = "yours"
"""What the repo's own lines are called where both changed them."""
_NOT_OURS = ("PYTHONPATH", "PYTHONHOME", "VIRTUAL_ENV")
"""Variables that would let an older version import this one."""


@dataclass(frozen=True, slots=True)
class Update:
    """What an update does."""

    changes: Changes
    conflicts: tuple[str, ...]
    """Files in which both changed the same lines; their texts have git's marks, of this update or
    of an earlier one."""
    older: str
    """The version that the project was made with."""
    newer: str

    @property
    def behind(self) -> bool:
        """Whether the project lacks something: more than the version in its record."""
        return any(one.path != FILE for one in self.changes.files)


@dataclass(frozen=True, slots=True)
class Updating:
    """A project that may be behind its template."""

    project: Project
    environ: Mapping[str, str]
    cancellation: Cancellation
    prefix: str = ""
    """What stands before the names of our tasks in the repo's tasks.py."""

    def update(self) -> Update:
        """Return what brings the project up to date.

        Raises `UsageError` where it was not made by taskslib, or by a newer one, or has conflicts
        of an earlier update, `EnvironmentFailure` where the recorded version can't be had.
        """
        root = self.project.root
        answers = self._recorded()
        older, newer = answers.taskslib, __version__
        marked = self._marked()
        if older == newer:
            return Update(Changes(root, ()), marked, older, newer)
        if marked:
            raise UsageError(
                "files have the marks of an earlier update",
                details="\n".join(marked),
                hint="take out the marks, commit, and once more",
            )
        if _version(older) > _version(newer):
            raise UsageError(
                f"the project is of taskslib {older}, and this is {newer}",
                hint=f"pip install 'taskslib>={older}'",
            )
        wanted, conflicts, notes = self._merged(
            answers, self._rendered(older), project_files(replace(answers, taskslib=newer))
        )
        project = with_branch(self.project, self.environ)
        after, more = with_workflows(Files(root), project, providers(root), self.prefix)
        found = changes(root, {**wanted, **after.changed}, (*notes, *more))
        return Update(found, conflicts, older, newer)

    def check_committed(self, found: Changes) -> None:
        """Raise `UsageError` where a file that is to change has changes that git has not."""
        paths = [one.path for one in found.files if one.before is not None]
        git = Git(self.project.root, self.environ)
        told = git("status", "--porcelain", "-z", "--", *paths) if paths else ""
        if told:
            raise UsageError(
                "files that the update changes have changes that are not committed",
                details="\n".join(one[3:] for one in told.split("\0") if one),
                hint="commit them first, so that `git diff` shows what the update did",
            )

    def _marked(self) -> tuple[str, ...]:
        """Return the files that have a conflict of an update, with its marks."""
        git = Git(self.project.root, self.environ)
        marks = (f"^<<<<<<< {_OURS}", "^>>>>>>> taskslib ")
        each = (word for one in marks for word in ("-e", one))
        told = git("grep", "--files-with-matches", "--all-match", "-z", "--untracked", *each)
        return tuple(one for one in (told or "").split("\0") if one)

    def _recorded(self) -> Answers:
        source = Files(self.project.root).source(FILE)
        if source is None:
            raise UsageError(
                f"there is no {FILE} in {self.project.root}",
                hint="`taskslib init` writes it; other repos have nothing to update",
            )
        return recorded(source.text)

    def _merged(
        self, answers: Answers, older: Mapping[str, str], newer: Mapping[str, str]
    ) -> tuple[dict[str, str | None], tuple[str, ...], tuple[str, ...]]:
        labels = (_OURS, f"taskslib {answers.taskslib}", f"taskslib {__version__}")
        merging = ThreeWay(labels, self.cancellation)
        files = Files(self.project.root)
        wanted: dict[str, str | None] = {}
        conflicts, notes = [], []
        for path in sorted({*older, *newer}):
            if path.startswith(tuple(f"{one.folder}/" for one in Provider)):
                continue  # made of the project that is there, not of the one that was begun with
            source = files.source(path)
            ours = None if source is None else source.text
            done = merging.merged(ours, older.get(path), newer.get(path))
            if done.text != ours:
                wanted[path] = done.text
            if done.conflicts:
                conflicts.append(path)
            if done.note:
                notes.append(f"{path} {done.note}")
        return wanted, tuple(conflicts), tuple(notes)

    def _rendered(self, version: str) -> dict[str, str]:
        """Return what another version of taskslib writes for the recorded answers."""
        with TemporaryDirectory(prefix="taskslib-") as folder:
            target = Path(folder) / "project"
            record = self.project.root / FILE
            argv = (
                *(uv_program(), "tool", "run", "--quiet", "--from", f"taskslib=={version}"),
                *("taskslib", "init", str(target), "--answers", str(record.resolve())),
            )
            environ = {k: v for k, v in self.environ.items() if k not in _NOT_OURS}
            done = run(Command(argv, cwd=Path(folder), env=environ), self.cancellation)
            if done.code != 0:
                raise EnvironmentFailure(
                    f"taskslib {version}, which the project was made with, can't be run",
                    details="\n".join(done.stderr.strip().splitlines()[-_LINES:]),
                    hint="uv takes it from its index, or from the folder in UV_FIND_LINKS",
                )
            return {
                path.relative_to(target).as_posix(): path.read_text("utf-8")
                for path in target.rglob("*")
                if path.is_file()
            }


def _version(text: str) -> Version:
    try:
        return Version(text)
    except InvalidVersion as error:
        raise UsageError(f"{FILE}: {text!r} is no version of taskslib") from error
