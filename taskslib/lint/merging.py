"""Compose's own way to make one of several files: overrides, `extends`, `!reset`, `!override`."""

from __future__ import annotations

from collections.abc import Callable

from taskslib.lint.nodes import Entry, Kind, Node, keyed

_REPLACED = ("command", "entrypoint", "test")
"""Lists that an override's takes the place of, instead of being added."""
_KEYED = (
    "annotations", "args", "depends_on", "environment", "extra_hosts", "labels", "networks",
    "sysctls",
)  # fmt: skip
"""What can be a list of `KEY=value` or `KEY` as well as a map."""
_DEEPEST = 30


def merged(first: Node, second: Node, key: str = "", depth: int = 0) -> Node:
    """Return a value with an override's."""
    if second.tag or key in _REPLACED or depth > _DEEPEST:
        return second
    if key in _KEYED:
        first, second = keyed(first) or first, keyed(second) or second
    if key == "build":
        first, second = _build(first), _build(second)
    if first.is_map and second.is_map:
        return _maps(first, second, depth)
    if first.is_list and second.is_list:
        return _lists(first, second, _target if key == "volumes" else None)
    return first if second.kind is Kind.NULL else second


def _maps(first: Node, second: Node, depth: int) -> Node:
    made = Node(second.source, second.start, second.end, Kind.MAP, origin=second)
    found = dict(first.fields())
    for name, entry in second.fields().items():
        earlier = found.get(name)
        value = entry.value
        if earlier is not None and earlier.value.tag != "reset":
            value = merged(earlier.value, value, name, depth + 1)
        found[name] = Entry(entry.parent, entry.key, value, entry.start, entry.end)
    made.entries = list(found.values())
    return made


def _lists(first: Node, second: Node, key: Callable[[Node], str] | None) -> Node:
    made = Node(second.source, second.start, second.end, Kind.LIST, origin=second)
    replaced = {key(one.value) for one in second.entries} if key else set()
    kept = [one for one in first.entries if not (key and key(one.value) in replaced)]
    made.entries = [*kept, *second.entries]
    return made


def _build(node: Node) -> Node:
    """Return a build's short form as its long one."""
    if node.kind is not Kind.TEXT:
        return node
    made = Node(node.source, node.start, node.end, Kind.MAP)
    key = Node(node.source, node.start, node.start, Kind.TEXT, "context")
    made.entries = [Entry(made, key, node, node.start, node.end)]
    return made


def _target(volume: Node) -> str:
    from taskslib.lint.mounts import mount

    return mount(volume).target
