"""How long ago something was, for people. Lean: the answer to a cached run imports it."""

from __future__ import annotations

import time
from collections.abc import Callable

Age = Callable[[float], str]
"""Returns how long ago a time is, which is given in seconds since the epoch."""
_UNITS = ((86400, "days"), (3600, "h"), (60, "min"))
_BEGIN, _END = "\ue000", "\ue001"
"""Around a time in a text that is shown later."""


def ago(then: float, now: float) -> str:
    """Return a time span for people: `12 s`, `5 min`, `3 h`, `2 days`."""
    seconds = max(0, int(now - then))
    for unit, name in _UNITS:
        if seconds >= 2 * unit:
            return f"{seconds // unit} {name}"
    return f"{seconds} s"


def since(then: float) -> str:
    """Return how long ago a time is now."""
    return ago(then, time.time())


def later(then: float) -> str:
    """Return what `aged` replaces, once the text is shown, by how long ago it is then."""
    return f"{_BEGIN}{then!r}{_END}"


def aged(text: str, now: float) -> str:
    """Return a text with ages in the places of what came from `later`."""
    first, *parts = text.split(_BEGIN)
    return first + "".join(_aged(part, now) for part in parts)


def _aged(part: str, now: float) -> str:
    then, end, rest = part.partition(_END)
    try:
        return ago(float(then), now) + rest
    except ValueError:  # somebody calls a service so
        return f"{_BEGIN}{then}{end}{rest}"
