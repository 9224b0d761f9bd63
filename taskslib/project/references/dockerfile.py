"""What a Dockerfile takes from its context and from other images. Pure: a text in, data out."""

from __future__ import annotations

import io
import json
import posixpath
import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass

from taskslib.project.references.interpolation import substituted

_SCRATCH = "scratch"
_REMOTE = re.compile(r"[a-z][a-z0-9+.-]*://|git@|\S+\.git(#|$)")
_FLAG = re.compile(r"--([a-z-]+)(?:=(\S*))?")
_AS = re.compile(r"(\S+)(?:\s+as\s+(\S+))?$", re.IGNORECASE)
_PAIR = re.compile(r"""([A-Za-z_]\w*)(?:=("(?:\\.|[^"])*"|'[^']*'|(?:\\.|\S)*))?""")
_WITH_TEXT = re.compile(r"\s*(?:onbuild\s+)?(?:run|copy|add)\s", re.IGNORECASE)
_HEREDOC = re.compile(r"""\s\d*<<(-?)(["']?)([A-Za-z_]\w*)\2(?=\s|$)""")
_ESCAPE = re.compile(r"(?:\s*#.*\n)*?\s*#\s*escape\s*=\s*`\s*$", re.IGNORECASE | re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Dockerfile:
    """What an image is made from."""

    images: tuple[str, ...] = ()
    """Images that it starts from, or copies from."""
    sources: tuple[str, ...] = ()
    """Files, folders and globs of the build context; `.` for all of it."""
    unknown: tuple[str, ...] = ()
    """What this text does not tell: an address whose content nobody knows beforehand."""


def dockerfile(
    text: str, arguments: Mapping[str, str], contexts: Collection[str] = ()
) -> Dockerfile:
    """Return what a Dockerfile takes, all of its stages together.

    Args:
        text: The file.
        arguments: Build arguments; they win over the defaults of `ARG`.
        contexts: Names of further build contexts; what is called so is no image.
    """
    from dockerfile_parse import DockerfileParser

    text = without_heredocs(text)
    parser = DockerfileParser(fileobj=io.BytesIO(text.encode(errors="replace")))
    reader = _Reader(arguments, contexts)
    for entry in parser.structure:
        reader.read(entry["instruction"].upper(), entry["value"])
    return Dockerfile(
        tuple(dict.fromkeys(reader.images)),
        tuple(dict.fromkeys(reader.sources)),
        tuple(dict.fromkeys(reader.unknown)),
    )


class _Reader:
    """Goes through the instructions, and remembers what variables and stages there are."""

    def __init__(self, arguments: Mapping[str, str], contexts: Collection[str]) -> None:
        self.images: list[str] = []
        self.sources: list[str] = []
        self.unknown: list[str] = []
        self._given = arguments
        self._contexts = contexts
        self._globals: dict[str, str] = {}
        """What `ARG` declares before the first stage: for `FROM` alone, unless it is repeated."""
        self._variables = self._globals
        self._stages: dict[str, dict[str, str]] = {}
        """The variables of each named stage; one that starts from it has them too."""

    def read(self, instruction: str, value: str) -> None:
        match instruction:
            case "ARG":
                self._arguments(value)
            case "ENV":
                for name, told in _pairs(value, spaced=True):
                    self._set(name, self._told(told or ""))
            case "FROM":
                self._from(value)
            case "COPY" | "ADD":
                self._copy(instruction, value)
            case "RUN":
                for flag, told in _flags(value)[0]:
                    if flag == "mount":
                        self._mount(told)
            case "ONBUILD":  # a later stage may start from this one
                name, _, rest = value.strip().partition(" ")
                self.read(name.upper(), rest)
            case _:
                pass

    def _arguments(self, value: str) -> None:
        for name, told in _pairs(value):
            default = self._globals.get(name) if told is None else self._told(told)
            self._set(name, self._given.get(name, default))

    def _told(self, written: str) -> str | None:
        if written.startswith("'"):
            return _unquoted(written)
        return substituted(_unquoted(written), self._variables)

    def _set(self, name: str, value: str | None) -> None:
        if value is None:
            self._variables.pop(name, None)
        else:
            self._variables[name] = value

    def _from(self, value: str) -> None:
        found = _AS.match(_flags(value)[1])
        if found is None:
            return
        image = self._image(found[1], self._globals)
        self._variables = dict(self._stages.get(image.lower(), {}))
        if found[2]:
            self._stages[found[2].lower()] = self._variables

    def _image(self, written: str, values: Mapping[str, str]) -> str:
        image = substituted(written, values)
        if not image:
            self.unknown.append(f"FROM {written}")
            return ""
        known = image.lower() in {*self._stages, _SCRATCH} or image in self._contexts
        if not known and not image.isdecimal():
            self.images.append(image)
        return image

    def _copy(self, instruction: str, value: str) -> None:
        flags, rest = _flags(value)
        options = dict(flags)
        if options.get("from"):
            self._image(options["from"], self._variables)
            return
        *sources, _target = _words(rest) or [""]
        for source in sources:
            if source.startswith("<<"):
                continue  # what follows is the text itself
            if instruction == "ADD" and _REMOTE.match(source):
                if not options.get("checksum"):
                    self.unknown.append(f"ADD {source}")
            else:
                self._source(source)

    def _mount(self, told: str) -> None:
        options = dict(one.partition("=")[::2] for one in told.split(","))
        if options.get("type", "bind") != "bind":
            return
        if options.get("from"):
            self._image(options["from"], self._variables)
        else:
            self._source(options.get("source") or options.get("src") or ".")

    def _source(self, written: str) -> None:
        # What a variable stands for that isn't known can be anything in the context. No path
        # leads out of it: `../x` is `x`.
        source = substituted(written, self._variables) or "."
        self.sources.append(posixpath.normpath(f"/{source}").strip("/") or ".")


def without_heredocs(text: str) -> str:
    """Return a Dockerfile with empty lines for the texts in it, which are no instructions."""
    if "<<" not in text:
        return text
    continues = "`" if _ESCAPE.match(text) else "\\"
    kept: list[str] = []
    waiting = text.splitlines()
    inside = False
    texts: list[tuple[str, str]] = []
    while waiting:
        line = waiting.pop(0)
        kept.append(line)
        inside = inside or bool(_WITH_TEXT.match(line))
        texts += [(found[1], found[3]) for found in _HEREDOC.finditer(line)] if inside else []
        if line.rstrip().endswith(continues) or line.lstrip().startswith("#"):
            continue
        for dash, name in texts:
            ends = (one.lstrip("\t") if dash else one for one in waiting)
            end = next((place for place, one in enumerate(ends) if one == name), None)
            if end is not None:
                kept += [""] * (end + 1)
                waiting = waiting[end + 1 :]
        inside, texts = False, []
    return "\n".join(kept)


def _flags(value: str) -> tuple[list[tuple[str, str]], str]:
    """Return an instruction's leading flags, and what follows them."""
    flags = []
    rest = value.strip()
    while rest.startswith("--"):
        word, *after = rest.split(maxsplit=1)
        rest = after[0] if after else ""
        if found := _FLAG.fullmatch(word):
            flags.append((found[1], found[2] or ""))
    return flags, rest


def _words(rest: str) -> list[str]:
    """Return what is copied, and where to: words, or a JSON array of them."""
    if rest.startswith("["):
        try:
            return [str(word) for word in json.loads(rest)]
        except (ValueError, RecursionError):
            pass
    return [_unquoted(word) for word in rest.split()]


def _pairs(value: str, *, spaced: bool = False) -> Iterator[tuple[str, str | None]]:
    """Yield the names and values of `A=1 B="2 3" C`, as they are written, or of `A 1` (`ENV`)."""
    name, _, rest = value.strip().partition(" ")
    if spaced and "=" not in name:
        yield name, rest
        return
    yield from ((found[1], found[2]) for found in _PAIR.finditer(value))


def _unquoted(word: str) -> str:
    return word[1:-1] if len(word) > 1 and word[0] == word[-1] and word[0] in "'\"" else word
