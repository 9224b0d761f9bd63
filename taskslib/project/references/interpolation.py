"""`$NAME`, `${NAME}`, `${NAME:-default}` as Compose files and Dockerfiles have them. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

_VARIABLE = re.compile(
    r"\$(?:(?P<escaped>\$)|(?P<plain>[A-Za-z_]\w*)"
    r"|\{(?P<braced>[A-Za-z_]\w*)(?:(?P<how>:?[-+?])(?P<word>[^{}]*(?:\{[^{}]*\}[^{}]*)*))?\})"
)


def variables(text: str) -> Iterator[str]:
    """Yield the names of the variables that a text takes, those in defaults included."""
    for found in _VARIABLE.finditer(text):
        if name := found["plain"] or found["braced"]:
            yield name
        if found["word"]:
            yield from variables(found["word"])


def substituted(text: str, values: Mapping[str, str]) -> str | None:
    """Return a text with the values of its variables; None where one has none."""
    missing = False

    def value(found: re.Match[str]) -> str:
        nonlocal missing
        if found["escaped"]:
            return "$"
        told = values.get(found["plain"] or found["braced"])
        how, word = found["how"] or "", found["word"] or ""
        is_set = told is not None and (told != "" or ":" not in how)
        if how.endswith("+"):
            told = word if is_set else ""
        elif how.endswith("-") and not is_set:
            told = substituted(word, values)
        if told is None:
            missing = True
        return told or ""

    result = _VARIABLE.sub(value, text)
    return None if missing else result
