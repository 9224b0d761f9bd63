"""What tests, files and engines say, without what could drive a terminal or CI. Pure."""

from __future__ import annotations

import re

_CONTROL = re.compile(
    r"\x1b\[[0-9;?]*[ -/]*[@-~]|\x1b[@-_]|[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]"
)
"""Sequences and characters that drive a terminal; the last are those that turn text around."""

_UNSEEN = r"[^\S\n]|[\u00ad\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff]"
_WORKFLOW = re.compile(
    rf"^((?:{_UNSEEN})*)::(?=[A-Za-z-]+(?: [^\n]*?)?::)|##(?=(?:vso)?\[)", re.MULTILINE
)
"""What a CI service takes for a command to itself: `::error::…` however far in, `##[error]`.

GitHub's runner trims all white space of Unicode and compares as a culture does, which passes over
what has no width (actions/runner, ActionCommand.TryParseV2).
"""


def clean(text: str) -> str:
    """Return a text of the tests' without what could drive terminal or CI; tabs and lines stay."""
    return _WORKFLOW.sub(_defused, _CONTROL.sub("", text.replace("\r\n", "\n")))


def printable(text: str, encoding: str) -> str:
    """Return a text of the tests' as a stream can show it: cleaned, and in its encoding."""
    return clean(text).encode(encoding, "replace").decode(encoding, "replace")


def _defused(found: re.Match[str]) -> str:
    return "# #" if found[1] is None else f"{found[1]}: :"
