"""Which suites a path of the repo means, and what their frameworks are told to run just that."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from pathlib import Path

from taskslib.errors import UsageError
from taskslib.events import SuiteId
from taskslib.frameworks.detection import framework_of
from taskslib.pipeline.plan import Pick
from taskslib.project.dependencies.areas import Area
from taskslib.project.model import Project, Suite

Picks = Mapping[SuiteId, Pick]
"""The suites that are to run, and what of them."""


def by_path(project: Project, given: str, cwd: Path) -> Picks:
    """Return the suites that a path means, and what of them.

    A file or folder of tests (`…/test_a.py::test_b` too) means just that; one above means all the
    suites below it; any other file of a service means all the service's suites.

    Raises `UsageError` where there is no such file, or no suite that has to do with it.
    """
    file, _, test = given.partition("::")
    paths = _found(project, file, cwd)
    for path in paths:
        tests = {one: one.tests for one in project.suites if one.tests != path and _has(one, path)}
        if inside := _around(path, tests):
            return {one.id: Pick(_arguments(one, path, test)) for one in inside}
    if test:
        raise UsageError(f"{file} is in no suite's tests", hint=_folders(project))
    folders = {one: one.folder for one in project.suites}
    below = ([one for one in project.suites if one.tests.is_relative_to(path)] for path in paths)
    around = (_around(path, folders) for path in paths)
    chosen = next(filter(None, (*below, *around)), None)
    if chosen is None:
        raise UsageError(f"no suite has to do with {file}", hint=_folders(project))
    return {one.id: Pick() for one in chosen}


def _has(suite: Suite, path: Path) -> bool:
    """Return whether a path can be one of a suite's, where a glob says which are."""
    if not suite.glob or path.is_dir() or not path.is_relative_to(suite.tests):
        return True
    return Area(suite.glob).covers(path.relative_to(suite.tests).as_posix())


def _around(path: Path, folders: Mapping[Suite, Path]) -> list[Suite]:
    """Return the suites in whose folders a path lies: of those the deepest ones."""
    depths = {
        one: len(folder.parts) for one, folder in folders.items() if path.is_relative_to(folder)
    }
    return [one for one, depth in depths.items() if depth == max(depths.values())]


def by_failures(
    project: Project, failed: Sequence[tuple[SuiteId, str]], broken: Sequence[SuiteId] = ()
) -> Picks:
    """Return the suites of failed tests, and these; of a broken one all of it.

    A test whose file is not there any more is left out.
    """
    picks: dict[SuiteId, Pick] = {}
    for suite in project.suites:
        tests = (test for one, test in failed if one == suite.id)
        if suite.id in broken:
            picks[suite.id] = Pick()
        elif there := tuple(test for test in tests if _there(suite, test)):
            picks[suite.id] = Pick(tests=there)
    return picks


def _there(suite: Suite, test: str) -> bool:
    framework = framework_of(suite)
    # Not by Path, which raises where the name is too long for one.
    return framework is not None and os.path.exists(suite.folder / framework.file_of(test))  # noqa: PTH110


def _found(project: Project, file: str, cwd: Path) -> tuple[Path, ...]:
    """Return a path that is given as seen from where the user is, or from the repo.

    Suites are where they are linked: what a link leads to counts only after the path as it is.
    """
    for base in (cwd, project.root):
        path = Path(os.path.normpath(base / file))
        if path.exists():
            return path, path.resolve()
    raise UsageError(f"there is no {file}", hint=_folders(project))


def _arguments(suite: Suite, path: Path, test: str) -> tuple[str, ...]:
    framework = framework_of(suite)
    if framework is None:
        return ()
    return framework.within(suite, Path(os.path.relpath(path, suite.folder)).as_posix(), test)


def _folders(project: Project) -> str:
    shown = dict.fromkeys(project.shown(one.tests) for one in project.suites)
    return f"tests are in {', '.join(shown)}"
