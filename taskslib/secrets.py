"""Secrets out of sight: in what is printed and in what is stored of a run. Pure.

What counts as one: the value of a variable whose name says so, and the password in a URL. A value
that is short is none: masking `test` would make every report unreadable and hide nothing.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

MASK = "***"
_NAMES = re.compile(
    r"PASSWORD|PASSWD|_PASS$|_PWD$|PASSPHRASE|SECRET|TOKEN|CREDENTIAL|PRIVATE_?KEY|API_?KEY|ACCESS_?KEY|_PAT$",
    re.IGNORECASE,
)
_PLACES = re.compile(r"_(FILE|PATH|DIR|SOCK|URL)$", re.IGNORECASE)
"""Where a secret is, not what it is."""
_SHORTEST = 8
_URL = re.compile(r"(?<=://)([^\s/@:'\"]*):([^\s/@'\"]{%d,})@" % _SHORTEST)  # noqa: UP031
_ANY_URL = re.compile(r"(?<=://)([^\s/@:'\"]*):([^\s/@'\"]+)@")


@dataclass(frozen=True, slots=True)
class Mask:
    """Replaces secrets in texts."""

    values: tuple[str, ...] = ()
    """The longest first: one may be part of another."""

    def __call__(self, text: str) -> str:
        """Return a text without secrets."""
        if "://" in text:
            text = _URL.sub(rf"\1:{MASK}@", text)
        for value in self.values:
            text = text.replace(value, MASK)
        return text


def mask_of(*environs: Mapping[str, str]) -> Mask:
    """Return what masks the secrets among variables."""
    found = {value for environ in environs for value in _secrets(environ)}
    return Mask(tuple(sorted(found, key=lambda value: (-len(value), value))))


def is_secret_name(name: str) -> bool:
    """Return whether a variable's name says that its value is a secret."""
    return bool(_NAMES.search(name)) and not _PLACES.search(name)


def _secrets(environ: Mapping[str, str]) -> Iterable[str]:
    for name, value in environ.items():
        if is_secret_name(name):
            # A key of several lines is printed line by line, and what reads a file strips its end.
            for part in {value, *(line.strip() for line in value.splitlines())}:
                if len(part) >= _SHORTEST:
                    yield part
                    yield json.dumps(part)[1:-1]  # as it stands in what programs write down


def masked_tree(tree: Mapping[str, Any], values: Mapping[str, str]) -> dict[str, Any]:
    """Return a configuration without secrets, whatever their length: nothing else is lost with it.

    Args:
        tree: Objects of JSON. A text under a secret's name is one, and so is a URL's password.
        values: Variables whose secrets may stand anywhere in it.
    """
    return {
        key: _masked(key, value, mask_of(values, *_environments(tree)))
        for key, value in tree.items()
    }


def without_password(text: str) -> str:
    """Return a text with the passwords of its URLs masked, whatever their length."""
    return _ANY_URL.sub(rf"\1:{MASK}@", text)


def _masked(name: str, value: Any, mask: Mask) -> Any:
    match value:
        case dict():
            return {key: _masked(key, one, mask) for key, one in value.items()}
        case list():
            return [_masked("", one, mask) for one in value]
        case str() if value and is_secret_name(name):
            return MASK
        case str():
            return mask(without_password(value))
        case _:
            return value


def _environments(tree: Any) -> Iterable[Mapping[str, str]]:
    """Yield the texts by name of every object: those with a secret's name may stand elsewhere."""
    if isinstance(tree, dict):
        yield {key: one for key, one in tree.items() if isinstance(one, str)}
        for one in tree.values():
            yield from _environments(one)
    elif isinstance(tree, list):
        for one in tree:
            yield from _environments(one)
