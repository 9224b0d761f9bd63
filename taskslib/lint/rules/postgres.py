"""TL203 to TL205: Postgres."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator

from taskslib.lint.edits import added, elements, removed, replaced
from taskslib.lint.finding import Edit
from taskslib.lint.known import Image
from taskslib.lint.mounts import mounts
from taskslib.lint.nodes import Entry, Node
from taskslib.lint.rule import DEV, PROD, TEST, E, Hit, W, everywhere, hit, rule
from taskslib.lint.stack import Service, Stack

_DURABLE = ("fsync", "synchronous_commit", "full_page_writes")
_OLD, NEW_DATA = "/var/lib/postgresql/data", "/var/lib/postgresql"
_OFF = re.compile(
    rf"(?:-c\s*|--)(?P<name>{'|'.join(_DURABLE)})\s*=\s*(?:off|false|no|0)\b", re.IGNORECASE
)
_LATEST = re.compile(r"|latest|(?:alpine(?:3\.(?:2[2-9]|[3-9]\d))?)|bookworm|trixie")
"""Tags of the image without a version: of the newest, on the systems that 18 and later are for."""
_FIRST_NEW = 18


@rule(
    "TL203",
    "Postgres 18 with the data path of older versions",
    everywhere(E),
    fixes=True,
    why="From 18 on, the image keeps its data in /var/lib/postgresql/18/docker and wants the mount "
    "at /var/lib/postgresql. With one at /var/lib/postgresql/data it does not start, or the data "
    "lies in a volume that nobody named and is lost with the container.",
    origin="documentation of the image postgres: PGDATA; docker-library/postgres#1259",
)
def _path(stack: Stack) -> Iterator[Hit]:
    for service in stack.services.values():
        image = service.image
        if not (image and image.is_postgres and is_new(image)):
            continue
        if any(name == "PGDATA" for _, name, _ in service.variables()):
            continue
        for mount in mounts(service.node):
            if mount.target == _OLD:
                node = mount.target_node
                yield hit(
                    node,
                    f"{service.name}: Postgres {image.tag or 'latest'} has its data in {NEW_DATA}, "
                    f"not in {_OLD}",
                    f"mount {NEW_DATA}",
                    replaced(node, node.text.replace(_OLD, NEW_DATA, 1))
                    if _OLD in node.text and not service.shares("volumes")
                    else None,
                )


def is_new(image: Image) -> bool:
    """Return whether it is Postgres 18 or later."""
    if image.version is not None:
        return image.version >= _FIRST_NEW
    return image.name == "postgres" and not image.digest and bool(_LATEST.fullmatch(image.tag))


@rule(
    "TL204",
    "a test database that waits for the disk",
    {TEST: W},
    fixes=True,
    why="Durability costs time at every commit and checkpoint, and this data is gone in a minute "
    "anyway: fsync, synchronous_commit and full_page_writes off.",
    origin="the pattern's test environment; PostgreSQL's manual, Non-Durable Settings",
)
def _durable(stack: Stack) -> Iterator[Hit]:
    for service in stack.services.values():
        if not (service.image and service.image.is_postgres):
            continue
        entry = service.node.entry("command")
        own = "" if entry else _of_image(service)
        told = _command(entry.value) if entry else own
        if "config_file" in told or "--single" in told:
            continue
        off = {found["name"].lower() for found in _OFF.finditer(told)}
        missing = [name for name in _DURABLE if name not in off]
        if missing:
            yield hit(
                entry or service.entry,
                f"{service.name}: a test database needs no {', '.join(missing)}",
                "command: postgres " + " ".join(f"-c {name}=off" for name in _DURABLE),
                () if own or service.shares("command") else _switched_off(service, entry, missing),
            )


def _command(node: Node) -> str:
    """Return a command's words, as one text."""
    return " ".join(one.value.text for one in node.each()) if node.is_list else node.text


def _of_image(service: Service) -> str:
    """Return the words of the command that the Dockerfile gives it, as one text."""
    build = service.build
    found = build.file.last("CMD", build.target) if build and build.file else None
    if found is None:
        return ""
    try:
        words = json.loads(found.value)
    except ValueError:
        return found.value
    return " ".join(map(str, words)) if isinstance(words, list) else found.value


def _switched_off(service: Service, entry: Entry | None, missing: list[str]) -> tuple[Edit, ...]:
    words = " ".join(f"-c {name}=off" for name in missing)
    if entry is None or not (entry.value.text or entry.value.each()):
        line = f"command: postgres {words}"
        return added(service.node, [line], line) if entry is None else ()
    node = entry.value
    if not re.match(r"(?:postgres\b|-c\b)", _command(node)):
        return ()
    if not node.is_list:
        return _appended(node, words)
    words_of = [word for name in missing for word in ("-c", f"{name}=off")]
    return elements(node, *(json.dumps(word) if node.flow else word for word in words_of))


def _appended(node: Node, words: str) -> tuple[Edit, ...]:
    source, end = node.source, node.end
    if node.style in {"|", ">"}:
        indent = source.text[source.line_start(end) : end]
        indent = indent[: len(indent) - len(indent.lstrip())]
        folded = node.style == ">"
        begin = f"{source.newline}{indent}" if folded else " "
        return (Edit(source.path, end, end, f"{begin}{words}"),)
    place = end - 1 if node.style in {'"', "'"} else end
    return (Edit(source.path, place, place, f" {words}"),)


@rule(
    "TL205",
    "a database outside of tests that may lose data",
    {DEV: E, PROD: E},
    fixes=True,
    why="With fsync or full_page_writes off a crash can destroy the whole database, with "
    "synchronous_commit off it can lose what was committed last. Only data of tests is worth that.",
    origin="PostgreSQL's manual, Non-Durable Settings",
)
def _risky(stack: Stack) -> Iterator[Hit]:
    for service in stack.services.values():
        entry = service.node.entry("command")
        if entry is None or not (service.image is None or service.image.is_postgres):
            continue
        names = [found["name"].lower() for found in _OFF.finditer(_command(entry.value))]
        if names:
            yield hit(
                entry,
                f"{service.name}: {', '.join(names)} off can cost data",
                "leave it on outside of tests",
                () if service.shares("command") else _switched_on(entry),
            )


def _switched_on(command: Entry) -> tuple[Edit, ...]:
    node, source = command.value, command.value.source
    if not node.is_list:
        written = source.text[node.start : node.end]
        kept = re.sub(rf"\s+{_OFF.pattern}", "", written, flags=re.IGNORECASE)
        return (Edit(source.path, node.start, node.end, kept),) if kept != written else ()
    gone: list[Entry] = []
    before: Entry | None = None
    for one in node.entries:
        if before and before.value.text == "-c" and _OFF.fullmatch(f"-c {one.value.text}"):
            gone += [before, one]
        elif _OFF.fullmatch(one.value.text):
            gone.append(one)
        before = one
    # An empty list would be an empty command, and not the image's own.
    return removed(command) if len(gone) == len(node.entries) else removed(*gone)
