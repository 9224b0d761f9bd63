"""What starts containers, of a Makefile's targets and of command lines. Pure."""

from __future__ import annotations

import posixpath
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import pairwise

from taskslib.scaffold.adoption.makefiles import Target
from taskslib.scaffold.adoption.words import joined, parts, seen, words_of

_FILE = ("-f", "--file")
_TAKES_VALUE = (
    *_FILE,
    *("-p", "--project-name", "--project-directory", "--env-file", "--profile", "--parallel"),
    *("--ansi", "--progress", "--context", "-c", "-H", "--host"),
)
"""Options of Compose, before its command."""
_VARIABLE = "COMPOSE_FILE"
_NAMES = ("docker-compose.yml", "docker-compose.yaml", "compose.yaml", "compose.yml")


@dataclass(frozen=True, slots=True)
class Started:
    """Containers that a command starts."""

    files: tuple[str, ...] = ()
    """The Compose files that they are of, from the repo's root on; none where none is named."""


@dataclass(frozen=True, slots=True)
class Used:
    """Compose files that a command names."""

    by: str
    """What the command is in: a target, a script."""
    files: tuple[str, ...]


def starting(made: Iterable[Target]) -> dict[str, Started]:
    """Return the targets that start containers, by themselves or by what they need."""
    users: dict[str, list[str]] = {}
    found: dict[str, Started] = {}
    for one in made:
        commands = list(located(one.recipe))
        for other in (*one.needs, *(name for part, _ in commands for name in makes(part))):
            users.setdefault(other, []).append(one.name)
        own = (starts(part, folder) for part, folder in commands)
        if (first := next((what for what in own if what), None)) is not None:
            found[one.name] = first
    left = list(found)
    while left:
        name = left.pop()
        for user in users.get(name, []):
            if user not in found:
                found[user] = found[name]
                left.append(user)
    return found


def used(by: str, told: Iterable[str], *, keep_folder: bool = False) -> Iterator[Used]:
    """Yield the Compose files that command lines name, those of a command together."""
    for part, folder in located(told, keep_folder=keep_folder):
        if files := _files(words_of(part), folder):
            yield Used(by, files)


def located(told: Iterable[str], *, keep_folder: bool = False) -> Iterator[tuple[str, str | None]]:
    """Yield commands, each with the folder that it is run in; None where nobody knows it here.

    Args:
        told: Lines of a recipe or a script.
        keep_folder: Whether a `cd` holds for the lines after it, as in a script.
    """
    folder: str | None = ""
    for line in told:
        if not keep_folder:
            folder = ""
        for part in parts(line):
            words = words_of(part)
            if words[:1] == ["cd"]:
                is_known = len(words) > 1 and words[1].isprintable()
                folder = joined(folder, seen(words[1], folder)) if is_known else None
            else:
                yield part, folder


def makes(part: str) -> list[str]:
    """Return the targets that a command makes: `$(MAKE) up`."""
    words = part.split()
    return words[1:] if words[:1] and words[0] in {"make", "$(MAKE)", "${MAKE}"} else []


def starts(part: str, folder: str | None) -> Started | None:
    """Return what a command starts, if it does: `docker compose up`, `docker run`."""
    words = part.split()
    runs = {("docker", "run"), ("podman", "run")}
    if any("compose" in one.lower() for one in words) and "up" in words:
        return Started(_files(words_of(part), folder))
    return Started() if any(pair in runs for pair in pairwise(words)) else None


def _files(words: list[str], folder: str | None) -> tuple[str, ...]:
    """Return the Compose files that a command of Compose names before what it is to do."""
    place = next((i for i, one in enumerate(words) if _is_compose(one)), None)
    if place is None:
        return ()
    variables = (one.partition("=") for one in words[:place])
    told = [one for name, _, value in variables if name == _VARIABLE for one in value.split(":")]
    rest = iter(words[place + 1 :])
    for word in rest:
        if not word.startswith("-"):
            break
        key, equals, value = word.partition("=")
        if key in _TAKES_VALUE and not equals:
            value = next(rest, "")
        told += [value] if key in _FILE else []
    if not told and folder:
        return tuple(posixpath.join(folder, name) for name in _NAMES)
    found = [joined(folder, seen(one, folder)) for one in told]
    return tuple(one for one in found if one) if all(found) else ()


def _is_compose(word: str) -> bool:
    """Return whether a word is Compose: `docker compose`, `docker-compose`, `$(COMPOSE)`."""
    name = posixpath.basename(word).lower()
    return "compose" in name and "=" not in word and not name.endswith((".yml", ".yaml", ".sh"))
