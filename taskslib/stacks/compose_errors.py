"""What Compose says of a file it refuses, made to say where. Pure but for reading that file."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

from taskslib.errors import ConfigError
from taskslib.project.model import Stack

_LINE = re.compile(r"line (\d+)")
_PORT = re.compile(r"Invalid (?:hostPort|containerPort|proto): (\S+)|Ports: (\S+) and")
"""A piece of one of the file's ports."""
_OF_SERVICE = re.compile(r"\b(services|networks|volumes)\[([\w.-]+)\]")
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
_STEP = re.compile(r"#\d+ ")
_FAILED_STEP = re.compile(r"(#\d+ )ERROR")
_DASHES = "------"
_KEY = re.compile(r"([ \t]*)(?:- +)?[\"']?([^\s#\"'][^\"':]*)[\"']?[ \t]*:(?:\s|$)")


def config_error(stack: Stack, message: str) -> ConfigError:
    """Return Compose's refusal of a stack's file as our error: `FILE:LINE: what is wrong`."""
    files, line, words = located(stack.files, message)
    place = " or ".join(map(str, files))
    return ConfigError(f"{place}:{line}: {words}" if line else f"{place}: {words}")


def located(given: Sequence[Path], message: str) -> tuple[tuple[Path, ...], int, str]:
    """Return which of the files a message of Compose's is about, the line (or 0), and its words.

    Several files, where it is a line of one of them, and no word of which.
    """
    files = tuple(path for path in given if str(path) in message) or tuple(given)
    for path in given:
        message = message.replace(f"validating {path}: ", "")
    words = " ".join(message.split()) or "Compose refuses it and does not say why"
    if len(files) > 1 and _LINE.search(message):
        return files, 0, words
    lines = {path: _line(_read(path), message) for path in files}
    path = next((path for path in files if lines[path]), files[0])
    return (path,), lines[path], words


def without_warnings(text: str) -> str:
    """Return Compose's output without its log lines of warnings (unset variables and the like)."""
    kept = (line for line in text.splitlines() if "level=warning" not in line)
    return "\n".join(kept)


def of_failed_step(output: str) -> str:
    """Return what BuildKit said of the step that failed, and of why; all of it without one."""
    lines = output.splitlines()
    failed = next((found for line in lines if (found := _FAILED_STEP.match(line))), None)
    if failed is None:
        return output
    # Between lines of dashes, the end of what the step said is said once more.
    bounds = [number for number, line in enumerate(lines) if line == _DASHES]
    again = range(bounds[0], bounds[1] + 1) if len(bounds) > 1 else ()
    kept = (
        line
        for number, line in enumerate(lines)
        if number not in again and (line.startswith(failed[1]) or not _STEP.match(line))
    )
    return "\n".join(line for line in kept if line.strip())


def _read(path: Path) -> str:
    try:
        return path.read_text("utf-8", "replace")
    except OSError:
        return ""


def _line(text: str, message: str) -> int:
    """Return the line (from 1) that a message gives, or where what it names stands; else 0."""
    message = _OF_SERVICE.sub(r"\1.\2", message)
    if any(words in message for words in _WHOLE_FILE):
        return 1
    told = _LINE.search(message)
    if told:
        return int(told[1])
    lines = text.splitlines()
    if port := _PORT.search(message):
        return _line_of_port(lines, port[1] or port[2])
    named = next((found for one in _NAMED if (found := one.search(message))), None)
    if named is not None:
        start, *rest = named.groups()
        top = "services" if start == "service" else start.removeprefix("(root)")
        return _line_of_key(lines, [*filter(None, top.split(".")), *rest])
    # A file, an address: it stands in the text as it is, files without their folder.
    words = (word.strip(":;,.'\"").rpartition("/")[2] for word in message.split())
    telling = [word for word in words if re.search(r"\w[.:]\w", word)]
    return next((n for word in telling for n, one in enumerate(lines, 1) if word in one), 0)


def _line_of_port(lines: list[str], piece: str) -> int:
    """Return the first line with a piece of a port; 0 where it is written otherwise."""
    word = re.compile(rf"(?<![\w.-]){re.escape(piece)}(?![\w.-])")
    first = next((n for n, one in enumerate(lines) if "ports" in one), len(lines))
    return next((n for n, one in enumerate(lines[first:], first + 1) if word.search(one)), 0)


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
