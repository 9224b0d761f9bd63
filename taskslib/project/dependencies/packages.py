"""Which folders depend on which as packages: by path, or by the name that a workspace knows."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from types import MappingProxyType

from taskslib.project.dependencies.areas import joined
from taskslib.project.references.packages import (
    Manifest,
    package_json,
    pyproject,
    requirements,
)

Read = Callable[[str], str]
"""Returns a file's text."""

_REQUIREMENTS = re.compile(r"requirements[\w.-]*\.(txt|in|lock)")


@dataclass(frozen=True, slots=True)
class Folder:
    """A folder with a package of the repo's own, or a service."""

    path: str
    depends_on: tuple[tuple[str, str], ...] = ()
    """Folders that it depends on as packages, and the file that says so."""
    files: tuple[str, ...] = ()
    """Files outside of it that it depends on: archives, constraints."""
    unknown: tuple[str, ...] = ()


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

    def closure(self, path: str) -> tuple[Folder, ...]:
        """Return a folder's dependencies and theirs, without itself."""
        found: dict[str, Folder] = {}
        waiting = [path]
        while waiting:
            for other, _ in self.folder(waiting.pop()).depends_on:
                if other not in found and other != path:
                    found[other] = self.folder(other)
                    waiting.append(other)
        return tuple(found.values())

    def is_package(self, path: str) -> bool:
        """Return whether a folder can be installed."""
        return any(manifest.package for _, manifest in self.manifests(path))

    def manifests(self, path: str) -> tuple[tuple[str, Manifest], ...]:
        """Return what the manifests of a folder say, each with the file's path."""
        found = self._manifests.get(path)
        if found is None:
            found = self._manifests[path] = tuple(self._parsed(path))
        return found

    def _parsed(self, path: str) -> Iterator[tuple[str, Manifest]]:
        for name in self._names_in.get(path, ()):
            file = f"{path}/{name}" if path else name
            parse = _PARSERS.get(name, requirements)
            yield file, parse(self._read(file))

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
    def _named(self) -> dict[tuple[str, str], str]:
        """The folders by the name of their package, and the manifest's kind."""
        found: dict[tuple[str, str], str] = {}
        for folder in self._names_in:
            for file, manifest in self.manifests(folder):
                if manifest.name:
                    found.setdefault((_kind(file), manifest.name), folder)
        return found

    def _resolved(self, path: str) -> Folder:
        depends = dict.fromkeys(self._declared.get(path, ()), "[tool.taskslib]")
        files: list[str] = []
        unknown: list[str] = []
        for file, manifest in self.manifests(path):
            unknown += manifest.unknown
            for written in manifest.paths:
                place = joined(path, written)
                if place is None:
                    unknown.append(f"{file}: {written} is not in the repo")
                elif place in self._paths:
                    files.append(place)
                elif place != path:
                    depends.setdefault(place, file)
            for name in manifest.names:
                other = self._named.get((_kind(file), name))
                if other is not None and other != path:
                    depends.setdefault(other, file)
        return Folder(path, tuple(depends.items()), tuple(files), tuple(unknown))


def _kind(file: str) -> str:
    return "node" if file.endswith(".json") else "python"


_PARSERS: dict[str, Callable[[str], Manifest]] = {
    "pyproject.toml": pyproject,
    "package.json": package_json,
}
