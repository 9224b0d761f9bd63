"""What a Compose file says of images, files and variables. Pure: a text in, data out.

Compose's own `config` tells more, but needs Compose and a tenth of a second a file; what this
does not understand is `unknown`, never guessed.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from taskslib.project.references.interpolation import substituted, variables

_REMOTE = re.compile(r"[a-z][a-z0-9+.-]*://|git@|github\.com/")
_ALWAYS = ("COMPOSE_ENV_FILES", "COMPOSE_DISABLE_ENV_FILE", "DOCKER_DEFAULT_PLATFORM")
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


@dataclass(frozen=True, slots=True)
class Compose:
    """What a stack is made of."""

    builds: Mapping[str, Build] = field(default_factory=dict)
    """By service."""
    images: tuple[str, ...] = ()
    """Images that it runs and does not build."""
    paths: tuple[str, ...] = ()
    """Files and folders that containers see or Compose reads: mounts, env files, secrets."""
    files: tuple[str, ...] = ()
    """Further Compose files: `include`, `extends`."""
    variables: tuple[str, ...] = ()
    """Names of environment variables that it takes."""
    after: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """`depends_on`, by service."""
    unknown: tuple[str, ...] = ()
    """What nobody can know of it beforehand."""


def compose(text: str, environ: Mapping[str, str]) -> Compose:
    """Return what a Compose file says, with the values that its variables have now."""
    from ruamel.yaml import YAML
    from ruamel.yaml.error import YAMLError

    try:
        data = YAML(typ="safe").load(text)
    except YAMLError as error:
        line = getattr(getattr(error, "problem_mark", None), "line", 0) + 1
        return Compose(unknown=(f"line {line} is no YAML that can be read here",))
    if not isinstance(data, dict):
        return Compose(unknown=("it is no mapping",))
    reader = _Reader(environ)
    services = {str(name): one for name, one in _table(data, "services").items()}
    for name, service in services.items():
        reader.service(name, service if isinstance(service, dict) else {})
    reader.included(data.get("include"))
    for kind in ("secrets", "configs"):
        for one in _table(data, kind).values():
            reader.resource(one if isinstance(one, dict) else {})
    built = {_tagged(tag) for tag in reader.tags}
    return Compose(
        reader.builds,
        tuple(dict.fromkeys(one for one in reader.images if _tagged(one) not in built)),
        tuple(dict.fromkeys(reader.paths)),
        tuple(dict.fromkeys(reader.files)),
        tuple(sorted({*variables(text), *reader.passed, *_ALWAYS})),
        reader.after,
        tuple(dict.fromkeys(reader.unknown)),
    )


class _Reader:
    def __init__(self, environ: Mapping[str, str]) -> None:
        self.builds: dict[str, Build] = {}
        self.images: list[str] = []
        self.tags: list[str] = []
        self.paths: list[str] = []
        self.files: list[str] = []
        self.passed: list[str] = []
        self.after: dict[str, tuple[str, ...]] = {}
        self.unknown: list[str] = []
        self._environ = environ

    def service(self, name: str, service: Mapping[str, Any]) -> None:
        image = self._value(service.get("image"))
        if build := service.get("build"):
            self._build(name, build if isinstance(build, dict) else {"context": build})
            self.tags += [image] if image else []
        elif image:
            self.images.append(image)
        self.passed += _without_value(service.get("environment"))
        for volume in service.get("volumes") or []:
            self._mount(volume)
        for one in _listed(service.get("env_file")):
            self._path(one.get("path") if isinstance(one, dict) else one)
        extends = service.get("extends")
        if isinstance(extends, dict) and extends.get("file"):
            self.files.append(self._value(extends["file"]))
        for watched in _listed(service.get("label_file")):
            self._path(watched)
        depends = service.get("depends_on") or ()
        self.after[name] = tuple(str(one) for one in depends)

    def included(self, include: Any) -> None:
        for one in _listed(include):
            path = one.get("path") if isinstance(one, dict) else one
            self.files += [self._value(file) for file in _listed(path)]
            if isinstance(one, dict):
                for file in _listed(one.get("env_file")):
                    self._path(file)

    def resource(self, one: Mapping[str, Any]) -> None:
        if one.get("file"):
            self._path(one["file"])
        elif one.get("environment"):
            self.passed.append(str(one["environment"]))

    def _build(self, name: str, build: Mapping[str, Any]) -> None:
        context = self._value(build.get("context") or ".")
        if _REMOTE.match(context):
            self.unknown.append(f"{name} is built from {context}")
        arguments = build.get("args") or {}
        self.passed += _without_value(arguments)
        given = dict(arguments) if isinstance(arguments, dict) else {}
        if isinstance(arguments, list):
            given = dict(str(one).partition("=")[::2] for one in arguments)
        contexts = list(_table(build, "additional_contexts").values())
        if isinstance(build.get("additional_contexts"), list):
            contexts = [str(one).partition("=")[2] for one in build["additional_contexts"]]
        folders = []
        for told in map(str, contexts):
            kind, separate, rest = told.partition("://")
            if kind == "docker-image" and separate:
                self.images.append(self._value(rest))
            elif separate or told.startswith("git@"):
                self.unknown.append(f"{name} is built from {told}")
            elif not told.startswith(("service:", "target:")):
                folders.append(self._value(told))
        self.tags += [self._value(tag) for tag in _listed(build.get("tags"))]
        inline = str(build.get("dockerfile_inline") or "")
        self.builds[name] = Build(
            context,
            "" if inline else self._value(build.get("dockerfile") or "Dockerfile"),
            inline,
            {str(key): self._value(one) for key, one in given.items() if one is not None},
            tuple(folders),
        )

    def _mount(self, volume: Any) -> None:
        if isinstance(volume, dict):
            if volume.get("type") == "bind":
                self._path(volume.get("source"))
            return
        source, separate, _ = self._value(volume).partition(":")
        if separate and source.startswith((".", "/", "~")):
            self._path(source)

    def _path(self, written: Any) -> None:
        if path := self._value(written):
            self.paths.append(path)

    def _value(self, written: Any) -> str:
        """Return a text with the values of its variables; empty, and told, where one has none."""
        text = "" if written is None else str(written)
        value = substituted(text, self._environ)
        if value is None:
            self.unknown.append(f"what {text} stands for")
        return value or ""


def _without_value(entries: Any) -> Iterator[str]:
    """Yield the names that get their value from the environment of Compose."""
    if isinstance(entries, dict):
        yield from (str(name) for name, value in entries.items() if value is None)
    else:
        yield from (str(one) for one in _listed(entries) if "=" not in str(one))


def _listed(value: Any) -> Iterable[Any]:
    if value is None:
        return ()
    return value if isinstance(value, list) else [value]


def _table(data: Mapping[str, Any], key: str) -> Mapping[str, Any]:
    found = data.get(key)
    return found if isinstance(found, dict) else {}


def _tagged(image: str) -> str:
    """Return an image's reference with its tag, `latest` where none is given."""
    return image if ":" in image.rpartition("/")[2] else f"{image}:latest"
