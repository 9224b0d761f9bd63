"""Texts of Compose files with variables in them."""

from __future__ import annotations

import re

from taskslib.project.references.interpolation import substituted
from taskslib.project.references.values import duration


def split(text: str, separator: str = ":") -> list[str]:
    """Split a text where a separator stands outside of `${…}` and `[…]`."""
    parts, depth, begin = [], 0, 0
    for place, letter in enumerate(text):
        if letter in "{[":
            depth += 1
        elif letter in "}]":
            depth -= 1
        elif letter == separator and depth <= 0:
            parts.append(text[begin:place])
            begin = place + 1
    return [*parts, text[begin:]]


def default(text: str) -> str | None:
    """Return a text with the defaults of its variables; None where one has none."""
    if "$" not in text:
        return text
    return substituted(text, {})


def names_instance(text: str) -> bool:
    """Return whether a text has what keeps branches apart."""
    return bool(_INSTANCE.search(text))


_INSTANCE = re.compile(r"\$\{?(TEST_INSTANCE_ID|TEST_COMPOSE_PROJECT|COMPOSE_PROJECT_NAME)\b")


def seconds(text: str) -> float | None:
    """Return how long `1m30s` is; None for what is no duration."""
    told = default(text)
    return duration(told) if told else None
