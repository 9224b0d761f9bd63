"""What there is to lint in a repo, and which environment each file is for."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator
from dataclasses import dataclass

from taskslib.lint.dockerfiles import Dockerfile, dockerfile
from taskslib.lint.environments import Environment
from taskslib.lint.files import Files
from taskslib.lint.placing import stacks_of
from taskslib.lint.source import Source
from taskslib.lint.stack import Stack
from taskslib.project.config import Config
from taskslib.project.model import Layout, Project

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

    def sources(self, only: str | None = None) -> dict[str, Source]:
        """Return all files that were looked at, by path; `only` the stacks of an environment."""
        found = {}
        if only is None:
            found = {one.source.path: one.source for one in self.scripts}
            found.update({one.file.source.path: one.file.source for one in self.images})
        for one in (one for one in self.stacks if one.is_for(only)):
            found.update({node.source.path: node.source for node in one.documents})
            found.update({source.path: source for source, _ in one.unreadable})
        return found


def gather(project: Project, config: Config, files: Files) -> Repo:
    """Return what there is to lint."""
    stacks = stacks_of(project, config, files)
    scripts = tuple(_scripts(project, files))
    return Repo(project, files, stacks, tuple(_images(project, stacks, files)), scripts)


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
