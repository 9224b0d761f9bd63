"""Which stacks there are, and which environment each is for: by place, name, configuration."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from taskslib.lint.environments import Environment, kind_of
from taskslib.lint.files import Files
from taskslib.lint.loading import stack
from taskslib.lint.parsing import Unreadable
from taskslib.lint.source import Source
from taskslib.lint.stack import Stack
from taskslib.project.config import ComposeFiles, Config
from taskslib.project.environments import FOLDER, environments
from taskslib.project.locating import joined, stack_of
from taskslib.project.model import Layout, Project

_COMPOSE = re.compile(r"(?:docker-)?compose(?:\.(?P<kind>[\w.-]+))?\.ya?ml")
COMPOSE_FILES = ("compose*.y*ml", "docker-compose*.y*ml")
ELSEWHERE = ("docker", ".docker", "compose", "infra", "deployment", "ops", "containers")
"""Folders, at the root or in a service, that people have for Compose files."""

_Place = tuple[str, str, Path, ComposeFiles]
"""A service, its stack's environment, and where the configuration tells of it, from a folder on."""


def stacks_of(project: Project, config: Config, files: Files) -> tuple[Stack, ...]:
    """Return the stacks of a repo, by the place and the name of their files."""
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
    for folder, name, service in _looked_in(project, config, files):
        made.add_broken(folder, name, service)
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

    def add_broken(self, folder: str, name: str, service: str) -> None:
        """Add what is in a Compose file's place in a folder, and is no file."""
        for path, why in self.files.broken(folder, COMPOSE_FILES):
            if path not in self.read:
                error = Unreadable(1, why, f"put the Compose file there, or remove {path}")
                kind = kind_of(name) if name else None
                one = Stack(kind, service, (path,), name=name)
                one.unreadable.append((Source(path, ""), error))
                self.found.append(one)
                self.read.add(path)

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


def _looked_in(project: Project, config: Config, files: Files) -> Iterator[tuple[str, str, str]]:
    """Yield the folders in which Compose files are looked for: path, environment, service."""
    for service, name, base, told in _places(project, config):
        if isinstance(told, str):
            yield files.shown(joined(base, told)), name, service
    for folder, service in _folders(project, files):
        yield folder, "", service
        for one in sorted((files.root / folder / FOLDER).glob("*/")):
            if one.is_dir():
                yield files.shown(one), one.name, service


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
