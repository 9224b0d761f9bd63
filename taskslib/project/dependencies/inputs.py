"""Which files each suite's result depends on, as places in the repo.

A suite depends on its own folder, on the folders that it needs as packages (and those need), on
what its stack is built from, and on every file that is nobody's: the root's configuration. A
folder's tests and test stack are no input of who merely depends on the folder.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from taskslib.events import Stage
from taskslib.project.dependencies.areas import Area, Index, is_below, joined, matches
from taskslib.project.dependencies.packages import Packages, Read
from taskslib.project.dependencies.stacks import Made, made_from
from taskslib.project.model import Project, Service, Stack, Suite

_ROOT = ""


@dataclass(frozen=True, slots=True)
class Inputs:
    """What a suite's result depends on."""

    areas: tuple[Area, ...]
    """Where its files are, but for those that are nobody's and so everybody's."""
    images: tuple[str, ...] = ()
    """Images that its stack runs, or that the stack's own images are made from."""
    variables: tuple[str, ...] = ()
    """Names of environment variables that its stack takes."""
    unknown: tuple[str, ...] = ()
    """Why nobody can tell all that it depends on; empty where that is told."""


class Dependencies:
    """What depends on what in one project; each file is read once."""

    def __init__(
        self, project: Project, paths: Collection[str], read: Read, environ: Mapping[str, str]
    ) -> None:
        """Take the project.

        Args:
            project: The repo as data.
            paths: All its files, from the root on, with slashes.
            read: Returns a file's text.
            environ: What Compose would interpolate with.
        """
        self.project = project
        self._paths = paths
        self._read = read
        self._environ = {**environ, "TEST_INSTANCE_ID": "id"}
        self._stacks: dict[Stack, Made] = {}
        self._places: dict[Path, str] = {}
        folders = {service.name: self.place(service.path) for service in project.services}
        declared = {
            folders[service.name]: [folders[other] for other in service.depends_on]
            for service in project.services
        }
        self.packages = Packages(paths, read, declared)

    def place(self, path: Path) -> str:
        """Return a path in the repo as a place."""
        found = self._places.get(path)
        if found is None:
            place = path.relative_to(self.project.root).as_posix()
            found = self._places[path] = _ROOT if place == "." else place
        return found

    def stack(self, stack: Stack) -> Made:
        """Return what a stack is made from."""
        if stack not in self._stacks:
            files = [self.place(file) for file in stack.files]
            self._stacks[stack] = made_from(files, self._paths, self._read, self._environ)
        return self._stacks[stack]

    def of(self, suite: Suite) -> Inputs:
        """Return what a suite's result depends on."""
        folder = self.place(suite.folder)
        areas = [*self._own(suite, folder)]
        areas += [Area(place) for one in suite.inputs if (place := joined(_ROOT, one)) is not None]
        closure = self.packages.closure(folder)
        areas += [area for one in closure for area in self.as_dependency(one.path)]
        packages = (self.packages.folder(folder), *closure)
        areas += [Area(file) for one in packages for file in one.files]
        unknown = [words for one in packages for words in one.unknown]
        made = Made()
        if suite.stack is not None:
            made = self.stack(suite.stack)
            areas += [*made.areas, *self._stack_area(suite.stack)]
        return Inputs(
            tuple(sorted(set(areas))), made.images, made.variables, (*unknown, *made.unknown)
        )

    def of_service(self, service: Service) -> tuple[Area, ...]:
        """Return the places that a service is made from, its image and its tests included."""
        folder = self.place(service.path)
        areas = [Area(folder), *(self._image_areas(folder))]
        for one in self.packages.closure(folder):
            areas += self.as_dependency(one.path)
        return tuple(sorted(set(areas)))

    def as_dependency(self, folder: str) -> tuple[Area, ...]:
        """Return the places of a folder that those depend on who need it as a package."""
        if folder == _ROOT:
            return tuple(Area(one) for one in self._root_packages)
        suites = self._suites.get(folder, ())
        without = [self.place(suite.tests) for suite in suites]
        stacks = [place for suite in suites for place in self._stack_place(suite)]
        return (Area(folder, tuple(sorted({*_below(without, folder), *_below(stacks, folder)}))),)

    def everybodys(self, path: str) -> bool:
        """Return whether a file is nobody's, and so an input of every suite."""
        if any(place in self._owned for place in _upwards(path)):
            return False
        return not matches(path, self.project.harmless)

    def is_produced(self, path: str) -> bool:
        """Return whether a file is a report that a suite's command writes: nobody's input."""
        return next(self._produced.owners(path), None) is not None

    @cached_property
    def _produced(self) -> Index[str]:
        runners = [suite.runner for suite in self.project.suites if suite.runner is not None]
        places = (joined(self.place(one.folder), one.report) for one in runners)
        return Index({place: [Area(place)] for place in places if place is not None})

    def _own(self, suite: Suite, folder: str) -> Iterator[Area]:
        """Yield the places that are the suite's own: its folder without the other stages' tests."""
        tests = self.place(suite.tests)
        others = [other for other in self._suites.get(folder, ()) if other.id != suite.id]
        without = [self.place(other.tests) for other in others]
        if suite.id.stage is Stage.UNIT:
            without += [place for other in others for place in self._stack_place(other)]
        apart = tuple(sorted(one for one in _below(without, folder) if not is_below(tests, one)))
        if folder != _ROOT:
            yield Area(folder, apart)
            return
        top = tests.partition("/")[0]
        yield Area(top, tuple(one for one in apart if is_below(one, top)))
        yield from self.as_dependency(_ROOT)

    @cached_property
    def _suites(self) -> dict[str, list[Suite]]:
        """The suites by their folder."""
        found: dict[str, list[Suite]] = {}
        for suite in self.project.suites:
            found.setdefault(self.place(suite.folder), []).append(suite)
        return found

    def _stack_place(self, suite: Suite) -> Iterator[str]:
        """Yield the folder of a suite's stack, where it is one of its own."""
        if suite.stack is not None and (place := self.place(suite.stack.folder)):
            yield place

    def _stack_area(self, stack: Stack) -> Iterator[Area]:
        """Yield the folder of a stack, unless services lie in there too."""
        place = self.place(stack.folder)
        if place and place not in self._above_services:
            yield Area(place)

    @cached_property
    def _above_services(self) -> frozenset[str]:
        services = (self.place(service.path) for service in self.project.services)
        return frozenset(place for one in services for place in _upwards(one))

    def _image_areas(self, folder: str) -> Iterator[Area]:
        """Yield where the images come from whose Dockerfile lies in a folder."""
        for stack in dict.fromkeys(suite.stack for suite in self.project.suites):
            for dockerfile, sources in self.stack(stack).builds.values() if stack else ():
                if is_below(dockerfile, folder):
                    yield from (Area(source) for source in sources)

    @cached_property
    def _root_packages(self) -> tuple[str, ...]:
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

    @cached_property
    def _owned(self) -> frozenset[str]:
        """The places whose files are somebody's."""
        folders = [self.place(service.path) for service in self.project.services]
        owned = {*folders, *self._root_packages}
        for folder in (*folders, _ROOT):
            owned |= {one.path for one in self.packages.closure(folder)}
        for suite in self.project.suites:
            if self.place(suite.folder) == _ROOT:
                owned.add(self.place(suite.tests).partition("/")[0])
            if suite.stack is not None:
                owned |= {area.path for area in self._stack_area(suite.stack)}
        # The root's own place would take all: what lies in it is somebody's or everybody's.
        return frozenset(owned - {_ROOT})


def _below(places: Iterable[str], folder: str) -> Iterator[str]:
    """Yield those places that lie in a folder and are not the folder itself."""
    return (one for one in places if one != folder and is_below(one, folder))


def _upwards(path: str) -> Iterator[str]:
    while path:
        yield path
        path = path.rpartition("/")[0]
