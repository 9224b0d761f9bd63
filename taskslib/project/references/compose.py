"""What a Compose file says of images, files and variables. Pure: a text in, data out.

Compose's own `config` tells more, but needs Compose and a tenth of a second a file; what this
does not understand is `unknown`, never guessed.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from taskslib.project.references.document import Malformed, document
from taskslib.project.references.interpolation import substituted, variables
from taskslib.project.references.values import listed, pairs, table

_REMOTE = re.compile(r"[a-z][a-z0-9+.-]*://|git@|github\.com/")
_ALWAYS = (
    "COMPOSE_DISABLE_ENV_FILE", "COMPOSE_ENV_FILES", "COMPOSE_PROFILES", "DOCKER_DEFAULT_PLATFORM",
)  # fmt: skip
"""Variables that Compose and the builder take, whatever a file says."""


@dataclass(frozen=True, slots=True)
class Build:
    """How a service's image is built. Paths as they are written, from the Compose file on."""

    context: str
    dockerfile: str = "Dockerfile"
    """From the context on; empty where the Compose file itself holds the instructions."""
    inline: str = ""
    arguments: Mapping[str, str] = field(default_factory=dict)
    contexts: tuple[str, ...] = ()
    """Folders that the Dockerfile can take from besides."""
    named: Mapping[str, str] = field(default_factory=dict)
    """All further contexts by what it calls them, whatever they are."""


@dataclass(frozen=True, slots=True)
class Compose:
    """What a stack is made of."""

    builds: Mapping[str, Build] = field(default_factory=dict)
    """By service."""
    images: tuple[str, ...] = ()
    """Images that it runs and does not build."""
    paths: tuple[str, ...] = ()
    """Files and folders that containers see or Compose reads: mounts, secrets."""
    env_files: tuple[str, ...] = ()
    """Files with variables of containers, which can be taken from Compose's own."""
    files: tuple[str, ...] = ()
    """Further Compose files: `include`, `extends`."""
    variables: tuple[str, ...] = ()
    """Names of environment variables that it takes."""
    after: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """`depends_on`, by service."""
    unknown: tuple[str, ...] = ()
    """What nobody can know of it beforehand."""
    partial: bool = False
    """Whether it may lead to further files of the repo, for that reason."""


def compose(texts: Iterable[str], environ: Mapping[str, str]) -> Compose:
    """Return what a Compose file says, with the values that its variables have now.

    Args:
        texts: The file and its overrides, in order.
        environ: Those values.
    """
    texts = tuple(texts)
    try:
        data = document(texts)
    except Malformed as error:
        return Compose(unknown=(str(error),), partial=True)
    reader = _Reader(environ)
    for name, service in table(data, "services").items():
        reader.service(name, service)
    reader.included(data.get("include"))
    for kind in ("secrets", "configs", "volumes"):
        for one in table(data, kind).values():
            reader.resource(one if isinstance(one, dict) else {})
    built = {_tagged(tag) for tag in reader.tags}
    named = (name for text in texts for name in variables(text))
    return Compose(
        reader.builds,
        tuple(dict.fromkeys(one for one in reader.images if _tagged(one) not in built)),
        tuple(dict.fromkeys(reader.paths)),
        tuple(dict.fromkeys(reader.env_files)),
        tuple(dict.fromkeys(reader.files)),
        tuple(sorted({*named, *reader.passed, *_ALWAYS})),
        reader.after,
        tuple(dict.fromkeys(reader.unknown)),
        reader.partial,
    )


class _Reader:
    def __init__(self, environ: Mapping[str, str]) -> None:
        self.builds: dict[str, Build] = {}
        self.images: list[str] = []
        self.tags: list[str] = []
        self.paths: list[str] = []
        self.env_files: list[str] = []
        self.files: list[str] = []
        self.passed: list[str] = []
        self.after: dict[str, tuple[str, ...]] = {}
        self.unknown: list[str] = []
        self.partial = False
        self._environ = environ

    def service(self, name: str, service: Mapping[str, Any]) -> None:
        image = self._value(service.get("image"))
        if isinstance(build := service.get("build"), dict) and build:
            self._build(name, build)
            self.tags += [image] if image else []
        elif image:
            self.images.append(image)
        self.passed += _without_value(service.get("environment"))
        for volume in listed(service.get("volumes")):
            self._mount(volume)
        self.env_files += self._each_path(service.get("env_file"))
        self.paths += self._each_path(service.get("label_file"))
        for extends in listed(service.get("extends")):
            if isinstance(extends, dict):
                self.files += self._each_path(extends.get("file"))
        self.after[name] = tuple(pairs(service.get("depends_on")))

    def included(self, include: Any) -> None:
        for one in listed(include):
            told = one if isinstance(one, dict) else {"path": one}
            self.files += self._each_path(told.get("path"))
            self.paths += self._each_path(told.get("env_file"))
            if told.get("project_directory"):
                self.unknown.append(f"what is below {told['project_directory']}")
                self.partial = True

    def resource(self, one: Mapping[str, Any]) -> None:
        """Take a secret, a configuration or a volume."""
        self.paths += self._each_path(one.get("file"))
        self.passed += [str(one["environment"])] if one.get("environment") else []
        self.paths += self._each_path(table(one, "driver_opts").get("device"))

    def _build(self, name: str, build: Mapping[str, Any]) -> None:
        context = self._path(build.get("context") or ".")
        if _REMOTE.match(context):
            self.unknown.append(f"{name} is built from {context}")
            return
        self.passed += _without_value(build.get("args"))
        given = {
            key: self._environ.get(key) if told is None else self._value(told)
            for key, told in pairs(build.get("args")).items()
        }
        contexts = pairs(build.get("additional_contexts"))
        self.tags += [self._value(tag) for tag in listed(build.get("tags"))]
        inline = str(build.get("dockerfile_inline") or "")
        self.builds[name] = Build(
            context,
            "" if inline else self._path(build.get("dockerfile") or "Dockerfile"),
            inline,
            {key: told for key, told in given.items() if told is not None},
            tuple(self._contexts(name, contexts.values())),
            {key: self._value(told) for key, told in contexts.items()},
        )

    def _contexts(self, name: str, contexts: Iterable[Any]) -> Iterator[str]:
        """Yield those further contexts that are folders."""
        for told in map(self._path, contexts):
            kind, separate, rest = told.partition("://")
            if kind == "docker-image" and separate:
                self.images.append(rest)
            elif separate or told.startswith("git@"):
                self.unknown.append(f"{name} is built from {told}")
            elif not told.startswith(("service:", "target:")):
                yield told

    def _mount(self, volume: Any) -> None:
        if isinstance(volume, dict):
            if volume.get("type") == "bind":
                self.paths += self._each_path(volume.get("source"))
            return
        source, separate, _ = self._path(volume).partition(":")
        if separate and source.startswith((".", "/", "~")):
            self.paths.append(source)

    def _each_path(self, written: Any) -> list[str]:
        """Return the paths that an entry has: a path, or a list of paths and of tables of one."""
        each = (one.get("path") if isinstance(one, dict) else one for one in listed(written))
        return [path for one in each if (path := self._path(one))]

    def _path(self, written: Any) -> str:
        """Return a path; where it isn't known, there may be any."""
        before = len(self.unknown)
        path = self._value(written)
        self.partial = self.partial or len(self.unknown) > before
        return path

    def _value(self, written: Any) -> str:
        """Return a text with the values of its variables; empty, and told, where one has none."""
        text = "" if written is None else str(written)
        text = text.lower() if isinstance(written, bool) else text
        value = substituted(text, self._environ, blank=True)
        if value is None:
            self.unknown.append(f"what {text} stands for")
        return value or ""


def _without_value(entries: Any) -> list[str]:
    """Return the names that get their value from the environment of Compose."""
    return [name for name, value in pairs(entries).items() if value is None]


def _tagged(image: str) -> str:
    """Return an image's reference with its tag, `latest` where none is given."""
    return image if ":" in image.rpartition("/")[2] else f"{image}:latest"
