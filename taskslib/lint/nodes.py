"""YAML with the place of every value: what rules read and what edits start from.

ruamel.yaml's own trees lose where an alias stands, and its writer lays lists, long lines and quotes
out anew. So a tree is made from the parser's events, and a fix is an edit of the text between two
of its places: all the rest stays as it is, byte for byte.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import Enum

from taskslib.lint.source import Source

_MERGE = "<<"
_DASH = re.compile(r"(?:^|\n)[ ]*(-)(?=\s)")


class Kind(Enum):
    """What a value is."""

    MAP = "map"
    LIST = "list"
    TEXT = "text"
    NULL = "null"


@dataclass(slots=True, eq=False)
class Node:
    """A value, and where it is written (where its anchor is, if an alias stands for it)."""

    source: Source
    start: int
    end: int
    kind: Kind
    text: str = ""
    style: str = ""
    """A scalar's quotes: `"`, `'`, `|`, `>` or none."""
    flow: bool = False
    tag: str = ""
    """Compose's own: `reset` or `override`."""
    anchored: bool = False
    """Whether aliases can stand for it, also as what is merged."""
    entries: list[Entry] = field(default_factory=list)
    origin: Node | None = None
    """Of a map that several make up: the last of them, which takes what is added."""
    _fields: dict[str, Entry] | None = None
    """Once they were asked for: by then all entries are there."""

    @property
    def written(self) -> Node:
        """Return the value that stands in a file, into which something can be written."""
        return self.origin.written if self.origin else self

    def fields(self) -> Mapping[str, Entry]:
        """Return a map's entries by key, merged ones (`<<`) included; empty for anything else."""
        if self._fields is None:
            self._fields = self.with_merged(())
        return self._fields

    def with_merged(self, seen: tuple[Node, ...]) -> dict[str, Entry]:
        """Return them anew; of nodes that were seen already, nothing is merged."""
        if self.kind is not Kind.MAP or self in seen or len(seen) > _DEEPEST:
            return {}
        found: dict[str, Entry] = {}
        own = {one.name: one for one in self.entries if one.name != _MERGE}
        for entry in self.entries:
            if entry.name == _MERGE:
                merged = entry.value.entries if entry.value.kind is Kind.LIST else [entry]
                for one in reversed(merged):
                    found.update(one.value.with_merged((*seen, self)))
        return {**found, **own}

    def entry(self, *keys: str) -> Entry | None:
        """Return what stands under a key of a key …; nothing where it is reset."""
        node, found = self, None
        for key in keys:
            found = node.fields().get(key)
            if found is None or found.value.tag == "reset":
                return None
            node = found.value
        return found

    def get(self, *keys: str) -> Node | None:
        """Return the value under a key of a key (and so on)."""
        found = self.entry(*keys)
        return found.value if found else None

    def value(self, *keys: str) -> str:
        """Return the text under a key of a key …; empty where there is none."""
        found = self.get(*keys)
        return found.text if found and found.kind is Kind.TEXT else ""

    def each(self) -> list[Entry]:
        """Return a list's elements; those of a single value are that value's alone."""
        return [one for one in self.entries if one.value.tag != "reset"] if self.is_list else []

    @property
    def is_map(self) -> bool:
        """Whether it has keys."""
        return self.kind is Kind.MAP

    @property
    def is_list(self) -> bool:
        """Whether it has elements."""
        return self.kind is Kind.LIST

    def texts(self) -> Iterator[Node]:
        """Yield all scalars in it, each once."""
        waiting, seen = [self], set()
        while waiting:
            one = waiting.pop()
            if id(one) in seen:
                continue
            seen.add(id(one))
            if one.kind is Kind.TEXT:
                yield one
            waiting += [entry.value for entry in reversed(one.entries)]


@dataclass(slots=True, eq=False)
class Entry:
    """A key with its value in a map, or an element of a list."""

    parent: Node
    key: Node | None
    value: Node
    start: int
    """Of the key or the element, as it is written: an alias is one."""
    end: int

    @property
    def name(self) -> str:
        """Return the key."""
        return self.key.text if self.key else ""

    @property
    def source(self) -> Source:
        """Return the file that it is written in."""
        return self.parent.source

    def dash(self) -> int:
        """Return where an element's `-` stands in a list of lines."""
        text = self.source.text
        place = self.parent.entries.index(self)
        if place:  # the rest of the line before may be a comment
            begin = self.source.line_end(self.parent.entries[place - 1].end)
        else:
            begin = self.parent.start
        found = _DASH.search(text, begin, self.start)
        if found is None:
            found = _DASH.match(text[begin : self.start])
            return begin + found.start(1) if found else text.rfind("-", 0, self.start)
        return found.start(1)


_DEEPEST = 60
"""Levels of merged maps in merged maps that are followed."""


def keyed(node: Node | None) -> Node | None:
    """Return a list of `KEY=value` or `KEY` as the map that it stands for; a map as it is."""
    if node is None or not node.is_list:
        return node
    made = Node(node.source, node.start, node.end, Kind.MAP, tag=node.tag, origin=node)
    for one in node.each():
        name, equals, value = one.value.text.partition("=")
        at = one.value
        key = Node(at.source, at.start, at.end, Kind.TEXT, name)
        told = Node(at.source, at.start, at.end, Kind.TEXT if equals else Kind.NULL, value)
        made.entries.append(Entry(one.parent, key, told, one.start, one.end))
    return made
