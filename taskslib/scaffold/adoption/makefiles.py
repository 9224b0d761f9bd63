"""The targets of a Makefile, as far as it says so itself. Pure: make is never run."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from taskslib.lint.makefiles import (
    Assignment,
    assignment,
    expanded,
    is_condition,
    lines,
    variables,
    without_definitions,
)

_VARIABLE = re.compile(r"\$[({][^)}$]*[)}]")
"""No other one begins in it: what is looked for ends there, and takes no hours."""
_DEEPEST = 3
"""Variables in variables that are taken for one word."""
_INCLUDES = ("include", "-include", "sinclude")
_MOST = 1_000_000
"""Characters of all recipes with the values of their variables: more than that nobody writes."""
_OF_TOOLS = ("COMPOSE_", "DOCKER_", "BUILDKIT_", "MAKE")
"""How variables begin that are exported to tools, and mean nothing to tests."""


@dataclass(frozen=True, slots=True)
class Target:
    """A target of a Makefile."""

    name: str
    recipe: tuple[str, ...] = ()
    """Its lines, with the values of variables that the Makefile has."""
    needs: tuple[str, ...] = ()
    """Targets that are made first."""
    env: tuple[tuple[str, str], ...] = ()
    """What the Makefile exports to it."""


@dataclass(frozen=True, slots=True)
class Makefile:
    """What a Makefile says, as far as it says so itself."""

    targets: tuple[Target, ...] = ()
    unread: tuple[str, ...] = ()
    """What only make knows the targets of: other files, patterns, names with variables."""


def makefile(text: str) -> Makefile:
    """Return the targets of a Makefile by their names as they are written, and what has others."""
    told = list(without_definitions(lines(text)))
    read = _Reading(variables(told))
    for line in told:
        read.line(line)
    common = {one: read.known[one] for one in read.exported if one in read.known}
    made = (
        Target(
            name,
            tuple(recipe),
            tuple(read.needs[name]),
            tuple({**common, **read.env.get(name, {})}.items()),
        )
        for name, recipe in read.recipes.items()
    )
    return Makefile(tuple(made), tuple(read.unread))


@dataclass(slots=True)
class _Reading:
    """A Makefile, line by line."""

    known: Mapping[str, str]
    recipes: dict[str, list[str]] = field(default_factory=dict)
    needs: dict[str, list[str]] = field(default_factory=dict)
    env: dict[str, dict[str, str]] = field(default_factory=dict)
    exported: dict[str, None] = field(default_factory=dict)
    unread: dict[str, None] = field(default_factory=dict)
    current: list[str] = field(default_factory=list)
    """The targets whose recipe it is."""
    left: int = _MOST

    def line(self, line: str) -> None:
        """Take the next line."""
        if line.startswith("\t"):
            self._command(line)
            return
        if line.split(maxsplit=1)[:1] and line.split(maxsplit=1)[0] in _INCLUDES:
            self.unread |= dict.fromkeys([line.strip()] if _has_targets(line) else [])
        if is_condition(line):
            return
        # No regular expression: one that allows blanks around names takes hours for many blanks.
        head, colon, rest = line.partition(":")
        if not colon or set(head) & set("=#") or rest.lstrip(":").startswith("="):
            self._no_target(line)
        else:
            self._targets(head, rest.lstrip(":"))

    def _command(self, line: str) -> None:
        for name in self.current:
            text = expanded(line.strip(), self.known) if self.left > 0 else line.strip()
            self.left -= len(text)
            self.recipes[name].append(text)

    def _no_target(self, line: str) -> None:
        if line.strip() and not line.lstrip().startswith("#"):
            self.current = []
        words = line.split()
        if words[:1] == ["export"]:
            one = assignment(line)
            names = [one.name] if one else words[1:]
            self.exported |= dict.fromkeys(n for n in names if not n.startswith(_OF_TOOLS))

    def _targets(self, head: str, rest: str) -> None:
        names = _words_of(head)
        found = [one for one in names if not one.startswith(".") and not set(one) & set("%$")]
        needs, semicolon, command = rest.partition(";")
        own = assignment(rest)
        for name in found:
            self.recipes.setdefault(name, [])
            self.needs.setdefault(name, []).extend([] if own else needs.split())
            if own:
                self._own(name, own)
        self.current = [] if own else found
        if semicolon and not own:
            self._command(command)
        if len(found) < len(names) and set(head) & set("%$") and "test" in head.lower():
            self.unread[head.strip()] = None

    def _own(self, name: str, one: Assignment) -> None:
        """Take a variable that a target alone has."""
        if one.exported and not one.name.startswith(_OF_TOOLS):
            self.env.setdefault(name, {})[one.name] = expanded(one.value, self.known)


def _words_of(head: str) -> list[str]:
    """Return the names before a colon; one with a variable in it has a `%`, as patterns have."""
    for _ in range(_DEEPEST):
        head = _VARIABLE.sub("%", head)
    return head.split()


def _has_targets(line: str) -> bool:
    """Return whether a line includes a file other than those of variables (`-include .env`)."""
    return any(not posixpath.basename(one).startswith(".env") for one in line.split()[1:])
