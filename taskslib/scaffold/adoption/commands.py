"""Makefiles and scripts, as far as they say how tests are run. Pure: nothing of them is run."""

from __future__ import annotations

import posixpath
import re
import shlex
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, replace
from itertools import pairwise

_SEPARATOR = re.compile(r"&&|\|\||[;|]")
_ASSIGNMENT = re.compile(r"(?P<name>[A-Za-z_]\w*)=(?P<value>.*)", re.DOTALL | re.ASCII)
_TAKES_VALUE = ("-k", "-m", "-n", "-p", "-c", "-o", "-W")
_VARIABLE = re.compile(r"\$[({][^)}$]*[)}]")
"""No other one begins in it: what is looked for ends there, and takes no hours."""
_DEEPEST = 3
"""Variables in variables that are taken for one word."""
_INCLUDES = ("include", "-include", "sinclude")
_LONGEST = 100_000
"""Characters that are read of one file: nobody writes longer ones."""


@dataclass(frozen=True, slots=True)
class Target:
    """A target of a Makefile."""

    name: str
    recipe: tuple[str, ...] = ()
    needs: tuple[str, ...] = ()
    """Targets that are made first."""


@dataclass(frozen=True, slots=True)
class Makefile:
    """What a Makefile says, as far as it says so itself."""

    targets: tuple[Target, ...] = ()
    unread: tuple[str, ...] = ()
    """What only make knows the targets of: other files, patterns, names with variables."""


@dataclass(frozen=True, slots=True)
class Call:
    """A call of pytest."""

    folder: str = ""
    """Where, from the repo's root on."""
    env: tuple[tuple[str, str], ...] = ()
    unprintable: tuple[str, ...] = ()
    """Variables whose values have signs that no configuration could have."""
    paths: tuple[str, ...] = ()
    """What it is given to run, from the repo's root on."""
    containers: bool = False
    """Whether containers are started before it."""


def makefile(text: str) -> Makefile:
    """Return the targets of a Makefile by their names as they are written, and what has others."""
    found: dict[str, list[str]] = {}
    needs: dict[str, list[str]] = {}
    unread: dict[str, None] = {}
    current: list[str] = []
    for line in _without_definitions(_lines(text)):
        if line.startswith("\t"):
            for name in current:
                found[name].append(line.strip())
            continue
        if line.split()[:1] and line.split()[0] in _INCLUDES:
            unread |= dict.fromkeys([line.strip()] if _has_targets(line) else [])
        # No regular expression: one that allows blanks around names takes hours for many blanks.
        head, colon, rest = line.partition(":")
        if not colon or set(head) & set("=#") or rest.lstrip(":").startswith("="):
            current = [] if line.strip() and not line.lstrip().startswith("#") else current
            continue
        names = _words_of(head)
        current = [one for one in names if not one.startswith(".") and not set(one) & set("%$")]
        for name in current:
            found.setdefault(name, [])
            needs.setdefault(name, []).extend(rest.partition(";")[0].split())
        if len(current) < len(names) and set(head) & set("%$") and "test" in head.lower():
            unread[head.strip()] = None
    made = (Target(name, tuple(one), tuple(needs[name])) for name, one in found.items())
    return Makefile(tuple(made), tuple(unread))


def _words_of(head: str) -> list[str]:
    """Return the names before a colon; one with a variable in it has a `%`, as patterns have."""
    for _ in range(_DEEPEST):
        head = _VARIABLE.sub("%", head)
    return head.split()


def _without_definitions(lines: Iterable[str]) -> Iterator[str]:
    """Yield lines but for those of `define … endef`, which are a variable's value."""
    depth = 0
    for line in lines:
        words = [one for one in line.split(maxsplit=2)[:2] if one not in {"override", "export"}]
        if not line.startswith("\t") and words[:1] == ["define"]:
            depth += 1
        if not depth:
            yield line
        elif words[:1] == ["endef"]:
            depth -= 1


def _has_targets(line: str) -> bool:
    """Return whether a line includes a file other than those of variables (`-include .env`)."""
    return any(not posixpath.basename(one).startswith(".env") for one in line.split()[1:])


def starting(made: Iterable[Target]) -> frozenset[str]:
    """Return the targets that start containers, by themselves or by what they need."""
    users: dict[str, list[str]] = {}
    left = []
    for one in made:
        for other in (*one.needs, *_makes(one)):
            users.setdefault(other, []).append(one.name)
        left += [one.name] if any(map(_starts, _parts(one.recipe))) else []
    found: set[str] = set()
    while left:
        name = left.pop()
        if name not in found:
            found.add(name)
            left += users.get(name, [])
    return frozenset(found)


def _makes(target: Target) -> Iterator[str]:
    for part in _parts(target.recipe):
        yield from _made(part)


def _made(part: str) -> list[str]:
    """Return the targets that a command makes: `$(MAKE) up`."""
    words = part.split()
    return words[1:] if words[:1] and words[0] in {"make", "$(MAKE)", "${MAKE}"} else []


def _parts(lines: Iterable[str]) -> Iterator[str]:
    for line in lines:
        yield from _SEPARATOR.split(line.lstrip("@-+ \t"))


def _starts(part: str) -> bool:
    """Return whether a command starts containers: `docker compose up`, `docker run`."""
    words = part.split()
    by_compose = any("compose" in one.lower() for one in words) and "up" in words
    runs = {("docker", "run"), ("podman", "run")}
    return by_compose or any(pair in runs for pair in pairwise(words))


def calls(
    lines: Iterable[str],
    *,
    keep_folder: bool = False,
    containers: bool = False,
    up: Collection[str] = (),
) -> Iterator[Call]:
    """Yield the calls of pytest in command lines.

    What has a variable in it is left out, since only who runs it knows what it is.

    Args:
        lines: Of a recipe or a script.
        keep_folder: Whether a `cd` holds for the lines after it, as in a script.
        containers: Whether some are up before.
        up: Targets that start some.
    """
    folder: str | None = ""
    for line in lines:
        if not keep_folder:
            folder = ""
        for part in _SEPARATOR.split(line.lstrip("@-+ \t")):
            words = _words(part)
            if words[:1] == ["cd"]:
                told = len(words) > 1 and words[1].isprintable()
                folder = _joined(folder, words[1]) if told else None
            elif folder is not None and (call := _call(words, folder)) is not None:
                yield replace(call, containers=containers)
            containers = containers or _starts(part) or any(one in up for one in _made(part))


def script_calls(text: str) -> Iterator[Call]:
    """Yield the calls of pytest in a shell script."""
    yield from calls(_lines(text), keep_folder=True)


def _call(words: list[str], folder: str) -> Call | None:
    program = next((i for i, one in enumerate(words) if posixpath.basename(one) == "pytest"), None)
    if program is None:
        return None
    told = (_ASSIGNMENT.fullmatch(one) for one in words[:program])
    env = tuple((one["name"], one["value"]) for one in told if one and "$" not in one["value"])
    unprintable = tuple(name for name, value in env if not value.isprintable())
    env = tuple(one for one in env if one[1].isprintable())
    arguments = words[program + 1 :]
    paths = []
    for before, word in zip(("", *arguments), arguments, strict=False):
        if not word.startswith("-") and before not in _TAKES_VALUE:
            path = _joined(folder, word.split("::")[0])
            paths += [path] if path is not None else []
    return Call(folder, env, unprintable, tuple(paths))


def _words(part: str) -> list[str]:
    try:
        return shlex.split(part, comments=True)
    except ValueError:
        return []


def _joined(folder: str | None, written: str) -> str | None:
    """Return a path from the root on; None for one outside, or that nobody knows here."""
    if folder is None or "$" in written or written.startswith(("/", "~")):
        return None
    path = posixpath.normpath(posixpath.join(folder, written))
    return None if path.startswith("..") else "" if path == "." else path


def _lines(text: str) -> Iterator[str]:
    """Yield lines, each with those that continue it."""
    yield from re.sub(r"\\\r?\n\s*", " ", text[:_LONGEST]).splitlines()
