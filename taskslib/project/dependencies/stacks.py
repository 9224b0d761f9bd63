"""What a stack is made from: the Compose files, what they build and mount, and where from."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from taskslib.project.dependencies.areas import OUTSIDE, Area, is_absolute, joined
from taskslib.project.dependencies.packages import Read
from taskslib.project.references.compose import Build, Compose, compose
from taskslib.project.references.dockerfile import Dockerfile, dockerfile
from taskslib.project.references.interpolation import substituted, variables


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
    files: Iterable[str],
    paths: Collection[str],
    read: Read,
    environ: Mapping[str, str],
    root: str,
) -> Made:
    """Return what a stack is made from.

    Args:
        files: Its Compose file and what overrides that, from the root on.
        paths: All files of the repo.
        read: Returns a file's text.
        environ: What Compose interpolates with.
        root: The root as an absolute path, which a path in there can start with.
    """
    reader = _Reader(paths, read, environ, root)
    waiting = [tuple(files)]
    for some in waiting:  # grows meanwhile
        waiting += [(file,) for file in reader.files(some) if (file,) not in waiting]
    if reader.partial:
        reader.areas += [Area(""), Area(OUTSIDE)]
    return Made(
        tuple(sorted(set(reader.areas))),
        reader.builds,
        tuple(dict.fromkeys(reader.images)),
        tuple(sorted(reader.variables)),
        reader.after,
        tuple(dict.fromkeys(reader.unknown)),
    )


class _Reader:
    def __init__(
        self, paths: Collection[str], read: Read, environ: Mapping[str, str], root: str
    ) -> None:
        self.areas: list[Area] = []
        self.builds: dict[str, tuple[str, tuple[str, ...]]] = {}
        self.images: list[str] = []
        self.variables: set[str] = set()
        self.after: dict[str, tuple[str, ...]] = {}
        self.unknown: list[str] = []
        self.partial = False
        self._paths = paths
        self._read = read
        self._environ = environ
        self._root = f"{root}/"

    def files(self, files: Sequence[str]) -> Iterator[str]:
        """Take in a Compose file with its overrides, and yield those that it names."""
        texts = [text for file in files if (text := self._text(file)) is not None]
        file = files[0]
        folder = posixpath.dirname(file)
        dotenv = f"{folder}/.env" if folder else ".env"
        values = self._environ
        self.areas.append(Area(dotenv))
        if dotenv in self._paths and (text := self._text(dotenv)) is not None:
            values = dotenv_values(text, values)
        if not texts:
            return
        found = compose(texts, values)
        self._take(file, folder, found)
        for written in found.files:
            if (place := self._place(file, folder, written)) is not None:
                yield place

    def _text(self, file: str) -> str | None:
        """Return the text of a file that belongs to the stack; None where there is none."""
        self.areas.append(Area(file))
        why = "is not there"
        if file in self._paths:
            try:
                return self._read(file)
            except OSError as error:
                why = f"can't be read: {error.strerror}"
        self.unknown.append(f"{file} {why}")
        self.partial = True
        return None

    def _take(self, file: str, folder: str, found: Compose) -> None:
        self.unknown += [f"{file}: {words}" for words in found.unknown]
        self.partial = self.partial or found.partial
        self.images += found.images
        self.variables |= set(found.variables)
        self.after.update(found.after)
        for written in (*found.paths, *found.env_files):
            if (place := self._place(file, folder, written)) is not None:
                self.areas.append(Area(place))
                if written in found.env_files and place in self._paths:
                    text = self._text(place) or ""
                    self.variables |= {*variables(text), *_without_value(text)}
        for name, build in found.builds.items():
            self._build(file, folder, name, build)

    def _build(self, file: str, folder: str, name: str, build: Build) -> None:
        context = self._place(file, folder, build.context)
        if context is None:
            # It may be a folder around the repo.
            self.partial = self.partial or not is_absolute(build.context)
            return
        if build.inline:
            where, parsed = file, dockerfile(build.inline, build.arguments, tuple(build.named))
        else:
            where = joined(context, build.dockerfile) or ""
            if where not in self._paths:
                self.unknown.append(f"{file}: {name} has no {build.dockerfile} in {context or '.'}")
                self.partial = True
                return
            parsed = dockerfile(self._text(where) or "", build.arguments, tuple(build.named))
        sources = self._sources(file, context, parsed)
        # Also where there is none: one that is deleted changes the image.
        ignores = (f"{where}.dockerignore", joined(context, ".dockerignore"))
        self.areas += [Area(where), *(Area(one) for one in ignores if one)]
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
        if written.startswith(self._root):
            place = joined("", written.removeprefix(self._root))
        else:
            place = joined(folder, written)
        if place is None:
            self.unknown.append(f"{file}: {written} is not in the repo")
            self.areas += [] if is_absolute(written) else [Area(OUTSIDE)]
        return place


def dotenv_values(text: str, environ: Mapping[str, str]) -> dict[str, str]:
    """Return the values of a `.env`, and over them those of the environment."""
    found = dict(environ)
    for line in text.splitlines():
        name, equals, value = line.strip().removeprefix("export ").partition("=")
        if equals and not name.startswith("#") and name.strip() not in environ:
            told = _value(value.strip(), found)
            found |= {} if told is None else {name.strip(): told}
    return found


def _value(written: str, values: Mapping[str, str]) -> str | None:
    quote = written[:1]
    if quote and quote in "'\"" and (end := written.find(quote, 1)) > 0:
        inner = written[1:end]
        return inner if quote == "'" else substituted(inner, values, blank=True)
    return substituted(re.split(r"\s#", written, maxsplit=1)[0].strip(), values, blank=True)


def _without_value(text: str) -> Iterator[str]:
    """Yield the names in an env file that stand there alone: Compose's own variables."""
    lines = (line.strip() for line in text.splitlines())
    return (line for line in lines if re.fullmatch(r"[A-Za-z_]\w*", line))
