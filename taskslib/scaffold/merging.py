"""What a YAML file gets besides what it has: text after text, so that all else stays as it is."""

from __future__ import annotations

import re
from textwrap import dedent

from taskslib.errors import ConfigError, UsageError
from taskslib.lint.edits import added
from taskslib.lint.finding import Edit, applied
from taskslib.lint.nodes import Entry, Kind, Node
from taskslib.lint.parsing import Unreadable, parsed
from taskslib.lint.source import Source
from taskslib.project.references.document import Malformed, document

_INDENT = "  "


def merged(path: str, text: str, addition: str) -> str:
    """Return a file's text with all that another one has, section by section.

    Raises `UsageError` where both have an entry, `ConfigError` for a file that is not understood.
    """
    result = text
    more = Source(path, addition)
    for section in _top(more).entries:
        for entry in section.value.entries:
            result = _with(path, result, section.name, entry.name, _lines(section.value, entry))
    _check(path, text, addition, result)
    return result


def appended(text: str, lines: str) -> str:
    """Return a `.env` with the variables of some lines that it lacks, at its end."""
    known = set(re.findall(r"^\s*#?\s*(\w+)\s*=", text, re.MULTILINE))
    new = [one for one in lines.splitlines() if one.partition("=")[0] not in known]
    if not new:
        return text
    newline = "\r\n" if "\r\n" in text else "\n"
    start = text if text.endswith("\n") or not text else f"{text}{newline}"
    blank = newline if start.rstrip().rpartition("\n")[2].startswith("#") else ""
    return start + blank + "".join(f"{one}{newline}" for one in new)


def _with(path: str, text: str, section: str, name: str, lines: list[str]) -> str:
    source = Source(path, text)
    found = _top(source).entry(section)
    if found is None:
        end = "" if not text or text.endswith("\n") else source.newline
        body = "".join(f"{_INDENT}{line}{source.newline}" for line in lines)
        return f"{text}{end}{source.newline}{section}:{source.newline}{body}"
    if name in found.value.fields():
        raise UsageError(f"{path} has {name!r} already", hint="choose another name")
    return applied(text, _edits(path, found, lines))


def _edits(path: str, section: Entry, lines: list[str]) -> tuple[Edit, ...]:
    node = section.value.written
    if not node.entries and node.kind in {Kind.NULL, Kind.MAP}:
        indented = "".join(f"{node.source.newline}{_INDENT}{line}".rstrip(" ") for line in lines)
        start = node.source.text.rfind(":", section.start, node.start) + 1
        return (Edit(path, start, node.end, indented),)
    # What takes several lines stands apart, as services do; a list of short ones stays one.
    edits = () if node.flow else added(node, ["", *lines] if len(lines) > 1 else lines, "")
    if not edits:
        raise ConfigError(
            f"{path}: {section.name!r} is written in a way that nothing can be added to",
            hint="write it as lines of their own, `key:` by `key:`",
        )
    return edits


def _lines(section: Node, entry: Entry) -> list[str]:
    """Return an entry's lines, up to the next one's, without its indentation."""
    source = entry.source
    place = section.entries.index(entry) + 1
    following = section.entries[place].start if place < len(section.entries) else None
    start = source.line_start(entry.start)
    end = source.line_start(following) if following else source.after_line(entry.end)
    return dedent(source.text[start:end]).rstrip().splitlines()


def _top(source: Source) -> Node:
    try:
        found = parsed(source)
    except Unreadable as error:
        raise ConfigError(
            f"{source.path}:{error.line}: {error.problem}", hint="make it YAML that can be read"
        ) from error
    if found is None or not found.is_map:
        raise ConfigError(
            f"{source.path}: it has no keys at its top",
            hint="a Compose file begins with `services:`",
        )
    return found


def _check(path: str, before: str, addition: str, after: str) -> None:
    """Raise `ConfigError` unless a text means what the two before it mean together."""
    try:
        first, second, result = (document((one,)) for one in (before, addition, after))
    except Malformed as error:
        raise ConfigError(f"{path}: {error}", hint="make it YAML that can be read") from error
    wanted = {**first}
    for section, entries in second.items():
        wanted[section] = {**(first.get(section) or {}), **entries}
    if result != wanted:
        raise ConfigError(
            f"{path}: what is added would change what is there",
            hint="add it by hand; --dry-run shows what was meant",
        )
