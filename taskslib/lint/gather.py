"""What there is to lint in a repo, and which environment each file is for."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from taskslib.lint.dockerfiles import Dockerfile, dockerfile
from taskslib.lint.environments import Environment, kind_of
from taskslib.lint.files import Files
from taskslib.lint.loading import stack
from taskslib.lint.source import Source
from taskslib.lint.stack import Stack
from taskslib.project.config import ComposeFiles, Config
from taskslib.project.environments import FOLDER, environments
from taskslib.project.locating import stack_of
from taskslib.project.model import Layout, Project

_COMPOSE = re.compile(r"(?:docker-)?compose(?:\.(?P<kind>[\w.-]+))?\.ya?ml")
COMPOSE_FILES = ("compose*.y*ml", "docker-compose*.y*ml")
ELSEWHERE = ("docker", ".docker", "compose", "infra", "deployment", "ops", "containers")
"""Folders, at the root or in a service, that people have for Compose files."""
WORKFLOWS = (".github/workflows", ".gitea/workflows", ".forgejo/workflows")
SCRIPTS: dict[str, tuple[str, ...]] = {
    ".": ("*.sh", "Makefile", "*.mk", ".gitlab-ci.yml"),
    "scripts": ("**/*",),
    "bin": ("*",),
    "ci": ("**/*",),
    ".ci": ("**/*",),
    "deploy": ("**/*.sh",),
}
"""By folder, the names of scripts; `.pre-commit-hooks.yaml` has them, too."""
OF_SERVICES: dict[str, tuple[str, ...]] = {
    ".": ("*.sh", "Makefile"),
    "scripts": ("**/*",),
    "deploy": ("**/*.sh",),
}


@dataclass(frozen=True, slots=True)
class Image:
    """A Dockerfile, and what it is built in."""

    service: str
    """The service whose it is; empty for a stand-in of a stack."""
    context: str
    file: Dockerfile
    files: Files


@dataclass(frozen=True, slots=True)
class Script:
    """Commands: a script, a workflow, or what a Compose file runs."""

    source: Source
    is_workflow: bool


@dataclass(frozen=True, slots=True)
class Repo:
    """All that is linted."""

    project: Project
    files: Files
    stacks: tuple[Stack, ...]
    images: tuple[Image, ...]
    scripts: tuple[Script, ...]

    @property
    def workflows(self) -> tuple[Source, ...]:
        """Return the CI workflows."""
        return tuple(one.source for one in self.scripts if one.is_workflow)

    @property
    def environments(self) -> tuple[str, ...]:
        """Return the names of the environments that there are, those that we know first."""
        names = {one.name for one in self.stacks if one.name}
        return (*(one for one in Environment if one in names), *sorted(names - {*Environment}))

    def sources(self) -> dict[str, Source]:
        """Return all files that were read, by path."""
        found = {one.source.path: one.source for one in self.scripts}
        found.update({one.file.source.path: one.file.source for one in self.images})
        for one in self.stacks:
            found.update({node.source.path: node.source for node in one.documents})
            found.update({source.path: source for source, _ in one.unreadable})
        return found


def gather(project: Project, config: Config, files: Files) -> Repo:
    """Return what there is to lint."""
    stacks = _stacks(project, config, files)
    scripts = tuple(_scripts(project, files))
    return Repo(project, files, stacks, tuple(_images(project, stacks, files)), scripts)


_Place = tuple[str, str, Path, ComposeFiles]
"""A service, its stack's environment, and where the configuration tells of it, from a folder on."""


def _stacks(project: Project, config: Config, files: Files) -> tuple[Stack, ...]:
    made = _Stacks(files)
    for service, name, base, told in _places(project, config):
        found = stack_of(base, told, service)
        if found is None:
            continue
        main = tuple(files.shown(path) for path in found.files)
        if name not in set(Environment) and main[0] in made.read:
            continue  # what others include, or are configured to be
        environment = kind_of(name)
        made.add(main, environment, service, name=name)
        # A file that is named to us says nothing of those beside it.
        if not isinstance(told, str) or not (base / told).is_dir():
            continue
        for other in made.unread(posixpath.dirname(main[0])):
            made.add((*main, other), environment, service, whole=False, name=name)
    for folder, service in _folders(project, files):
        # A file comes before what builds upon it: compose.yml, compose.test.yml.
        beside = sorted(made.unread(folder), key=lambda one: one.count("."))
        for path in beside:
            if path not in made.read:
                _elsewhere(made, path, service, alone=len(beside) == 1)
    return tuple(made.found)


@dataclass(frozen=True, slots=True)
class _Stacks:
    """The stacks that are known, and which files they are made of."""

    files: Files
    found: list[Stack] = field(default_factory=list)
    read: set[str] = field(default_factory=set)

    def add(
        self,
        paths: tuple[str, ...],
        environment: Environment | None,
        service: str,
        *,
        whole: bool = True,
        name: str = "",
    ) -> None:
        """Add a stack of these files."""
        one = stack(self.files, paths, environment, service, whole=whole, name=name)
        self.found.append(one)
        self.read.update(one.files)
        self.read.update(node.source.path for node in one.documents)
        self.read.update(source.path for source, _ in one.unreadable)

    def unread(self, folder: str) -> Iterator[str]:
        """Yield a folder's Compose files that no stack has, also links that lead out of the repo.

        A stack that is added meanwhile counts.
        """
        own, others = (one(folder, COMPOSE_FILES) for one in (self.files.find, self.files.outside))
        yield from (one for one in (*own, *others) if one not in self.read)


def _places(project: Project, config: Config) -> Iterator[_Place]:
    root = project.root
    yield "", Environment.TEST, root, config.stack
    yield "", Environment.DEV, root, config.dev_stack
    yield "", Environment.PROD, root, f"{FOLDER}/{Environment.PROD}"
    services = project.services if project.layout is Layout.MULTI else ()
    for one in services:
        own = config.of(one.name).stack or config.service_stack
        yield one.name, Environment.TEST, one.path, own
        for environment in (Environment.DEV, Environment.PROD):
            yield one.name, environment, one.path, f"{FOLDER}/{environment}"
    for owner, where in (("", root), *((one.name, one.path) for one in services)):
        for name in environments(where):
            if name not in set(Environment):
                yield owner, name, where, f"{FOLDER}/{name}"


def _folders(project: Project, files: Files) -> Iterator[tuple[str, str]]:
    tops = [(".", "")]
    if project.layout is Layout.MULTI:
        tops += [(files.shown(one.path), one.name) for one in project.services]
    yield from tops
    patterns = [f"{depth}{one}" for depth in ("", "*/") for one in COMPOSE_FILES]
    for top, service in tops:
        for name in ELSEWHERE:
            found = files.find(posixpath.normpath(posixpath.join(top, name)), patterns)
            for folder in sorted({posixpath.dirname(one) for one in found}):
                yield folder, service


def _elsewhere(made: _Stacks, path: str, service: str, *, alone: bool) -> None:
    """Add a file that lies in no environment's folder: names may say what it is for."""
    folder, _, name = path.rpartition("/")
    found = _COMPOSE.fullmatch(name)
    words = re.split(r"[.-]", found["kind"] or "") if found else []
    about = (*words, posixpath.basename(folder))
    environment = next((one for one in Environment if one in about), None)
    base = [posixpath.join(folder, name.replace(f".{found['kind']}", "")) if found else ""]
    first = [one for one in base if words and one != path and made.files.is_file(one)]
    made.add((*first, path), environment, service, whole=alone or bool(first))


def owners_of(project: Project, files: Files) -> dict[str, str]:
    """Return the services with a container, by their Dockerfiles."""
    return {files.shown(one.dockerfile): one.name for one in project.services if one.dockerfile}


def _images(project: Project, stacks: tuple[Stack, ...], files: Files) -> Iterator[Image]:
    seen = set()
    owners = owners_of(project, files)
    for one in stacks:
        for service in one.services.values():
            build = service.build
            if build and build.file and build.path and build.path not in seen:
                seen.add(build.path)
                yield Image(owners.get(build.path, ""), build.context, build.file, files)
    for path, name in owners.items():
        source = files.source(path)
        if path not in seen and source:
            yield Image(name, posixpath.dirname(path) or ".", dockerfile(source), files)


def _scripts(project: Project, files: Files) -> Iterator[Script]:
    for folder in WORKFLOWS:
        for path in files.find(folder, ("*.yml", "*.yaml")):
            if (source := files.source(path)) is not None:
                yield Script(source, is_workflow=True)
    places = list(SCRIPTS.items())
    if project.layout is Layout.MULTI:
        for one in project.services:
            where = files.shown(one.path)
            places += [(f"{where}/{folder}", names) for folder, names in OF_SERVICES.items()]
    for folder, names in places:
        for path in files.find(folder, names):
            source = files.source(path)
            if source and _is_script(source):
                yield Script(source, is_workflow=False)


def _is_script(source: Source) -> bool:
    name = posixpath.basename(source.path)
    if name.endswith((".sh", ".mk")) or name in {"Makefile", ".gitlab-ci.yml"}:
        return True
    return bool(re.match(r"#!.*\b(?:ba|da|z|k)?sh\b", source.text))
