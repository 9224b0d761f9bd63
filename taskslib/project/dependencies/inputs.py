"""Which files each suite's result depends on, as places in the repo.

A suite depends on its own folder, on the folders that it needs as packages (and those need), on
what its stack is built from, and on every file that is nobody's: the root's configuration. A
folder's tests and test stack are no input of who merely depends on the folder.
"""

from __future__ import annotations

import os
import posixpath
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from operator import attrgetter
from pathlib import Path
from types import MappingProxyType

from taskslib.above import is_above
from taskslib.disk import DROPPINGS, is_dropped
from taskslib.events import SuiteId
from taskslib.project.dependencies.areas import (
    OUTSIDE,
    Area,
    Index,
    is_outside,
    joined,
    literal,
    matches,
)
from taskslib.project.dependencies.folders import Folders, upwards
from taskslib.project.dependencies.links import Links
from taskslib.project.dependencies.packages import Packages, Read
from taskslib.project.dependencies.stacks import Made, made_from
from taskslib.project.model import Project, Service, Stack, Suite
from taskslib.project.places import LOCK
from taskslib.tree import left_out

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
    declared: tuple[tuple[Area, ...], ...] = ()
    """Each place that the configuration names, with what it is behind links."""
    left_out: tuple[str, ...] = ()
    """Those that are named somewhere, and lie where else no inputs are."""
    unknown: tuple[str, ...] = ()
    """Why nobody can tell all that it depends on; empty where that is told."""


class Dependencies:
    """What depends on what in one project; each file is read once."""

    def __init__(
        self,
        project: Project,
        paths: Collection[str],
        read: Read,
        environ: Mapping[str, str],
        links: Mapping[str, str] = MappingProxyType({}),
    ) -> None:
        """Take the project.

        Args:
            project: The repo as data.
            paths: All its files, from the root on, with slashes.
            read: Returns a file's text.
            environ: What Compose would interpolate with.
            links: Those of the files that are symbolic links, with what stands in them.
        """
        self.project = project
        self._paths = paths
        self._read = read
        self._environ = {**environ, "TEST_INSTANCE_ID": "id"}
        self._links = Links(links)
        self._stacks: dict[Stack, Made] = {}
        self._inputs: dict[SuiteId, Inputs] = {}
        self._packages: dict[str, tuple[frozenset[Area], tuple[str, ...]]] = {}
        self._folders = Folders(project, paths, read)
        self.packages: Packages = self._folders.packages
        self.place: Callable[[Path], str] = self._folders.place

    def stack(self, stack: Stack) -> Made:
        """Return what a stack is made from."""
        if stack not in self._stacks:
            files = [self.place(file) for file in stack.files]
            root = self._folders.root.replace(os.sep, "/")
            made = made_from(files, self._paths, self._read, self._environ, root)
            self._stacks[stack] = made
        return self._stacks[stack]

    def of(self, suite: Suite) -> Inputs:
        """Return what a suite's result depends on."""
        if suite.id not in self._inputs:
            self._inputs[suite.id] = self._of(suite)
        return self._inputs[suite.id]

    def _of(self, suite: Suite) -> Inputs:
        folder = self.place(suite.folder)
        areas = {*self._folders.own(suite, folder)}
        places = {one: joined(_ROOT, one) for one in suite.inputs}
        declared = {
            Area(posixpath.normpath(one) if place is None else place)
            for one, place in places.items()
        }
        unknown = [f"{one} is not in the repo" for one, place in places.items() if place is None]
        packages, told = self._needed(folder)
        areas |= {*packages, *declared}
        unknown += told
        made = Made()
        if suite.stack is not None:
            made = self.stack(suite.stack)
            areas |= {*made.areas, *self._folders.of_stack(suite.stack)}
        named = _sorted({*declared, *made.areas})
        unknown += self._overlooked(named)
        places_named = {literal(area.path) for area in named}
        return Inputs(
            _sorted(self._with_links(areas)),
            made.images,
            made.variables,
            tuple(self._links.behind(area) for area in _sorted(declared)),
            tuple(sorted(left_out(places_named, self._paths, self.project.dropped))),
            (*unknown, *made.unknown),
        )

    def _overlooked(self, named: Iterable[Area]) -> Iterator[str]:
        """Yield the globs that find nothing, but would where tools leave files: nobody looked."""
        dropped = (*DROPPINGS, *self.project.dropped)
        for area in named:
            rest = area.path.removeprefix(literal(area.path)).split("/")
            doubtful = any(is_dropped(part, dropped) for part in rest if part)
            if doubtful and not any(area.covers(path) for path in self._paths):
                yield f"{area.path} is nothing that git knows"

    def of_service(self, service: Service) -> tuple[Area, ...]:
        """Return the places that a service is made from, its image included."""
        folder = self.place(service.path)
        own = (Area(folder),) if folder != _ROOT else self._folders.as_dependency(_ROOT)
        areas = {*own, *self._sources.get(folder, ()), *self._needed(folder)[0]}
        return _sorted(self._with_links(areas))

    def _needed(self, folder: str) -> tuple[frozenset[Area], tuple[str, ...]]:
        """Return the places that a folder needs as packages, and what nobody can know of them."""
        if folder not in self._packages:
            closure = self.packages.closure(folder, doubtful=True)
            areas = {area for one in closure for area in self._folders.as_dependency(one.path)}
            unknown: list[str] = []
            for one in (self.packages.folder(folder), *closure):
                areas.update(map(Area, one.files))
                areas |= {Area(_ROOT), Area(OUTSIDE)} if one.partial else set()
                unknown += one.unknown
            self._packages[folder] = frozenset(areas), tuple(unknown)
        return self._packages[folder]

    def _with_links(self, areas: set[Area]) -> set[Area]:
        """Return places, and those that symbolic links in there lead to."""
        return areas | self._links.followed(areas) | self._everybodys_links

    @cached_property
    def _everybodys_links(self) -> set[Area]:
        areas = {Area(link) for link in self._links if self.everybodys(link)}
        return self._links.followed(areas)

    def everybodys(self, path: str) -> bool:
        """Return whether a file is nobody's, and so an input of every suite.

        Of those around the project that is what tools find by looking upwards.
        """
        if is_outside(path):
            return is_above(path)
        if any(place in self._owned for place in upwards(path)):
            return False
        return not matches(path, self.project.harmless)

    def is_produced(self, path: str) -> bool:
        """Return whether a file is what a suite's command or a release writes: nobody's input."""
        return path == LOCK or next(self._produced.owners(path), None) is not None

    @cached_property
    def _produced(self) -> Index[str]:
        runners = [suite.runner for suite in self.project.suites if suite.runner is not None]
        places = (joined(self.place(one.folder), one.report) for one in runners)
        return Index({place: [Area(place)] for place in places if place is not None})

    @cached_property
    def _sources(self) -> dict[str, set[Area]]:
        """Where the images are made from whose Dockerfile lies in a folder, by that folder."""
        found: dict[str, set[Area]] = {}
        suites = (suite.stack for suite in self.project.suites)
        # Also where no suite runs on it: it builds images all the same.
        for stack in dict.fromkeys((*suites, self.project.stack, self.project.dev)):
            for dockerfile, sources in self.stack(stack).builds.values() if stack else ():
                for folder in (*upwards(dockerfile), _ROOT):
                    found.setdefault(folder, set()).update(map(Area, sources))
        return found

    @cached_property
    def _owned(self) -> frozenset[str]:
        """The places whose files are somebody's."""
        folders = [self.place(service.path) for service in self.project.services]
        owned = {*folders, *self._folders.root_packages}
        owned |= {one.path for one in self.packages.closure(*folders, _ROOT)}
        for suite in self.project.suites:
            folder = self.place(suite.folder)
            if folder == _ROOT:
                owned.add(self.place(suite.tests).partition("/")[0])
            owned |= {area.path for area in self._folders.elsewhere(suite, folder)}
            if suite.stack is not None:
                owned |= {area.path for area in self._folders.of_stack(suite.stack)}
        # The root's own place would take all: what lies in it is somebody's or everybody's.
        return frozenset(owned - {_ROOT})


def _sorted(areas: Iterable[Area]) -> tuple[Area, ...]:
    # Areas can be compared, but that makes more tuples each time.
    return tuple(sorted(areas, key=attrgetter("path", "without", "without_tests")))
