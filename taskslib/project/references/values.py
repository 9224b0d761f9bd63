"""Values of files that people write: what has not the form that is looked for is not there."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any


def pairs(entries: Any) -> dict[str, Any]:
    """Return a table, or a list of `NAME=value` and `NAME` as one."""
    if isinstance(entries, dict):
        return {str(name): value for name, value in entries.items()}
    split = (str(one).partition("=") for one in listed(entries))
    return {name: value if equals else None for name, equals, value in split}


def listed(value: Any) -> list[Any]:
    """Return a list as it is, and one value as the only one of a list."""
    if value is None:
        return []
    return value if isinstance(value, list) else [value]


def table(data: Any, key: str) -> Mapping[str, Any]:
    """Return a table in a table; empty where either is none."""
    found = data.get(key) if isinstance(data, dict) else None
    return found if isinstance(found, dict) else {}


def texts(value: object) -> Iterator[str]:
    """Yield all texts in lists and tables of them."""
    found = [value]
    for one in found:  # grows meanwhile
        if isinstance(one, str):
            yield one
        elif isinstance(one, dict):
            found += one.values()
        elif isinstance(one, list | tuple):
            found += one
