"""Which images a project has, and how each is built: read off its Compose files.

What is tested is what is released: of several ways to build a service's Dockerfile that of the full
test stack counts, then that of the service's own, then that of development. A build's `target` does
not: what a test stack names there is a stage for tests.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from taskslib.errors import ConfigError, NothingToRunError, UsageError, did_you_mean
from taskslib.project.dependencies.stacks import dotenv_values
from taskslib.project.model import Layout, Project, Service, Stack
from taskslib.project.references.compose import Build, compose
from taskslib.project.references.document import Malformed, document
from taskslib.project.references.values import table
from taskslib.release.recipe import Recipe, recipe
from taskslib.release.version import image_name

REGISTRY = "REGISTRY"
"""The variable that the prod Compose file takes it from, too."""
_ELSEWHERE = re.compile(r"[a-z][a-z0-9+.-]+:|git@")
"""What an include begins with that is no file; a drive of Windows has but one letter."""


@dataclass(frozen=True, slots=True)
class Image:
    """A service's image."""

    service: str
    name: str
    """With the registry, without a tag."""
    context: Path
    dockerfile: Path
    arguments: Mapping[str, str] = field(default_factory=dict)
    contexts: Mapping[str, str] = field(default_factory=dict)
    """What its Dockerfile can take from besides, by name; folders as absolute paths."""
    recipe: Recipe = field(default_factory=Recipe)
    """What its build has besides."""
    notes: tuple[str, ...] = ()
    """What a Compose file says of its build and is not taken."""


def registry_of(project: Project, environ: Mapping[str, str]) -> str:
    """Return the registry that images are in; empty for none."""
    return environ.get(REGISTRY, "") or project.release.registry


def has_images(project: Project) -> bool:
    """Return whether anything of a project becomes an image."""
    return any(one.dockerfile for one in project.services)


def built(project: Project) -> tuple[Service, ...]:
    """Return the services that become images.

    Raises `ConfigError` where two would be one: an image's name is in lower case, a folder's need
    not be.
    """
    found: dict[str, Service] = {}
    for one in project.services:
        if one.dockerfile is None:
            continue
        other = found.setdefault(one.name.lower(), one)
        if other is not one:
            where = " and ".join(project.shown(each.path) for each in (other, one))
            raise ConfigError(
                f"{where} would both be the image of {one.name.lower()}: one would be written "
                "over the other",
                hint=f"rename one of them: {other.name}, {one.name}",
            )
    return tuple(found.values())


def names(project: Project, environ: Mapping[str, str]) -> dict[str, str]:
    """Return what the image of each service is called, with the registry and without a tag.

    Raises `ConfigError` where it can be no image's name, or two would be one.
    """
    single = project.layout is Layout.SINGLE
    registry = registry_of(project, environ)
    by = {"said_by": f"the variable {REGISTRY}"} if environ.get(REGISTRY) else {}
    return {
        one.name: image_name(registry, project.name, *(() if single else (one.name,)), **by)
        for one in built(project)
    }


def images(project: Project, environ: Mapping[str, str]) -> tuple[Image, ...]:
    """Return a project's images, one of each service.

    Raises `ConfigError` also for a Compose file that can't be read, `NothingToRunError`.
    """
    named = names(project, environ)
    if not named:
        raise NothingToRunError(f"{project.name} has no Dockerfile, so no image")
    return tuple(_image(project, one, named[one.name], environ) for one in built(project))


def chosen(
    found: Iterable[Image], services: Iterable[str], libraries: Iterable[str] = ()
) -> tuple[Image, ...]:
    """Return the images of some services. Raises `UsageError` for all names that have none."""
    by_name = {one.service: one for one in found}
    wanted, bare = tuple(dict.fromkeys(services)), tuple(libraries)
    if wrong := [name for name in wanted if name not in by_name]:
        told = (f"{one!r}{', which has no Dockerfile' if one in bare else ''}" for one in wrong)
        near = "" if set(wrong) & set(bare) else did_you_mean(wrong[0], by_name)
        raise UsageError(
            f"no image of a service {'; '.join(told)}",
            hint=f"{near}services with one: {', '.join(by_name)}",
        )
    return tuple(one for name, one in by_name.items() if name in wanted)


def _image(project: Project, service: Service, name: str, environ: Mapping[str, str]) -> Image:
    assert service.dockerfile is not None  # noqa: S101 — those alone are asked for
    wanted = Path(os.path.normpath(service.dockerfile))
    for stack in (project.stack, project.service_stack(service.name), project.dev):
        ways = [one for one in _ways(project, stack, environ) if one.dockerfile == wanted]
        if not ways:
            continue
        # Of several that one counts which is called like the service, then the first.
        way = next((one for one in ways if one.name == service.name), ways[0])
        named = {key: _place(way.file.parent, told) for key, told in way.build.named.items()}
        how = (name, way.context, wanted, way.build.arguments, named)
        return Image(service.name, *how, way.recipe, tuple(_untaken(project, way, ways)))
    return Image(service.name, name, service.path, wanted)


@dataclass(frozen=True, slots=True)
class _Way:
    """How a service of a Compose file is built."""

    name: str
    """What the file calls it."""
    file: Path
    build: Build
    recipe: Recipe

    @property
    def context(self) -> Path:
        return Path(os.path.normpath(self.file.parent / self.build.context))

    @property
    def dockerfile(self) -> Path | None:
        """The file that it is built from; None where the Compose file holds the instructions."""
        told = self.build.dockerfile
        return Path(os.path.normpath(self.context / told)) if told else None


def _untaken(project: Project, way: _Way, ways: Iterable[_Way]) -> Iterator[str]:
    """Yield what is said of an image's build and is not taken."""
    where = f"{project.shown(way.file)}: {way.name} is built"
    if way.recipe.ignored:
        yield f"{where} here without its {', '.join(way.recipe.ignored)}"
    others = [one.name for one in ways if (one.build, one.recipe) != (way.build, way.recipe)]
    if others:
        yield f"{where} as it says, and not as {', '.join(others)}: one Dockerfile is one image"


def _ways(project: Project, stack: Stack | None, environ: Mapping[str, str]) -> Iterator[_Way]:
    """Yield what a stack builds, what its files include too."""
    waiting = [stack.files] if stack else []
    for files in waiting:  # grows meanwhile
        folder = files[0].parent
        texts = [_text(project, one) for one in files]
        values = dotenv_values(_dotenv(folder), environ)
        found, told = compose(texts, values), document(texts)
        for name, build in found.builds.items():
            written = table(table(table(told, "services"), name), "build")
            more = recipe(written, table(told, "secrets"), folder, values, environ)
            yield _Way(name, files[0], build, more)
        further = [
            (Path(os.path.normpath(folder / one)),)
            for one in found.files
            if not _ELSEWHERE.match(one)
        ]
        waiting += [one for one in further if one not in waiting]


def _text(project: Project, file: Path) -> str:
    """Return what a Compose file says. Raises `ConfigError` for one that can't be read as such.

    What it says of a build would be missing in what is released, and nobody would notice.
    """
    try:
        text = file.read_text("utf-8", "replace")
        document((text,))
    except OSError as error:
        why = error.strerror or str(error)
    except Malformed as error:
        why = str(error)
    else:
        return text
    raise ConfigError(
        f"{project.shown(file)}: {why}; how images are built is read off it",
        hint="mend it, then: inv lint",
    )


def _dotenv(folder: Path) -> str:
    try:
        return (folder / ".env").read_text("utf-8", "replace")
    except OSError:
        return ""


def _place(folder: Path, written: str) -> str:
    """Return a further context: a folder by its absolute path, what is none as it is."""
    if "://" in written or written.startswith(("service:", "target:", "git@")):
        return written
    return os.path.normpath(folder / written)
