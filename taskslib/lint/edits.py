"""Edits of YAML that leave all the rest as it is: comments, quotes, order, the ends of lines."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from itertools import groupby, pairwise

from taskslib.lint.finding import Edit
from taskslib.lint.nodes import Entry, Kind, Node
from taskslib.lint.source import Source

_HASH = re.compile(r"(?:^|(?<=\s))#")


def replaced(node: Node, text: str) -> Edit:
    """Return what gives a scalar another text, in the quotes that it has."""
    quote = node.style if node.style in {'"', "'"} else ""
    return Edit(node.source.path, node.start, node.end, f"{quote}{text}{quote}")


def removed(*entries: Entry) -> tuple[Edit, ...]:
    """Return what takes entries out of their map or list. Comments beside them stay, on a line.

    Nothing where that is not possible at once.
    """
    if not entries:
        return ()
    parent = entries[0].parent
    if parent.flow:
        return tuple(_from_flow(parent, entries))
    if len(entries) == 1:
        return _from_lines(entries[0])
    if parent.anchored and len(entries) == len(parent.entries):
        return ()
    edits = sorted(edit for one in entries for edit in _from_lines(one))
    apart = all(one.end <= other.start for one, other in pairwise(edits))
    return tuple(edits) if apart else ()


def _from_lines(entry: Entry) -> tuple[Edit, ...]:
    source = entry.source
    begin = entry.start if entry.key else entry.dash()
    if entry.parent.anchored and len(entry.parent.entries) == 1:
        # Nothing at all could not be merged any more.
        return (Edit(source.path, begin, entry.end, "{}" if entry.key else "[]"),)
    start = source.line_start(begin)
    before = source.text[start:begin]
    if before.strip():  # the first key of an element: `- key: value`
        following = _next(entry)
        end = following.start if following else source.line_end(entry.end)
        return (Edit(source.path, begin, end, "" if following else "{}"),)
    end = source.after_line(entry.end)
    comments = _comments(source, entry, start, end, before)
    if not comments:
        end = _after_gap(source, start, end)
        start = _before_gap(source, start) if end == len(source.text) else start
    return (Edit(source.path, start, end, comments),)


def _after_gap(source: Source, start: int, end: int) -> int:
    """Return where the next text begins, if a gap would be left that is none or wider than one."""
    above = source.text[:start].splitlines()[-1:]
    if not any(line.strip() for line in above):
        while (after := source.after_line(end)) > end and not source.text[end:after].strip():
            end = after
    return end


def _before_gap(source: Source, start: int) -> int:
    """Return where the blank lines before a line begin: at a file's end nothing needs them."""
    while start and not source.text[source.line_start(start - 1) : start].strip():
        start = source.line_start(start - 1)
    return start


def _comments(source: Source, entry: Entry, start: int, end: int, indent: str) -> str:
    """Return the comments in what is removed."""
    texts = [(one.start, one.end) for one in entry.value.texts() if one.source is source]
    kept, offset = "", start
    for line in source.text[start:end].splitlines(keepends=True):
        for found in _HASH.finditer(line):
            place = offset + found.start()
            if not any(one <= place < last for one, last in texts):
                kept += f"{indent}{line[found.start() :].rstrip()}{source.newline}"
                break
        offset += len(line)
    return kept


def _next(entry: Entry) -> Entry | None:
    place = entry.parent.entries.index(entry)
    return entry.parent.entries[place + 1] if place + 1 < len(entry.parent.entries) else None


def _from_flow(parent: Node, gone: Collection[Entry]) -> Iterator[Edit]:
    """Yield an edit for each row of neighbours, with the comma before or after them."""
    entries, place = parent.entries, 0
    for leaves, row in groupby(entries, key=lambda one: one in gone):
        first, place = place, place + len([*row])
        if leaves:
            last = entries[place - 1]
            follows = place < len(entries)
            start = entries[first - 1].end if first and not follows else entries[first].start
            end = entries[place].start if follows else last.end
            yield Edit(parent.source.path, start, end, "")


def added(node: Node, lines: list[str], flow: str) -> tuple[Edit, ...]:
    """Return what adds an entry to a map, after its last.

    Args:
        node: The map.
        lines: The entry, as lines of its own.
        flow: The same in a map that is written in braces.
    """
    node = node.written
    source = node.source
    if node.kind is not Kind.MAP or (not node.entries and not node.flow):
        return ()
    if node.flow:
        if not node.entries:
            return (Edit(source.path, node.start, node.end, "{" + flow + "}"),)
        end = node.entries[-1].end
        return (Edit(source.path, end, end, f", {flow}"),)
    indent = " " * source.column(node.entries[0].start)
    end = source.line_end(node.entries[-1].end)
    text = "".join(f"{source.newline}{indent}{line}".rstrip(" ") for line in lines)
    return (Edit(source.path, end, end, text),)


def elements(node: Node, *texts: str) -> tuple[Edit, ...]:
    """Return what adds texts, each as YAML has it, to a list, after its last element."""
    node = node.written
    source = node.source
    if node.kind is not Kind.LIST or not node.entries:
        return ()
    last = node.entries[-1]
    if node.flow:
        more = "".join(f", {text}" for text in texts)
        return (Edit(source.path, last.end, last.end, more),)
    indent = " " * source.column(last.dash())
    end = source.line_end(last.end)
    more = "".join(f"{source.newline}{indent}- {text}" for text in texts)
    return (Edit(source.path, end, end, more),)
