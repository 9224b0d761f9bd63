"""What a Makefile calls its variables, as far as its text says so. Pure: make is never run."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

_LONGEST = 100_000
"""Characters that are read of one file: nobody writes longer ones."""
_LONGEST_VALUE = 1_000
"""Characters of a value: one that refers to others, which refer to others, can have billions."""
_DEEPEST = 8
"""Variables in variables that are looked up."""
_REFERENCE = re.compile(r"\$(?:\$|\((?P<round>[\w.-]+)\)|\{(?P<curly>[\w.-]+)\})", re.ASCII)
"""A variable; `$$` is first, since what follows it is the shell's."""
_NAME = re.compile(r"[\w.-]+", re.ASCII)
_COMMENT = re.compile(r"(?<!\\)#")
_WORDS = ("export", "override", "private")
_IF, _CONDITIONS = ("ifeq", "ifneq", "ifdef", "ifndef"), ("else", "endif")


@dataclass(frozen=True, slots=True)
class Assignment:
    """A line that gives a variable a value."""

    name: str
    sign: str
    """What stands before `=`: nothing, `:`, `::`, `?`, `+`, `!`."""
    value: str
    exported: bool


def lines(text: str) -> Iterator[str]:
    """Yield lines, each with those that continue it."""
    yield from re.sub(r"\\\r?\n\s*", " ", text[:_LONGEST]).splitlines()


def without_definitions(told: Iterable[str]) -> Iterator[str]:
    """Yield lines but for those of `define … endef`, which are a variable's value."""
    depth = 0
    for line in told:
        words = [one for one in line.split(maxsplit=2)[:2] if one not in {"override", "export"}]
        if not line.startswith("\t") and words[:1] == ["define"]:
            depth += 1
        if not depth:
            yield line
        elif words[:1] == ["endef"]:
            depth -= 1


def is_condition(line: str) -> bool:
    """Return whether a line is a condition of make's, which ends no recipe."""
    return line.lstrip(" ").partition(" ")[0].partition("(")[0] in (*_IF, *_CONDITIONS)


def assignment(line: str) -> Assignment | None:
    """Return what a line gives a variable; None where it does not."""
    before, equals, value = line.partition("=")
    head = before.rstrip(":?+!")
    words = head.split()
    exported = "export" in words[:-1]
    while len(words) > 1 and words[0] in _WORDS:
        words = words[1:]
    if not equals or len(words) != 1 or not _NAME.fullmatch(words[0]):
        return None
    told = _COMMENT.split(value, maxsplit=1)[0].strip()
    return Assignment(words[0], before[len(head) :].strip(), told, exported)


def variables(told: Iterable[str]) -> dict[str, str]:
    """Return the variables that a Makefile gives a value, with the values of others in it.

    One that has different values under different conditions is left out, and so is what only
    running something says.
    """
    found = _Read()
    depth = 0
    for line in told:
        if is_condition(line):
            word = line.split("(")[0].split()[0]
            depth = max(0, depth + (word in _IF) - (word == "endif"))
        elif not line.startswith("\t") and (one := assignment(line)) is not None:
            found.assign(one, conditional=depth > 0)
    return _Resolved(found.values).all()


def expanded(text: str, known: Mapping[str, str]) -> str:
    """Return a text with the values of the variables that are known; `$$` stays as it is."""
    return _REFERENCE.sub(lambda one: known.get(one["round"] or one["curly"] or "", one[0]), text)


@dataclass(frozen=True, slots=True)
class _Read:
    """Variables as they are written."""

    values: dict[str, str] = field(default_factory=dict)
    _perhaps: set[str] = field(default_factory=set)
    """Those that a condition gives their value."""
    _unknown: set[str] = field(default_factory=set)

    def assign(self, one: Assignment, *, conditional: bool) -> None:
        before = self.values.get(one.name)
        if one.sign == "?" and (before is not None or one.name in self._unknown):
            return
        value = one.value
        if one.sign == "+":
            value = f"{before} {value}" if before else value
        elif one.sign.startswith(":"):
            value = expanded(value, self.values)
        either = conditional and before not in {None, value}
        lost = one.sign == "+" and one.name in {*self._unknown, *self._perhaps}
        if either or lost or one.sign == "!" or len(value) > _LONGEST_VALUE:
            self.values.pop(one.name, None)
            self._unknown.add(one.name)
            return
        (self._perhaps.add if conditional else self._perhaps.discard)(one.name)
        self._unknown.discard(one.name)
        self.values[one.name] = value


@dataclass(frozen=True, slots=True)
class _Resolved:
    """Variables with what they refer to. Each is looked at once, whoever refers to it."""

    raw: Mapping[str, str]
    _known: dict[str, str | None] = field(default_factory=dict)

    def all(self) -> dict[str, str]:
        found = ((name, self._value(name, 0)) for name in self.raw)
        return {name: value for name, value in found if value is not None}

    def _value(self, name: str, depth: int) -> str | None:
        if name in self._known:
            return self._known[name]
        if name not in self.raw or depth > _DEEPEST:
            return None
        self._known[name] = None  # it may refer to itself

        def referred(one: re.Match[str]) -> str:
            inner = one["round"] or one["curly"]
            value = self._value(inner, depth + 1) if inner else None
            return one[0] if value is None else value

        value = _REFERENCE.sub(referred, self.raw[name])
        self._known[name] = value if len(value) <= _LONGEST_VALUE else None
        return self._known[name]
