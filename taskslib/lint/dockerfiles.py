"""A Dockerfile's stages and instructions, with their lines."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from dataclasses import dataclass

from taskslib.lint.known import image_of
from taskslib.lint.source import Source
from taskslib.project.references.dockerfile import without_heredocs
from taskslib.project.references.interpolation import substituted

_AS = re.compile(r"(\S+)(?:\s+as\s+(\S+))?$", re.IGNORECASE)
_FLAGS = re.compile(r"^(?:--\S+\s+)*")
_OPTION = re.compile(r"--([a-z-]+)=(\S+)")


@dataclass(frozen=True, slots=True)
class Instruction:
    """One instruction; its line counts from 1."""

    word: str
    value: str
    line: int


@dataclass(frozen=True, slots=True)
class Stage:
    """What one `FROM` begins."""

    name: str
    base: str
    """With the defaults of arguments; empty where they have none."""
    line: int
    instructions: tuple[Instruction, ...]

    def of(self, word: str) -> Iterator[Instruction]:
        """Yield its instructions of a kind."""
        return (one for one in self.instructions if one.word == word)


@dataclass(frozen=True, slots=True)
class Healthcheck:
    """An image's own healthcheck: options as they are written."""

    interval: str = ""
    start_period: str = ""
    start_interval: str = ""


@dataclass(frozen=True, slots=True)
class Dockerfile:
    """How an image is built."""

    source: Source
    stages: tuple[Stage, ...]

    def lineage(self, target: str = "") -> tuple[Stage, ...]:
        """Return the stages that an image consists of, the last first."""
        wanted = [one for one in self.stages if target.lower() in {one.name, ""}] or self.stages
        found: list[Stage] = list(wanted[-1:])
        while found:
            place = self.stages.index(found[-1])
            earlier = [one for one in self.stages[:place] if one.name == found[-1].base.lower()]
            if not found[-1].base or not earlier or not earlier[-1].name:
                break
            found.append(earlier[-1])
        return tuple(found)

    def base(self, target: str = "") -> str:
        """Return the image that it starts from; empty where that is not known."""
        stages = self.lineage(target)
        return stages[-1].base if stages else ""

    def last(self, word: str, target: str = "") -> Instruction | None:
        """Return the instruction of a kind that counts for the image."""
        for stage in self.lineage(target):
            if found := [*stage.of(word)]:
                return found[-1]
        return None

    def healthcheck(self, target: str = "") -> Healthcheck | bool | None:
        """Return the image's healthcheck; False for none, None where nobody knows."""
        found = self.last("HEALTHCHECK", target)
        if found is None:
            image = image_of(self.base(target))
            return False if image and image.has_no_healthcheck else None
        if found.value.strip().upper() == "NONE":
            return False
        told = dict(_OPTION.findall(found.value.split("CMD")[0]))
        names = ("interval", "start-period", "start-interval")
        return Healthcheck(*(told.get(name, "") for name in names))


def dockerfile(source: Source) -> Dockerfile:
    """Return a Dockerfile as data; what cannot be understood is not there."""
    from dockerfile_parse import DockerfileParser

    text = without_heredocs(source.text)
    parser = DockerfileParser(fileobj=io.BytesIO(text.encode(errors="replace")))
    arguments: dict[str, str] = {}
    stages: list[Stage] = []
    for entry in parser.structure:
        word, value, line = entry["instruction"].upper(), entry["value"], entry["startline"] + 1
        if word == "FROM":
            found = _AS.match(_FLAGS.sub("", value.strip()))
            base = substituted(found[1], arguments) if found else ""
            name = (found[2] or "").lower() if found else ""
            stages.append(Stage(name, base or "", line, ()))
        elif stages:
            last = stages[-1]
            more = (*last.instructions, Instruction(word, value, line))
            stages[-1] = Stage(last.name, last.base, last.line, more)
        elif word == "ARG" and "=" in value:
            name, _, told = value.partition("=")
            arguments[name.strip()] = told.strip().strip("\"'")
    return Dockerfile(source, tuple(stages))
