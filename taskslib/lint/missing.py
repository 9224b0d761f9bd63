"""What a stack refers to and does not have, and what waits for itself: Compose refuses both.

Looked for here as well, in Compose's words, since Compose is not on every machine.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from graphlib import CycleError, TopologicalSorter

from taskslib.lint.mounts import mounts
from taskslib.lint.nodes import Entry, keyed
from taskslib.lint.parsing import Unreadable
from taskslib.lint.source import Source
from taskslib.lint.stack import Service, Stack
from taskslib.lint.texts import default

_NAME = re.compile(r"[A-Za-z0-9._-]+")
_VOLUME = re.compile(r"[A-Za-z0-9][\w.-]*")
_LISTED = {"secrets": "secret", "configs": "config"}
_OF_SERVICE = "service:"
Refused = tuple[Source, Unreadable]


def missing(stack: Stack) -> Iterator[Refused]:
    """Yield why Compose would not take a stack; nothing where not all of it could be read."""
    known = {
        kind: {one.name for one in stack.top(kind) if one.value.tag != "reset"}
        for kind in ("networks", "volumes", *_LISTED)
    }
    needs: dict[str, dict[str, Entry]] = {}
    for service in stack.services.values():
        if not _NAME.fullmatch(service.name):
            words = f"services Additional property {service.name} is not allowed"
            yield _at(service.entry, words)
        if not service.complete:
            continue
        needs[service.name] = dict(_services(service))
        for name, entry in needs[service.name].items():
            if name not in stack.services and entry.value.value("required").lower() != "false":
                words = f'service "{service.name}" depends on undefined service "{name}"'
                yield _at(entry, words)
        for entry, kind, name in _resources(service):
            if name not in known[kind]:
                what = kind.removesuffix("s")
                yield _at(entry, f'service "{service.name}" refers to undefined {what} {name}')
    yield from _circle(needs)


def _at(entry: Entry, words: str) -> Refused:
    line, _ = entry.source.position(entry.start)
    return entry.source, Unreadable(line, words)


def _services(service: Service) -> Iterator[tuple[str, Entry]]:
    """Yield the services that one needs, each with where it says so."""
    node = service.node
    for key in ("network_mode", "ipc", "pid"):
        entry = node.entry(key)
        if entry and entry.value.text.startswith(_OF_SERVICE):
            yield from _named(entry, entry.value.text.removeprefix(_OF_SERVICE))
    for key in ("volumes_from", "links"):
        for entry in (node.get(key) or node).each():
            if not entry.value.text.startswith("container:"):
                yield from _named(entry, entry.value.text.partition(":")[0])
    for entry, name, _ in service.depends_on():
        yield from _named(entry, name)


def _resources(service: Service) -> Iterator[tuple[Entry, str, str]]:
    """Yield the networks, volumes, secrets and configs that a service uses."""
    node = service.node
    networks = keyed(node.get("networks"))
    for name, entry in (networks.fields() if networks else {}).items():
        if name != "default":
            yield from ((entry, "networks", told) for told, _ in _named(entry, name))
    for one in mounts(node):
        if one.kind == "volume" and one.entry:
            for told, entry in _named(one.entry, one.source):
                if _VOLUME.fullmatch(told):
                    yield entry, "volumes", told
    for kind in _LISTED:
        for entry in (node.get(kind) or node).each():
            name = entry.value.value("source") or entry.value.text
            yield from ((entry, kind, told) for told, _ in _named(entry, name))


def _named(entry: Entry, written: str) -> Iterator[tuple[str, Entry]]:
    """Yield a name with the defaults of its variables; nothing where one has none."""
    if told := default(written):
        yield told, entry


def _circle(needs: dict[str, dict[str, Entry]]) -> Iterator[Refused]:
    try:
        TopologicalSorter({name: needed.keys() for name, needed in needs.items()}).prepare()
    except CycleError as error:
        circle: list[str] = error.args[1][::-1][:-1]  # each needs the next
        order = list(needs)
        place = min(range(len(circle)), key=lambda place: order.index(circle[place]))
        around = [*circle[place:], *circle[:place], circle[place]]
        yield _at(needs[around[0]][around[1]], f"dependency cycle detected: {' -> '.join(around)}")
