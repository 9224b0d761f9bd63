"""What a stack is made from: the Compose files, what they build and mount, and where from."""

from __future__ import annotations

import posixpath
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from taskslib.project.dependencies.areas import Area, joined
from taskslib.project.dependencies.packages import Read
from taskslib.project.references.compose import Build, Compose, compose
from taskslib.project.references.dockerfile import Dockerfile, dockerfile


@dataclass(frozen=True, slots=True)
class Made:
    """What a stack is made from."""

    areas: tuple[Area, ...] = ()
    builds: Mapping[str, tuple[str, tuple[str, ...]]] = field(default_factory=dict)
    """By Compose service: the Dockerfile, and the places that it copies from."""
    images: tuple[str, ...] = ()
    variables: tuple[str, ...] = ()
    after: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Which Compose service waits for which."""
    unknown: tuple[str, ...] = ()


def made_from(
    files: Iterable[str], paths: Collection[str], read: Read, environ: Mapping[str, str]
) -> Made:
    """Return what a stack is made from.

    Args:
        files: Its Compose files, from the root on.
        paths: All files of the repo.
        read: Returns a file's text.
        environ: What Compose interpolates with.
    """
    reader = _Reader(paths, read, environ)
    waiting = list(files)
    seen: set[str] = set()
    while waiting:
        file = waiting.pop(0)
        if file not in seen:
            seen.add(file)
            waiting += reader.file(file)
    return Made(
        tuple(sorted(set(reader.areas))),
        reader.builds,
        tuple(dict.fromkeys(reader.images)),
        tuple(sorted(reader.variables)),
        reader.after,
        tuple(dict.fromkeys(reader.unknown)),
    )


class _Reader:
    def __init__(self, paths: Collection[str], read: Read, environ: Mapping[str, str]) -> None:
        self.areas: list[Area] = []
        self.builds: dict[str, tuple[str, tuple[str, ...]]] = {}
        self.images: list[str] = []
        self.variables: set[str] = set()
        self.after: dict[str, tuple[str, ...]] = {}
        self.unknown: list[str] = []
        self._paths = paths
        self._read = read
        self._environ = environ

    def file(self, file: str) -> Iterator[str]:
        """Take in a Compose file, and yield those that it names."""
        folder = posixpath.dirname(file)
        if file not in self._paths:
            self.unknown.append(f"{file} is not there")
            return
        dotenv = f"{folder}/.env" if folder else ".env"
        values = dict(self._environ)
        if dotenv in self._paths:
            values = {**_dotenv(self._read(dotenv)), **values}
            self.areas.append(Area(dotenv))
        found = compose(self._read(file), values)
        self.areas.append(Area(file))
        self._take(file, folder, found)
        for written in found.files:
            if (place := self._place(file, folder, written)) is not None:
                yield place

    def _take(self, file: str, folder: str, found: Compose) -> None:
        self.unknown += [f"{file}: {words}" for words in found.unknown]
        self.images += found.images
        self.variables |= set(found.variables)
        self.after.update(found.after)
        for written in found.paths:
            if (place := self._place(file, folder, written)) is not None:
                self.areas.append(Area(place))
        for name, build in found.builds.items():
            self._build(file, folder, name, build)

    def _build(self, file: str, folder: str, name: str, build: Build) -> None:
        context = self._place(file, folder, build.context)
        if context is None:
            return
        if build.inline:
            where, parsed = file, dockerfile(build.inline, build.arguments)
        else:
            where = joined(context, build.dockerfile) or ""
            if where not in self._paths:
                self.unknown.append(f"{file}: {name} has no {build.dockerfile} in {context or '.'}")
                return
            parsed = dockerfile(self._read(where), build.arguments)
        sources = self._sources(file, context, parsed)
        ignores = (f"{where}.dockerignore", joined(context, ".dockerignore") or "")
        self.areas += [Area(where), *(Area(one) for one in ignores if one in self._paths)]
        for written in build.contexts:
            if (place := self._place(file, folder, written)) is not None:
                sources.append(place)
        self.areas += [Area(source) for source in sources]
        self.builds[name] = (where, tuple(sources))
        self.images += parsed.images
        self.unknown += [f"{where}: {words}" for words in parsed.unknown]

    def _sources(self, file: str, context: str, parsed: Dockerfile) -> list[str]:
        places = (self._place(file, context, source) for source in parsed.sources)
        return [place for place in places if place is not None]

    def _place(self, file: str, folder: str, written: str) -> str | None:
        place = joined(folder, written)
        if place is None:
            self.unknown.append(f"{file}: {written} is not in the repo")
        return place


def _dotenv(text: str) -> dict[str, str]:
    """Return the values of a `.env`, as far as they are plain."""
    pairs = (line.partition("=") for line in text.splitlines() if not line.lstrip().startswith("#"))
    return {name.strip(): value.strip().strip("'\"") for name, equals, value in pairs if equals}
