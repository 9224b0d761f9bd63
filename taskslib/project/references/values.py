"""Values of files that people write: what has not the form that is looked for is not there."""

from __future__ import annotations

import re
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


def duration(value: object) -> float | None:
    """Return the seconds of a Compose duration, `1m30s`; None for what is none."""
    text = str(value)
    if not text or _PART.sub("", text):
        return None
    return sum(float(number) * _UNITS[unit] for number, unit in _PART.findall(text))


_PART = re.compile(r"(\d+(?:\.\d+)?)(ns|us|µs|ms|h|m|s)")
_UNITS = {"ns": 1e-9, "us": 1e-6, "µs": 1e-6, "ms": 1e-3, "s": 1.0, "m": 60.0, "h": 3600.0}


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
