"""What starts containers, of a Makefile's targets and of command lines. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import pairwise

from taskslib.scaffold.adoption.makefiles import Target
from taskslib.scaffold.adoption.words import parts


def starting(made: Iterable[Target]) -> frozenset[str]:
    """Return the targets that start containers, by themselves or by what they need."""
    users: dict[str, list[str]] = {}
    left = []
    for one in made:
        commands = [part for line in one.recipe for part in parts(line)]
        for other in (*one.needs, *(name for part in commands for name in makes(part))):
            users.setdefault(other, []).append(one.name)
        left += [one.name] if any(map(starts, commands)) else []
    found: set[str] = set()
    while left:
        name = left.pop()
        if name not in found:
            found.add(name)
            left += users.get(name, [])
    return frozenset(found)


def makes(part: str) -> list[str]:
    """Return the targets that a command makes: `$(MAKE) up`."""
    words = part.split()
    return words[1:] if words[:1] and words[0] in {"make", "$(MAKE)", "${MAKE}"} else []


def starts(part: str) -> bool:
    """Return whether a command starts containers: `docker compose up`, `docker run`."""
    words = part.split()
    by_compose = any("compose" in one.lower() for one in words) and "up" in words
    runs = {("docker", "run"), ("podman", "run")}
    return by_compose or any(pair in runs for pair in pairwise(words))
