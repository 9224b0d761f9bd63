"""From a text to nodes, by the events of ruamel.yaml's parser."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache
from typing import Any

from taskslib.lint.nodes import Entry, Kind, Node
from taskslib.lint.source import Source

_DEEPEST = 100
"""Levels of a text that are read; what nests deeper takes the parser minutes."""
_NULLS = ("", "~", "null", "Null", "NULL")


class Unreadable(Exception):
    """A text that is no YAML, or that is not what it is to be."""

    def __init__(self, line: int, problem: str, hint: str = "") -> None:
        super().__init__(problem)
        self.line = line
        self.problem = problem
        self.hint = hint
        """What mends it, where that is known."""
        self.doubtful: tuple[tuple[int, int], ...] = ()
        """Where what is said of the text means nothing, as long as this is so."""


def parsed(source: Source) -> Node | None:
    """Return a text's first document; None where it is empty. Raises `Unreadable`."""
    found, error = _read(source)
    if not found and error:
        raise Unreadable(error.line, error.problem)
    return found[0] if found else None


def documents(source: Source) -> tuple[Node, ...]:
    """Return all documents of a text: Compose takes each for an override. Raises `Unreadable`."""
    found, error = _read(source)
    if error:
        raise Unreadable(error.line, error.problem)
    return found


_Read = tuple[tuple[Node, ...], Unreadable | None]
"""A text's documents, and what is wrong with the one after them."""


@lru_cache(maxsize=4096)  # several rules read one workflow, several stacks one Compose file
def _read(source: Source) -> _Read:
    """Return a text's documents, read by libyaml where there is one: it takes a tenth.

    What libyaml refuses, ruamel.yaml reads again: it says why.
    """
    import yaml
    from ruamel.yaml import YAML
    from ruamel.yaml.error import YAMLError

    quick = getattr(yaml, "CSafeLoader", None)
    if quick is not None and not source.text.startswith(_MARK):
        found: list[Node] = []
        try:
            _build(found, source, yaml.parse(source.text, Loader=quick))
        except (yaml.YAMLError, ValueError):
            pass
        except Unreadable as error:
            return tuple(found), error
        else:
            return tuple(found), None
    found = []
    try:
        _build(found, source, YAML(typ="safe", pure=True).parse(source.text))
    except YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        problem = getattr(error, "problem", None) or "it has characters that YAML does not allow"
        return tuple(found), Unreadable(mark.line + 1 if mark else 1, str(problem))
    except Unreadable as error:
        return tuple(found), error
    except (ArithmeticError, AttributeError, LookupError, TypeError, ValueError):
        return tuple(found), Unreadable(1, "it is no YAML that can be read")
    return tuple(found), None


def _build(found: list[Node], source: Source, events: Iterable[Any]) -> None:
    """Add a text's documents, one after the other."""
    builder = _Builder(source)
    for event in events:
        if builder.take(event):
            if builder.root is not None:
                found.append(builder.root)
            builder = _Builder(source)


_MARK = "\ufeff"
"""Before a text, libyaml does not count it."""


class _Builder:
    """Makes a tree of a parser's events, one after the other, without recursion."""

    def __init__(self, source: Source) -> None:
        self.root: Node | None = None
        self._source = source
        self._open: list[tuple[Node, Node | None]] = []
        """Collections that have begun, each with the key that waits for its value."""
        self._starts: list[int] = []
        """Where these begin, with their anchors and tags."""
        self._anchors: dict[str, Node] = {}

    def take(self, event: Any) -> bool:
        """Take an event; return whether the document has ended."""
        match type(event).__name__:
            case "ScalarEvent":
                node = self._scalar(event)
                self._put(node, event.start_mark.index, node.end)
            case "AliasEvent":
                start, end = event.start_mark.index, event.end_mark.index
                known = self._anchors.get(event.anchor)
                if known is None:
                    raise Unreadable(event.start_mark.line + 1, f"no anchor {event.anchor!r}")
                self._put(known, start, end)
            case "MappingStartEvent" | "SequenceStartEvent":
                kind = Kind.MAP if type(event).__name__ == "MappingStartEvent" else Kind.LIST
                node = self._node(event, kind, len(self._source.text))
                node.flow = bool(event.flow_style)
                self._open.append((node, None))
                self._starts.append(event.start_mark.index)
                if len(self._open) > _DEEPEST:
                    line = event.start_mark.line + 1
                    raise Unreadable(line, f"more than {_DEEPEST} levels in each other")
            case "MappingEndEvent" | "SequenceEndEvent":
                node, _ = self._open.pop()
                node.end = event.end_mark.index if node.flow else _last(node)
                self._put(node, self._starts.pop(), node.end)
            case "DocumentEndEvent":
                return True
            case _:
                pass
        return False

    def _node(self, event: Any, kind: Kind, most: int) -> Node:
        start, end = event.start_mark.index, event.end_mark.index
        if event.anchor or _tag(event):  # what a fix writes comes after them
            found = _PROPERTIES.match(self._source.text, start, most)
            start = found.end() if found else start
        tag = _tag(event).removeprefix("!")
        node = Node(self._source, start, end, kind, tag=tag if tag in _TAGS else "")
        if event.anchor:
            self._anchors[event.anchor] = node
            node.anchored = True
        return node

    def _scalar(self, event: Any) -> Node:
        null = event.style in {None, ""} and event.value in _NULLS
        node = self._node(event, Kind.NULL if null else Kind.TEXT, event.end_mark.index)
        node.text, node.style = event.value, event.style or ""
        if node.style in {"|", ">"}:
            node.end = node.start + len(self._source.text[node.start : node.end].rstrip())
        return node

    def _put(self, node: Node, start: int, end: int) -> None:
        if not self._open:
            self.root = node
            return
        parent, key = self._open[-1]
        if parent.kind is Kind.LIST:
            parent.entries.append(Entry(parent, None, node, start, end))
        elif key is None:
            self._open[-1] = (parent, node)
        else:
            if start == end:  # nothing is written: it is told of where the next thing begins
                end = self._source.text.find(":", key.end) + 1
                start = end
                node.start = node.end = end
            parent.entries.append(Entry(parent, key, node, key.start, end))
            self._open[-1] = (parent, None)


_TAGS = ("reset", "override")
_PROPERTIES = re.compile(r"(?:[&!][^\s,\[\]{}]*\s*)+")


def _tag(event: Any) -> str:
    """Return an event's tag as it is written: ruamel.yaml has it apart from what it means."""
    return str((event.ctag if hasattr(event, "ctag") else event.tag) or "")


def _last(node: Node) -> int:
    """Return where the last thing in a list of lines ends."""
    return max([node.start, *(entry.end for entry in node.entries)])
