"""Makefiles and scripts, as far as they say how tests are run. Pure: nothing of them is run."""

from __future__ import annotations

import posixpath
import re
import shlex
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

_SEPARATOR = re.compile(r"&&|\|\||[;|]")
_ASSIGNMENT = re.compile(r"(?P<name>[A-Za-z_]\w*)=(?P<value>.*)", re.DOTALL | re.ASCII)
_TAKES_VALUE = ("-k", "-m", "-n", "-p", "-c", "-o", "-W")
_LONGEST = 100_000
"""Characters that are read of one file: nobody writes longer ones."""


@dataclass(frozen=True, slots=True)
class Target:
    """A target of a Makefile."""

    name: str
    recipe: tuple[str, ...] = ()


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


def targets(text: str) -> tuple[Target, ...]:
    """Return the targets of a Makefile by their names as they are written; patterns left out."""
    found: dict[str, list[str]] = {}
    current: list[str] = []
    for line in _lines(text):
        if line.startswith("\t"):
            for name in current:
                found[name].append(line.strip())
            continue
        # No regular expression: one that allows blanks around names takes hours for many blanks.
        head, colon, rest = line.partition(":")
        if not colon or set(head) & set("=#") or rest.lstrip(":").startswith("="):
            current = [] if line.strip() and not line.lstrip().startswith("#") else current
            continue
        names = head.split()
        current = [one for one in names if not one.startswith(".") and not set(one) & set("%$")]
        for name in current:
            found.setdefault(name, [])
    return tuple(Target(name, tuple(recipe)) for name, recipe in found.items())


def calls(lines: Iterable[str], *, keep_folder: bool = False) -> Iterator[Call]:
    """Yield the calls of pytest in command lines.

    What has a variable in it is left out, since only who runs it knows what it is.

    Args:
        lines: Of a recipe or a script.
        keep_folder: Whether a `cd` holds for the lines after it, as in a script.
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
                yield call


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
