"""Which Compose files are the stacks of a repo: by what names them, and by where they lie. Pure."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterable, Iterator

from taskslib.lint.placing import ELSEWHERE
from taskslib.scaffold.adoption.commands import Call
from taskslib.scaffold.adoption.found import Found, is_within

_TEST_STACKS = tuple(
    f"{start}.{kind}.{end}"
    for kind in ("test", "tests", "testing", "ci", "e2e", "integration")
    for start in ("docker-compose", "compose")
    for end in ("yml", "yaml")
)
_DEV_STACKS = tuple(name.replace(".test.", ".dev.") for name in _TEST_STACKS[:4])
_STACKS = ("docker-compose.yml", "docker-compose.yaml", "compose.yaml", "compose.yml")
_TEST = re.compile(r"(?<![a-z])(?:tests?|testing|ci|e2e|integration)(?![a-z])", re.IGNORECASE)
_OTHER = re.compile(r"(?<![a-z])(?:prod|production|staging|stage|live|deploy)(?![a-z])")
_FOLDERS = (*ELSEWHERE, "deploy")
_NOBODY_S = ("fixtures", "examples", "example", "template", "templates", "vendor", "node_modules")
"""Folders whose Compose files start nothing of the repo's."""


def stack_of_tests(
    found: Found, folder: str, call: Call | None = None, services: Iterable[str] = ()
) -> list[str]:
    """Return the Compose files of the test stack that a folder has, in order; none if unknown.

    Args:
        found: The repo.
        folder: The root, or a service's.
        call: What runs the tests; what it starts before is theirs.
        services: Folders whose Compose files are not the root's.
    """
    for name in _STACKS:
        if (path := posixpath.join(folder, "deploy/test", name)) in found.files:
            return [path]
    if call is not None and call.stack:
        return list(call.stack)
    if by_place := _by_name(found, folder, _TEST_STACKS):
        return by_place
    told = [] if folder else next(_named(found, services, for_tests=True), [])
    elsewhere = _elsewhere(found, folder, _TEST_STACKS)
    return told or _base(found, folder) or next(elsewhere, [])


def dev_stack(found: Found, services: Iterable[str] = ()) -> list[str]:
    """Return the Compose files of the stack for development, likewise."""
    for name in _STACKS:
        if (path := f"deploy/dev/{name}") in found.files:
            return [path]
    by_place = _by_name(found, "", _DEV_STACKS) or _base(found, "")
    told = _named(found, services, for_tests=False)
    return by_place or next(told, []) or next(_elsewhere(found, "", _DEV_STACKS), [])


def unread(found: Found, read: Iterable[str]) -> list[str]:
    """Return the Compose files that nothing has read, though they may start something."""
    left = sorted(found.composes.keys() - set(read))
    return [one for one in left if not set(one.split("/")) & {*_NOBODY_S}]


def _base(found: Found, folder: str) -> list[str]:
    bases = (posixpath.join(folder, name) for name in _STACKS)
    return [one for one in bases if one in found.composes][:1]


def _by_name(found: Found, folder: str, names: Iterable[str]) -> list[str]:
    """Return the file that a folder has of a kind, with the one that it builds upon."""
    for name in names:
        path = posixpath.join(folder, name)
        if path in found.composes:
            return [path] if found.composes[path].whole else [*_base(found, folder), path]
    return []


def _named(found: Found, services: Iterable[str], *, for_tests: bool) -> Iterator[list[str]]:
    """Yield what the Makefile or a script names, and what it is for by the names of all that."""
    inner = tuple(services)
    for one in found.used:
        words = f"{one.by} {' '.join(map(posixpath.basename, one.files))}"
        fits = bool(_TEST.search(words)) is for_tests and not _OTHER.search(words)
        if fits and not any(is_within(path, folder) for path in one.files for folder in inner):
            yield list(one.files)


def _elsewhere(found: Found, folder: str, names: tuple[str, ...]) -> Iterator[list[str]]:
    """Yield the files of a kind in folders that people have for Compose files, then any."""
    below = [posixpath.join(folder, one) for one in _FOLDERS]
    below = [inner for one in below for inner in (f"{one}/{_kind(names)}", one)]
    yield from (told for one in below if (told := _by_name(found, one, names)))
    yield from (told for one in below if (told := _base(found, one)))


def _kind(names: tuple[str, ...]) -> str:
    return "test" if names is _TEST_STACKS else "dev"
