"""TL8xx: the repo as a whole."""

from __future__ import annotations

from collections.abc import Iterator

from taskslib.events import Stage, SuiteId
from taskslib.lint.edits import removed
from taskslib.lint.gather import Repo, owners_of
from taskslib.lint.rule import (
    DEV,
    PROD,
    TEST,
    Hit,
    I,
    Scope,
    Severities,
    W,
    everywhere,
    hit,
    rule,
)
from taskslib.lint.stack import Stack
from taskslib.project.model import Layout

ELSEWHERE: Severities = {None: W}


@rule(
    "TL801",
    "the obsolete `version:`",
    everywhere(I),
    fixes=True,
    why="Compose ignores it since 2020 and says so at every call. What a file may have depends on "
    "the version of Compose alone.",
    origin="Compose's specification: version is obsolete",
)
def _version(stack: Stack) -> Iterator[Hit]:
    for document in stack.documents:
        entry = document.entry("version")
        if entry:
            yield hit(entry, "`version:` means nothing any more", "leave it out", removed(entry))


@rule(
    "TL802",
    "a service that a stage knows nothing of",
    ELSEWHERE,
    scope=Scope.REPO,
    why="Unit tests are quick and see no database; service tests see one service with what it "
    "depends on; integration tests see all together. Where a stage is missing, its mistakes are "
    "found by the next one, later and harder to tell.",
    origin="the pattern's table of mistakes: a single test stage",
)
def _stages(repo: Repo) -> Iterator[Hit]:
    suites = {one.id for one in repo.project.suites}
    alone = repo.project.layout is Layout.SINGLE
    for service in repo.project.services:
        wanted = [Stage.UNIT] if alone or service.is_library else [Stage.UNIT, Stage.SERVICE]
        names = [one.value for one in wanted if SuiteId(service.name, one) not in suites]
        if names:
            yield from _said(
                repo,
                repo.files.shown(service.path),
                f"{service.name} has no {' and no '.join(names)} tests",
                "`inv services` says where they are looked for",
            )
    if _has_containers(repo) and not any(one.stage is Stage.INTEGRATION for one in suites):
        yield from _said(
            repo, ".", "there are no integration tests", "write them in tests/integration"
        )


def _has_containers(repo: Repo) -> bool:
    """Return whether there is anything to integrate: libraries alone have unit tests, no more."""
    return any(not one.is_library for one in repo.project.services) or any(
        one.services for one in repo.stacks
    )


def _said(repo: Repo, folder: str, message: str, hint_: str) -> Iterator[Hit]:
    """Yield what there is to say of a folder, at the first file that it has for that."""
    names = ("Dockerfile", "pyproject.toml", "package.json", "tasks.py", "Makefile")
    own = (repo.files.source(f"{folder}/{name}") for name in names)
    stacks = (document.source for one in repo.stacks for document in one.documents)
    source = next((one for one in (*own, *stacks) if one is not None), None)
    if source is not None:
        yield Hit(source, 0, message, hint_)


@rule(
    "TL803",
    "a service's test stack that builds another service",
    {TEST: W},
    scope=Scope.ENVIRONMENT,
    why="A service is tested with its direct dependencies only: whatever else is in its stack "
    "costs its build and its start at every run, and its failures are another's.",
    origin="the pattern's principle of service isolation",
)
def _foreign(repo: Repo) -> Iterator[Hit]:
    owners = owners_of(repo.project, repo.files)
    services = {one.name: one for one in repo.project.services}
    for stack in repo.stacks:
        if not stack.service:
            continue
        asked = services[stack.service]
        own = [
            one.name
            for one in stack.services.values()
            if one.build and owners.get(one.build.path) == stack.service
        ]
        needed = _reached(stack, own)
        for one in stack.services.values():
            other = owners.get(one.build.path) if one.build else None
            if (
                own
                and other not in {None, stack.service, *asked.depends_on}
                and (one.name not in needed)
            ):
                yield hit(
                    one.entry,
                    f"{one.name} is built from {other}, which {stack.service} does not depend on",
                    "leave it out, or say depends_on",
                )


def _reached(stack: Stack, names: list[str]) -> set[str]:
    """Return services with all that they depend on."""
    found = set(names)
    waiting = list(names)
    while waiting:
        service = stack.services.get(waiting.pop())
        for _, name, _ in service.depends_on() if service else ():
            if name not in found:
                found.add(name)
                waiting.append(name)
    return found


@rule(
    "TL804",
    "a service that an environment lacks",
    {DEV: W, TEST: W, PROD: W},
    scope=Scope.ENVIRONMENT,
    why="What is not in the full test stack is tested by nobody together with the others; what is "
    "not in deploy/prod does not run there.",
    origin="the pattern's layout: dev, test and prod of the full stack",
)
def _absent(repo: Repo) -> Iterator[Hit]:
    owners = owners_of(repo.project, repo.files)
    images = {one: name for name in owners.values() for one in (name, _image(repo, name))}
    for stack in repo.stacks:
        if stack.service or not stack.services or stack.name != stack.environment:
            continue  # what is deployed elsewhere may be a part of it, or what watches it
        has = set(stack.services)
        for one in stack.services.values():
            if one.build:
                has.add(owners.get(one.build.path, ""))
            image = one.node.value("image").rpartition("/")[2].partition("@")[0].split(":")[0]
            has.add(images.get(image, ""))
        for name in owners.values():
            if name not in has:
                yield Hit(
                    stack.documents[0].source,
                    stack.documents[0].start,
                    f"{name} is not in {stack.environment}",
                    f"add {name} to {stack.files[0]}",
                )


def _image(repo: Repo, name: str) -> str:
    return f"{repo.project.name}-{name}"
