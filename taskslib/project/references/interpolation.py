"""`$NAME`, `${NAME}`, `${NAME:-default}` as Compose files and Dockerfiles have them. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

_START = re.compile(r"\$(?:(?P<escaped>\$)|(?P<plain>[A-Za-z_]\w*)|(?P<brace>\{))")
_NAME = re.compile(r"\$(?:\$|\{?([A-Za-z_]\w*))")
_BRACED = re.compile(r"(?P<name>[A-Za-z_]\w*)(?:(?P<how>:?[-+?])(?P<word>.*))?", re.DOTALL)


@dataclass(frozen=True, slots=True)
class _Variable:
    """A piece of a text that something else stands for."""

    start: int
    end: int
    name: str = ""
    """Empty for what is no variable: `$$`, and what has no form known here."""
    how: str = ""
    word: str = ""

    def value(self, values: Mapping[str, str], *, blank: bool) -> str | None:
        """Return what stands there; None where that is not known."""
        if not self.name:
            return "$" if self.how == "$" else None
        told = values.get(self.name)
        is_set = told is not None and (told != "" or ":" not in self.how)
        match self.how[-1:]:
            case "+":
                return substituted(self.word, values, blank=blank) if is_set else ""
            case "-":
                return told if is_set else substituted(self.word, values, blank=blank)
            case "?":
                return told if is_set else None
            case _:
                return "" if told is None and blank else told


def variables(text: str) -> Iterator[str]:
    """Yield the names of the variables that a text takes, those in defaults included."""
    yield from (found[1] for found in _NAME.finditer(text) if found[1])


def unprovided(text: str) -> Iterator[str]:
    """Yield the names of the variables that a text has no default for."""
    found = (one for one in _variables(text) if one.name)
    yield from (one.name for one in found if one.how[-1:] not in {"-", "+"})


def provided(text: str) -> frozenset[str]:
    """Return the names of the variables that a text has a default for wherever it takes them."""
    named = {one.name for one in _variables(text) if one.name}
    return frozenset(named.difference(unprovided(text)))


def blanks(text: str) -> Iterator[str]:
    """Yield likewise, also those in defaults: what is empty, or missing, where nothing is set."""
    waiting = [text]
    while waiting:
        for one in _variables(waiting.pop()):
            if one.name and one.how[-1:] not in {"-", "+"}:
                yield one.name
            elif one.name:
                waiting.append(one.word)


def valued(text: str, values: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """Yield the variables of a text, each with what stands there for it.

    Args:
        text: The text.
        values: Of the variables that are set.
    """
    for one in _variables(text):
        if one.name:
            yield one.name, one.value(values, blank=True) or ""


def substituted(text: str, values: Mapping[str, str], *, blank: bool = False) -> str | None:
    """Return a text with the values of its variables; None where one is not known.

    Args:
        text: The text.
        values: Of the variables that are set.
        blank: Whether one that isn't set is empty, as in Compose files, and not unknown.
    """
    parts = []
    end = 0
    for found in _variables(text):
        try:
            value = found.value(values, blank=blank)
        except RecursionError:  # defaults in defaults in defaults
            value = None
        if value is None:
            return None
        parts += [text[end : found.start], value]
        end = found.end
    return "".join((*parts, text[end:]))


def _variables(text: str) -> Iterator[_Variable]:
    position = 0
    while found := _START.search(text, position):
        start, position = found.span()
        if found["escaped"]:
            yield _Variable(start, position, how="$")
        elif found["plain"]:
            yield _Variable(start, position, found["plain"])
        else:
            end = _closing(text, position)
            braced = _BRACED.fullmatch(text, position, end)
            position = min(end + 1, len(text))
            if braced is None or end == len(text):
                yield _Variable(start, position)  # `${NAME%.*}`, `${`: for others to understand
            else:
                how, word = braced["how"] or "", braced["word"] or ""
                yield _Variable(start, position, braced["name"], how, word)


def _closing(text: str, position: int) -> int:
    """Return where the brace ends that is open at a position: the text's end if it does not."""
    depth = 1
    for place in range(position, len(text)):
        depth += {"{": 1, "}": -1}.get(text[place], 0)
        if depth == 0:
            return place
    return len(text)
