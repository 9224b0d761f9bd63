"""What a Dockerfile takes from its context and from other images. Pure: a text in, data out."""

from __future__ import annotations

import io
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from taskslib.project.references.interpolation import substituted

_SCRATCH = "scratch"
_REMOTE = re.compile(r"[a-z][a-z0-9+.-]*://|git@|\S+\.git(#|$)")
_FLAG = re.compile(r"--([a-z-]+)(?:[= ](\S*))?")
_AS = re.compile(r"(\S+)(?:\s+as\s+(\S+))?$", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Dockerfile:
    """What an image is made from."""

    images: tuple[str, ...] = ()
    """Images that it starts from, or copies from."""
    sources: tuple[str, ...] = ()
    """Files, folders and globs of the build context; `.` for all of it."""
    unknown: tuple[str, ...] = ()
    """What this text does not tell: an address whose content nobody knows beforehand."""


def dockerfile(text: str, arguments: Mapping[str, str]) -> Dockerfile:
    """Return what a Dockerfile takes, all of its stages together.

    Args:
        text: The file.
        arguments: Build arguments; they win over the defaults of `ARG`.
    """
    from dockerfile_parse import DockerfileParser

    parser = DockerfileParser(fileobj=io.BytesIO(text.encode()))
    reader = _Reader(arguments)
    for entry in parser.structure:
        reader.read(entry["instruction"].upper(), entry["value"])
    return Dockerfile(
        tuple(dict.fromkeys(reader.images)),
        tuple(dict.fromkeys(reader.sources)),
        tuple(dict.fromkeys(reader.unknown)),
    )


class _Reader:
    """Goes through the instructions, and remembers what variables and stages there are."""

    def __init__(self, arguments: Mapping[str, str]) -> None:
        self.images: list[str] = []
        self.sources: list[str] = []
        self.unknown: list[str] = []
        self._given = arguments
        self._variables = dict(arguments)
        self._stages: set[str] = set()

    def read(self, instruction: str, value: str) -> None:
        match instruction:
            case "ARG":
                name, is_set, default = value.partition("=")
                if name not in self._given and is_set:
                    self._variables[name] = _unquoted(default)
            case "ENV":
                self._variables.update(_pairs(value))
            case "FROM":
                self._from(value)
            case "COPY" | "ADD":
                self._copy(instruction, value)
            case "RUN":
                for flag, told in _flags(value)[0]:
                    if flag == "mount":
                        self._mount(told)
            case _:
                pass

    def _from(self, value: str) -> None:
        found = _AS.match(_flags(value)[1])
        if found is None:
            return
        self._image(found[1])
        if found[2]:
            self._stages.add(found[2].lower())

    def _image(self, written: str) -> None:
        image = substituted(written, self._variables)
        if image is None:
            self.unknown.append(f"FROM {written}")
        elif image.lower() not in {*self._stages, _SCRATCH} and not image.isdecimal():
            self.images.append(image)

    def _copy(self, instruction: str, value: str) -> None:
        flags, rest = _flags(value)
        origin = next((told for flag, told in flags if flag == "from"), "")
        if origin:
            self._image(origin)
            return
        *sources, _target = _words(rest) or [""]
        for source in sources:
            if source.startswith("<<"):
                return  # what follows is the text itself
            if instruction == "ADD" and _REMOTE.match(source):
                self.unknown.append(f"ADD {source}")
            else:
                self._source(source)

    def _mount(self, told: str) -> None:
        options = dict(one.partition("=")[::2] for one in told.split(","))
        if options.get("type", "bind") != "bind":
            return
        if options.get("from"):
            self._image(options["from"])
        else:
            self._source(options.get("source") or options.get("src") or ".")

    def _source(self, written: str) -> None:
        # What a variable stands for that isn't known can be anything in the context.
        source = substituted(written, self._variables) or "."
        self.sources.append(source.strip("/") or ".")


def _flags(value: str) -> tuple[list[tuple[str, str]], str]:
    """Return an instruction's leading flags, and what follows them."""
    flags = []
    rest = value.strip()
    while rest.startswith("--"):
        word, _, rest = rest.partition(" ")
        rest = rest.lstrip()
        if found := _FLAG.fullmatch(word):
            flags.append((found[1], found[2] or ""))
    return flags, rest


def _words(rest: str) -> list[str]:
    """Return what is copied, and where to: words, or a JSON array of them."""
    if rest.startswith("["):
        try:
            return [str(word) for word in json.loads(rest)]
        except ValueError:
            pass
    return [_unquoted(word) for word in rest.split()]


def _pairs(value: str) -> Iterator[tuple[str, str]]:
    for name, told in re.findall(r'([A-Za-z_]\w*)=("[^"]*"|\S*)', value):
        yield name, _unquoted(told)


def _unquoted(word: str) -> str:
    return word[1:-1] if len(word) > 1 and word[0] == word[-1] and word[0] in "'\"" else word
