"""Whose a place in the repo is: a suite's own, a package's, a stack's."""

from __future__ import annotations

import os
import re
from collections.abc import Collection, Iterator
from functools import cached_property
from pathlib import Path

from taskslib.events import Stage
from taskslib.project.dependencies.areas import Area, is_below
from taskslib.project.dependencies.packages import Packages, Read
from taskslib.project.model import Project, Stack, Suite

_ROOT = ""
_DEPLOY = "deploy"
"""The folder for what has to do with containers: what is in there is no source of a package."""
_TESTS = re.compile(r"(?:^|/)_*(?:tests?|specs?|e2e)_*(?:/|$)", re.IGNORECASE)
"""How folders are called that hold nothing but tests."""


class Folders:
    """The folders of a project's suites, stacks and packages, as places."""

    def __init__(self, project: Project, paths: Collection[str], read: Read) -> None:
        """Take the project, what files there are, and what gives their text."""
        self.root: str = os.path.normpath(project.root)
        self._project = project
        self._paths = paths
        self._places: dict[Path, str] = {}
        self._dependencies: dict[str, tuple[Area, ...]] = {}
        folders = {service.name: self.place(service.path) for service in project.services}
        declared = {
            folders[service.name]: [folders[other] for other in service.depends_on]
            for service in project.services
        }
        self.packages: Packages = Packages(paths, read, declared)

    def place(self, path: Path) -> str:
        """Return a path as a place; one that is not in the repo begins with `..`."""
        found = self._places.get(path)
        if found is None:
            text = os.path.normpath(path)
            below = text.startswith(self.root + os.sep)
            place = text[len(self.root) + 1 :] if below else os.path.relpath(text, self.root)
            place = place.replace(os.sep, "/")
            found = self._places[path] = _ROOT if place == "." else place
        return found

    def as_dependency(self, folder: str) -> tuple[Area, ...]:
        """Return the places of a folder that those depend on who need it as a package."""
        found = self._dependencies.get(folder)
        if found is None:
            found = self._dependencies[folder] = self._as_dependency(folder)
        return found

    def _as_dependency(self, folder: str) -> tuple[Area, ...]:
        if folder == _ROOT:
            return tuple(Area(one) for one in self.root_packages)
        suites = self._suites.get(folder, ())
        without = {place for suite in suites for place in self._tests(suite, folder)}
        stacks = {place for suite in suites for place in self._stack_place(suite, folder)}
        return (Area(folder, tuple(sorted(without | stacks))),)

    def own(self, suite: Suite, folder: str) -> Iterator[Area]:
        """Yield the places that are the suite's own: its folder without the other stages' tests.

        What lies beside those stays in: a stage can import another's factories.
        """
        tests = self.place(suite.tests)
        others = [other for other in self._suites.get(folder, ()) if other.id != suite.id]
        theirs = {place for other in others for place in self._tests(other, folder)}
        theirs = {one for one in theirs if not is_below(tests, one)}
        stacks: set[str] = set()
        if suite.id.stage is Stage.UNIT:
            stacks = {place for other in others for place in self._stack_place(other, folder)}
            stacks = {one for one in stacks if not is_below(tests, one)}
        top = folder if folder != _ROOT else tests.partition("/")[0]
        apart, without_tests = (
            tuple(sorted(one for one in places if is_below(one, top)))
            for places in (stacks, theirs)
        )
        yield Area(top, apart, without_tests)
        if folder == _ROOT:
            yield from self.as_dependency(_ROOT)
        yield from self.elsewhere(suite, folder)

    def elsewhere(self, suite: Suite, folder: str) -> Iterator[Area]:
        """Yield where a suite's tests and its command's folder are, if not in its own folder."""
        runs = [suite.runner.folder] if suite.runner is not None else []
        places = (self.place(path) for path in (suite.tests, *runs))
        yield from (Area(place) for place in places if not is_below(place, folder))

    @cached_property
    def _suites(self) -> dict[str, list[Suite]]:
        """The suites by their folder."""
        found: dict[str, list[Suite]] = {}
        for suite in self._project.suites:
            found.setdefault(self.place(suite.folder), []).append(suite)
        return found

    def _tests(self, suite: Suite, folder: str) -> Iterator[str]:
        """Yield the folder of a suite's tests, where nothing but tests can be in there."""
        place = self.place(suite.tests)
        if is_below(place, folder) and _TESTS.search(place[len(folder) :]):
            yield place

    def _stack_place(self, suite: Suite, folder: str) -> Iterator[str]:
        """Yield the folder of a suite's stack, where no source can be in there."""
        if suite.stack is not None:
            place = self.place(suite.stack.folder)
            if is_below(place, f"{folder}/{_DEPLOY}" if folder else _DEPLOY):
                yield place

    def of_stack(self, stack: Stack) -> Iterator[Area]:
        """Yield the folder of a stack, unless services lie in there too."""
        place = self.place(stack.folder)
        if place and place not in self._above_services:
            yield Area(place)

    @cached_property
    def _above_services(self) -> frozenset[str]:
        services = (self.place(service.path) for service in self._project.services)
        return frozenset(place for one in services for place in upwards(one))

    @cached_property
    def root_packages(self) -> tuple[str, ...]:
        """The folders of the package that the root itself is."""
        names = {
            name
            for _, manifest in self.packages.manifests(_ROOT)
            if manifest.package
            for name in ("src", manifest.name, manifest.name.replace("-", "_"))
        }
        return tuple(sorted(one for one in names if one and self._has_below(one)))

    def _has_below(self, folder: str) -> bool:
        return any(path.startswith(folder + "/") for path in self._paths)


def upwards(path: str) -> Iterator[str]:
    """Yield a place and the folders that it lies in, but for the root."""
    while path:
        yield path
        path = path.rpartition("/")[0]
