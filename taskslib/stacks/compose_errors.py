"""What Compose says of a file it refuses, made to say where. Pure but for reading that file."""

from __future__ import annotations

import re
from pathlib import Path

from taskslib.errors import ConfigError
from taskslib.project.model import Stack

_LINE = re.compile(r"line (\d+)")
_WHOLE_FILE = ("empty compose file", "no services", "Top-level object must be a mapping")
_NAMED = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        r"(\S+) additional propert(?:y|ies) '?(.+?)'? (?:is|are) not allowed",
        r"((?:services|networks|volumes|secrets|configs)(?:\.[\w-]+)+)",
        r"(service) \"([^\"]+)\"",
    )
)
"""What a message is about, as a path into the file; the most precise first."""
_KEY = re.compile(r"([ \t]*)(?:- +)?[\"']?([^\s#\"'][^\"':]*)[\"']?[ \t]*:(?:\s|$)")


def config_error(stack: Stack, message: str) -> ConfigError:
    """Return Compose's refusal of a stack's file as our error: `FILE:LINE: what is wrong`."""
    files = [path for path in stack.files if str(path) in message] or list(stack.files)
    for path in stack.files:
        message = message.replace(f"validating {path}: ", "")
    lines = {path: _line(_read(path), message) for path in files}
    if len(files) > 1 and _LINE.search(message):
        place = " or ".join(map(str, files))  # a line of one of them, and no word of which
    else:
        path = next((path for path in files if lines[path]), files[0])
        place = f"{path}:{lines[path]}" if lines[path] else str(path)
    words = " ".join(message.split()) or "Compose refuses it and does not say why"
    return ConfigError(f"{place}: {words}")


def without_warnings(text: str) -> str:
    """Return Compose's output without its log lines of warnings (unset variables and the like)."""
    kept = (line for line in text.splitlines() if "level=warning" not in line)
    return "\n".join(kept)


def _read(path: Path) -> str:
    try:
        return path.read_text("utf-8", "replace")
    except OSError:
        return ""


def _line(text: str, message: str) -> int:
    """Return the line (from 1) that a message gives, or where what it names stands; else 0."""
    if any(words in message for words in _WHOLE_FILE):
        return 1
    told = _LINE.search(message)
    if told:
        return int(told[1])
    lines = text.splitlines()
    named = next((found for one in _NAMED if (found := one.search(message))), None)
    if named is not None:
        start, *rest = named.groups()
        top = "services" if start == "service" else start.removeprefix("(root)")
        return _line_of_key(lines, [*filter(None, top.split(".")), *rest])
    # A file, an address: it stands in the text as it is, files without their folder.
    words = (word.strip(":;,.'\"").rpartition("/")[2] for word in message.split())
    telling = [word for word in words if re.search(r"\w[.:]\w", word)]
    return next((n for word in telling for n, one in enumerate(lines, 1) if word in one), 0)


def _line_of_key(lines: list[str], path: list[str]) -> int:
    """Return the line of the deepest key of a path (`services`, `api`, `ports`) that is there."""
    line, outer = 0, -1
    for key in path:
        inner = None
        for number, text in enumerate(lines[line:], line + 1):
            found = _KEY.match(text)
            if found is None:
                continue
            indent = len(found[1])
            if indent <= outer:
                break  # what is inside of the key before has ended
            inner = indent if inner is None else inner
            if indent == inner and found[2].rstrip() == key:
                line, outer = number, indent
                break
    return line
