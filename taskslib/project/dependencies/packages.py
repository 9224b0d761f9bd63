"""Which folders depend on which as packages: by path, or by the name that a workspace knows."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from types import MappingProxyType

from taskslib.project.dependencies.areas import OUTSIDE, Area, is_absolute, is_below, joined
from taskslib.project.references.packages import (
    Manifest,
    Workspace,
    package_json,
    pyproject,
    requirements,
)

Read = Callable[[str], str]
"""Returns a file's text. Raises `OSError` where that can't be had."""

_REQUIREMENTS = re.compile(r"requirements[\w.-]*\.(txt|in|lock)")


@dataclass(frozen=True, slots=True)
class Folder:
    """A folder with a package of the repo's own, or a service."""

    path: str
    depends_on: tuple[tuple[str, str], ...] = ()
    """Folders that it depends on as packages, and the file that says so."""
    doubtful: tuple[str, ...] = ()
    """Folders that it depends on if a path is read from another folder than it mostly is."""
    files: tuple[str, ...] = ()
    """Single files that it depends on: archives, constraints."""
    unknown: tuple[str, ...] = ()
    partial: bool = False
    """Whether it may depend on more of the repo, for that reason."""


class Packages:
    """The packages of a repo, each read when it is asked for."""

    def __init__(
        self,
        paths: Collection[str],
        read: Read,
        declared: Mapping[str, Iterable[str]] = MappingProxyType({}),
    ) -> None:
        """Take what files there are, what gives their text, and what the configuration adds."""
        self._paths = paths
        self._declared = declared
        self._read = read
        self._manifests: dict[str, tuple[tuple[str, Manifest], ...]] = {}
        self._folders: dict[str, Folder] = {}

    def folder(self, path: str) -> Folder:
        """Return what a folder depends on."""
        found = self._folders.get(path)
        if found is None:
            found = self._folders[path] = self._resolved(path)
        return found

    def closure(self, *paths: str, doubtful: bool = False) -> tuple[Folder, ...]:
        """Return what folders depend on, and what that does, without the folders themselves.

        Args:
            paths: The folders.
            doubtful: Whether with what they may not depend on.
        """
        found: dict[str, Folder] = {}
        waiting = list(paths)
        for path in waiting:  # grows meanwhile
            folder = self.folder(path)
            certain = (other for other, _ in folder.depends_on)
            for other in (*certain, *(folder.doubtful if doubtful else ())):
                if other not in found and other not in paths:
                    found[other] = self.folder(other)
                    waiting.append(other)
        return tuple(found.values())

    def manifests(self, path: str) -> tuple[tuple[str, Manifest], ...]:
        """Return what the manifests of a folder say, each with the file's path."""
        found = self._manifests.get(path)
        if found is None:
            found = self._manifests[path] = tuple(self._parsed(path))
        return found

    def lost_name(self, file: str, before: str) -> str:
        """Return the name of a package that a manifest had before, where it has another now."""
        folder, _, name = file.rpartition("/")
        named = _PARSERS[name](before).name
        now = dict(self.manifests(folder)).get(file, Manifest()).name
        return named if named != now else ""

    def _parsed(self, path: str) -> Iterator[tuple[str, Manifest]]:
        for name in self._names_in.get(path, ()):
            file = f"{path}/{name}" if path else name
            yield file, self._manifest(file, _PARSERS.get(name, requirements))

    def _manifest(self, file: str, parse: Callable[[str], Manifest]) -> Manifest:
        try:
            return parse(self._read(file))
        except OSError as error:
            return Manifest(unknown=(f"{file}: {error.strerror}",))

    @cached_property
    def _names_in(self) -> dict[str, list[str]]:
        """The names of the manifests in each folder."""
        found: dict[str, list[str]] = {}
        for path in self._paths:
            folder, _, name = path.rpartition("/")
            if name in _PARSERS or _REQUIREMENTS.fullmatch(name):
                found.setdefault(folder, []).append(name)
        return found

    @cached_property
    def _named(self) -> dict[tuple[str, str], list[str]]:
        """The folders by the name of their package, and the manifest's kind."""
        found: dict[tuple[str, str], list[str]] = {}
        for folder in self._names_in:
            for file, manifest in self.manifests(folder):
                if manifest.name:
                    found.setdefault((_kind(file), manifest.name), []).append(folder)
        return found

    def _resolved(self, path: str) -> Folder:
        depends = dict.fromkeys(self._declared.get(path, ()), "[tool.taskslib]")
        files: list[str] = []
        unknown: list[str] = []
        doubtful: list[str] = []
        partial = False
        for file, manifest in self._with_included(path):
            unknown += manifest.unknown
            partial = partial or bool(manifest.unknown)
            for written in manifest.included:
                files += filter(None, [joined(posixpath.dirname(file), written)])
            for written, place in self._places(path, file, manifest):
                if place is None:
                    unknown.append(f"{file}: {written} is not in the repo")
                    # What that depends on is not read: it can be anything out there.
                    files += [] if is_absolute(written) else [OUTSIDE]
                elif place in self._paths:
                    files.append(place)
                else:
                    depends.setdefault(place, file)
            for place in self._second_readings(path, file, manifest):
                (files if place in self._paths else doubtful).append(place)
        depends.pop(path, None)
        doubtful = [one for one in dict.fromkeys(doubtful) if one != path and one not in depends]
        edges = tuple(depends.items())
        return Folder(path, edges, tuple(doubtful), tuple(files), tuple(unknown), partial)

    def _with_included(self, path: str) -> Iterator[tuple[str, Manifest]]:
        """Yield the manifests of a folder and the requirements files that they include."""
        found = dict(self.manifests(path))
        waiting = list(found.items())
        for file, manifest in waiting:  # grows meanwhile
            yield file, manifest
            for written in manifest.included:
                place = joined(posixpath.dirname(file), written)
                if place is None or place not in self._paths:
                    words = "is not in the repo" if place is None else "is not there"
                    yield file, Manifest(unknown=(f"{file}: {written} {words}",))
                elif place not in found:
                    found[place] = self._manifest(place, requirements)
                    waiting.append((place, found[place]))

    def _places(self, path: str, file: str, manifest: Manifest) -> Iterator[tuple[str, str | None]]:
        """Yield what a manifest depends on: how that is written, and where it is."""
        for written in manifest.paths:
            yield written, self._readings(path, file, written)[0]
        names = list(manifest.names)
        if manifest.requires:
            folder, workspace = self._workspace(path)
            for name in manifest.requires:
                for written in workspace.sources.get(name, ()):
                    if written:
                        yield written, joined(folder, written)
                    else:
                        names.append(name)
        for name in names:
            found = self._named.get((_kind(file), name), ())
            yield from ((name, place) for place in found)
            if not found and _kind(file) == "python":  # a workspace's, which may be around the repo
                yield name, None

    def _second_readings(self, path: str, file: str, manifest: Manifest) -> Iterator[str]:
        for written in manifest.paths:
            yield from filter(None, self._readings(path, file, written)[1:])

    def _readings(self, path: str, file: str, written: str) -> list[str | None]:
        """Return where a path may lead, the likeliest first: those places that there are, or one.

        An included file's paths start where it is included, for uv and pip; for some other tools,
        and for pip's links, in the file's own folder.
        """
        places = [joined(path, written), joined(posixpath.dirname(file), written)]
        there = [one for one in dict.fromkeys(places) if one is not None and self._is_there(one)]
        return [*places[:1], *there] if places[0] is None or not there else [*there]

    def _is_there(self, place: str) -> bool:
        return any(is_below(one, place) for one in self._paths)

    def _workspace(self, path: str) -> tuple[str, Workspace]:
        """Return the uv workspace above a folder that it is a member of, and its root's folder."""
        above = path
        while above:
            above = posixpath.dirname(above)
            found = [one.workspace for _, one in self.manifests(above) if one.workspace]
            if found:
                member = _has(above, found[0].members, path)
                if member and not _has(above, found[0].without, path):
                    return above, found[0]
                break
        return path, Workspace()


def can_name(file: str) -> bool:
    """Return whether a file is one in which a package has its name."""
    return posixpath.basename(file) in _PARSERS


def _has(folder: str, globs: Iterable[str], path: str) -> bool:
    places = (joined(folder, glob) for glob in globs)
    return any(place is not None and Area(place).covers(path) for place in places)


def _kind(file: str) -> str:
    return "node" if file.endswith(".json") else "python"


_PARSERS: dict[str, Callable[[str], Manifest]] = {
    "pyproject.toml": pyproject,
    "package.json": package_json,
}
