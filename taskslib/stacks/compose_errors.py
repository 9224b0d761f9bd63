"""What Compose says of a file it refuses, made to say where. Pure but for reading that file."""

from __future__ import annotations

import re

from taskslib.errors import ConfigError
from taskslib.project.model import Stack

_LINE = re.compile(r"line (\d+)")
_NAMED = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        r"additional propert(?:y|ies) '?([\w.-]+)'?",
        r"(?:services|networks|volumes)\.([\w.-]+)",
        r"service \"([^\"]+)\"",
    )
)
"""What a message is about, the most precise first."""


def config_error(stack: Stack, message: str) -> ConfigError:
    """Return Compose's refusal of a stack's file as our error: `FILE:LINE: what is wrong`."""
    path = stack.files[0]
    for candidate in stack.files:
        message = message.replace(f"validating {candidate}: ", "")
    text = path.read_text("utf-8", "replace")
    line = _line(text, message)
    place = f"{path}:{line}" if line else str(path)
    words = " ".join(message.split()) or "Compose refuses it and does not say why"
    return ConfigError(f"{place}: {words}")


def without_warnings(text: str) -> str:
    """Return Compose's output without its log lines of warnings (unset variables and the like)."""
    kept = (line for line in text.splitlines() if "level=warning" not in line)
    return "\n".join(kept)


def _line(text: str, message: str) -> int:
    """Return the line (from 1) that a message gives, or where what it names stands; else 0."""
    if "empty compose file" in message:
        return 1
    told = _LINE.search(message)
    if told:
        return int(told[1])
    named = next((found for one in _NAMED if (found := one.search(message))), None)
    # `services.api.ports.0`: the deepest part that is a key in the file.
    parts = named[1].split(".") if named else []
    line = 0
    for part in parts:
        found = re.search(rf"^[ \t]*[\"']?{re.escape(part)}[\"']?[ \t]*:", text, re.MULTILINE)
        line = text.count("\n", 0, found.start()) + 1 if found else line
    return line
