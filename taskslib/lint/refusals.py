"""What Compose refuses of a file whatever it is for, in its own words. Pure."""

from __future__ import annotations

from collections.abc import Iterator

from taskslib.lint.nodes import Node
from taskslib.lint.parsing import Unreadable


def refusals(document: Node) -> Iterator[Unreadable]:
    """Yield why Compose does not take a document that is YAML."""
    if not document.is_map:
        line, _ = document.source.position(document.start)
        yield Unreadable(line, "Top-level object must be a mapping")
    waiting, seen = [document], {id(document)}
    while waiting:
        node = waiting.pop()
        if node.is_map:
            yield from _twice(node)
        for entry in node.entries:
            if id(entry.value) not in seen:
                seen.add(id(entry.value))
                waiting.append(entry.value)


def _twice(node: Node) -> Iterator[Unreadable]:
    first: dict[str, int] = {}
    for entry in node.entries:
        line, _ = node.source.position(entry.start)
        if entry.name in first:
            known = first[entry.name]
            error = Unreadable(line, f'mapping key "{entry.name}" already defined at line {known}')
            same = [one for one in node.entries if one.name == entry.name]
            error.doubtful = tuple((one.start, one.end) for one in same)
            yield error
        first.setdefault(entry.name, line)
