"""Variables as statements of each shell, and as a dotenv file, whatever their values have. Pure."""

from __future__ import annotations

import re
import shlex
from collections.abc import Callable, Mapping

_BARE = re.compile(r"[\w.,:/@%+=-]*", re.ASCII)
_POWERSHELL_QUOTES = re.compile("['\u2018\u2019\u201a\u201b]")
"""PowerShell takes typographic quotes for the plain one (about_Quoting_Rules)."""
_DOTENV_ESCAPES = {"\\": r"\\", '"': r"\"", "$": r"\$", "\r": r"\r", "\n": r"\n"}


def assignment(language: str, name: str, value: str) -> str:
    """Return the statement that sets a variable; `language` is a key of `LANGUAGES`."""
    return LANGUAGES[language](name, value)


def _posix(name: str, value: str) -> str:
    quoted = shlex.quote(value)
    if quoted == value and "=" in value:  # zsh would take `=ls` for the path of ls
        quoted = f"'{value}'"
    return f"export {name}={quoted}"


def _powershell(name: str, value: str) -> str:
    return f"$env:{name} = '{_POWERSHELL_QUOTES.sub(lambda found: found[0] * 2, value)}'"


def _fish(name: str, value: str) -> str:
    escaped = value.replace("\\", "\\\\").replace("'", "\\'")
    return f"set -gx {name} '{escaped}'"


def _dotenv(name: str, value: str) -> str:
    """Return a line that Compose reads as it is meant.

    Readers of dotenv files agree on little: on bare words, and on quotes around what has neither
    that quote nor a backslash. All other values are written by Compose's rules.
    """
    if _BARE.fullmatch(value):
        return f"{name}={value}"
    if not re.search(r"['\\\r]", value):
        return f"{name}='{value}'"
    escaped = re.sub(r'[\\"$\r\n]', lambda found: _DOTENV_ESCAPES[found[0]], value)
    return f'{name}="{escaped}"'


LANGUAGES: Mapping[str, Callable[[str, str], str]] = {
    "env": _posix,
    "powershell": _powershell,
    "fish": _fish,
    "dotenv": _dotenv,
}
"""How a variable is set: in POSIX shells (bash and zsh among them), PowerShell, fish, a file."""
