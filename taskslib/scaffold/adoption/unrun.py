"""Tests that are there and that no suite runs: a green run must not hide them."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from pathlib import Path

from taskslib.project.model import Project, Suite
from taskslib.scaffold.adoption.found import Found, above

_NAMED = 5


def unrun(found: Found, project: Project, notes: Collection[str]) -> Iterator[str]:
    """Yield a note that names the files of tests that no suite runs, if there are any.

    Args:
        found: The repo.
        project: What it is with the configuration.
        notes: What is said already; files and folders that these begin with are not named again.
    """
    said = {note.partition(" ")[0] for note in notes}
    run = [_files_of(suite) for suite in project.suites]
    left = [
        path
        for path in found.tests("")
        if not said & {path, *above(path)}
        and not any(_runs(one, project.root / path) for one in run)
    ]
    if left:
        more = f" and {len(left) - _NAMED} more" if len(left) > _NAMED else ""
        yield (
            f"no suite runs {', '.join(sorted(left)[:_NAMED])}{more}: for a service's there is "
            "`unit_tests` of [tool.taskslib.service.NAME], for others that of [tool.taskslib]"
        )


def _files_of(suite: Suite) -> Path | frozenset[Path]:
    """Return a suite's folder, or the files that its glob finds."""
    return frozenset(suite.tests.glob(suite.glob)) if suite.glob else suite.tests


def _runs(files: Path | frozenset[Path], path: Path) -> bool:
    return path.is_relative_to(files) if isinstance(files, Path) else path in files
