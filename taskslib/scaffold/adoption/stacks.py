"""Which Compose files are the stacks of a repo. Pure."""

from __future__ import annotations

import posixpath

from taskslib.scaffold.adoption.found import Found

_TEST_STACKS = tuple(
    f"{start}.{kind}.{end}"
    for kind in ("test", "tests", "testing", "ci")
    for start in ("docker-compose", "compose")
    for end in ("yml", "yaml")
)
_DEV_STACKS = tuple(name.replace(".test.", ".dev.") for name in _TEST_STACKS[:4])
_STACKS = ("docker-compose.yml", "docker-compose.yaml", "compose.yaml", "compose.yml")


def test_stack(found: Found, folder: str) -> list[str]:
    """Return the Compose files of the test stack that a folder has, in order; none if unknown."""
    for name in _STACKS:
        if (path := posixpath.join(folder, "deploy/test", name)) in found.files:
            return [path]
    bases = [posixpath.join(folder, name) for name in _STACKS]
    base = [one for one in bases if one in found.composes][:1]
    for name in _TEST_STACKS:
        path = posixpath.join(folder, name)
        if path in found.composes:
            return [path] if found.composes[path].whole else [*base, path]
    return base


def dev_stack(found: Found) -> list[str]:
    """Return the Compose files of the stack for development, likewise."""
    for name in _STACKS:
        if (path := f"deploy/dev/{name}") in found.files:
            return [path]
    there = [name for name in _STACKS if name in found.composes][:1]
    for name in _DEV_STACKS:
        if name in found.composes:
            return [name] if found.composes[name].whole else [*there, name]
    return there
