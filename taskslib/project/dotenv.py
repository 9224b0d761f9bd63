"""What of a `.env` does not mean what it seems to, as Compose reads it. Pure.

Measured with Compose 2.26: it refuses a space or a sign such as `@` in a name, a line without a
name, such a name after the quotes of a value, and a quote that never ends, with another line's
number; the rest it passes over in silence.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass

_STATEMENT = re.compile(
    r"\s*(?:export\s+)?(?P<name>[^=:]*?)[ \t]*(?:(?P<sign>[=:])[ \t]*(?P<value>.*))?", re.DOTALL
)
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_.]*", re.ASCII)
_REFUSED = re.compile(r"[^\w.\[\]-]")
"""What is in no name that Compose takes, white space included; letters may be of any script."""
_QUOTED = {
    '"': re.compile(r'"(?:\\.|[^\\"])*"', re.DOTALL),
    "'": re.compile(r"'(?:\\.|[^\\'])*'", re.DOTALL),
}
"""Up to the quote that no backslash escapes; a backslash can be escaped itself."""
_CURLY = "\u201c\u201d\u201e\u2018\u2019\u201a\u00ab\u00bb"
"""Quotes as texts for people have them."""
_COMMENT = re.compile(r"(?:^|\s)#.*", re.DOTALL)
_LONE = re.compile(r"\r(?!\n)")


@dataclass(frozen=True, slots=True)
class Trouble:
    """A line that is not what it seems; its number counts from 1. It never tells a value."""

    line: int
    what: str
    hint: str
    fatal: bool = False
    """Whether Compose refuses the file for it."""


def troubles(text: str, needed: Collection[str] = ()) -> Iterator[Trouble]:
    """Yield what is wrong with a `.env`.

    Args:
        text: What it says.
        needed: The variables that something depends on: of others, empty can be meant.
    """
    yield from _of_ends(text)
    lines = text.removeprefix("\ufeff").replace("\r\n", "\n").split("\n")
    number = 0
    while number < len(lines):
        height = _height(lines[number:])
        statement = "\n".join(lines[number : number + height])
        if statement.strip() and not statement.lstrip().startswith("#"):
            yield from _of_statement(number + 1, statement, needed)
        number += height


def line_of(text: str, name: str) -> int:
    """Return the line, from 1 on, that gives a variable its value: the last one; 1 for none."""
    given = re.compile(rf"\s*(?:export\s+)?{re.escape(name)}[ \t]*[=:]")
    lines = text.removeprefix("\ufeff").splitlines()
    return max((n for n, line in enumerate(lines, 1) if given.match(line)), default=1)


def _of_ends(text: str) -> Iterator[Trouble]:
    place, what = text.find("\r\n"), "a shell that reads the file has the CR in each value"
    if lone := _LONE.search(text):
        place, what = lone.start(), "what follows a lone CR is part of the value before it"
    if place >= 0:
        line = text.count("\n", 0, place) + 1
        yield Trouble(line, f"lines end with CR, not with LF alone: {what}", "save it with LF")


def _height(lines: Sequence[str]) -> int:
    """Return how many lines a statement has: in quotes, a value can have several."""
    found = _STATEMENT.fullmatch(lines[0])
    value = (found["value"] if found else None) or ""
    if lines[0].lstrip().startswith("#") or value[:1] not in _QUOTED or not value:
        return 1
    quoted = _QUOTED[value[0]].match("\n".join((value, *lines[1:])))
    return quoted[0].count("\n") + 1 if quoted else 1


def _of_statement(line: int, statement: str, needed: Collection[str]) -> Iterator[Trouble]:
    found = _STATEMENT.fullmatch(statement)
    name, sign = (found["name"].strip(), found["sign"]) if found else ("", "")
    if not name or _REFUSED.search(name):
        what = "this is no variable, and Compose reads nothing of the file"
        yield Trouble(line, what, "NAME=value, or `#` before what is a comment", fatal=True)
    elif not _NAME.fullmatch(name):
        what = "this is no variable's name, so that nothing can take its value"
        yield Trouble(line, what, "letters, digits and _, no digit first")
    elif not sign or found is None:
        what = f"{name} has no `=`: it has no value but what the environment gives it"
        yield Trouble(line, what, f"{name}=…")
    else:
        yield from _of_value(line, name, found["value"], needed)


def _of_value(line: int, name: str, written: str, needed: Collection[str]) -> Iterator[Trouble]:
    hint = f'{name}="…"'
    if known := _QUOTED.get(written[:1]):
        quoted = known.match(written)
        if quoted is None:
            what = f"the quote before the value of {name} never ends, and Compose reads nothing"
            yield Trouble(line, what, hint, fatal=True)
            return
        value = quoted[0][1:-1]
        if rest := _COMMENT.sub("", written[quoted.end() :]).strip():
            yield _of_rest(line, name, rest, hint)
    else:
        value = _COMMENT.sub("", written).strip()
        if value and (value[0] in _CURLY or value[-1] in (*_CURLY, *_QUOTED)):
            yield Trouble(line, f"the quotes are part of the value of {name}", hint)
    if not value and name in needed:
        yield Trouble(line, f"{name} is empty", f"{name}=…")


def _of_rest(line: int, name: str, rest: str, hint: str) -> Trouble:
    """Return what is wrong with a text after quotes, which Compose takes for one more variable."""
    found = _STATEMENT.fullmatch(rest)
    other = found["name"].strip() if found else ""
    if other and not _REFUSED.search(other):
        return Trouble(line, f"what follows the quotes is no part of {name}", hint)
    what = f"what follows the quotes of {name} is no variable, and Compose reads nothing"
    return Trouble(line, f"{what} of the file", hint, fatal=True)
