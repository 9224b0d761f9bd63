"""TL2xx: where data lies."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

from taskslib.lint.edits import added, elements, removed, replaced
from taskslib.lint.finding import Edit
from taskslib.lint.known import KEPT, Datastore
from taskslib.lint.mounts import Mount, below, mounts, tmpfs
from taskslib.lint.mounts import mount as volume
from taskslib.lint.nodes import Entry
from taskslib.lint.rule import DEV, PROD, TEST, E, Hit, W, everywhere, hit, rule
from taskslib.lint.rules.postgres import NEW_DATA, is_new
from taskslib.lint.stack import Service, Stack
from taskslib.lint.texts import default


@rule(
    "TL201",
    "data of a test that outlives it",
    {TEST: E},
    fixes=True,
    why="A volume or a folder of the host is what the run before left behind: tests pass or "
    "fail by what an earlier one wrote, and writing to disk is slow. tmpfs is memory: fast, and "
    "empty at every start. What is mounted read-only, or as a file or folder of the host below the "
    "data path, is what a test starts with (a configuration, a dump): it is right. Where data lies "
    f"is known of these images: {', '.join(sorted(KEPT))}; of others nothing is said.",
    origin="the pattern's table of mistakes: persistent test volumes; use tmpfs",
)
def _persistent(stack: Stack) -> Iterator[Hit]:
    found: list[tuple[Service, Mount, tuple[Edit, ...]]] = []
    for service in stack.services.values():
        paths = service.data
        for mount in mounts(service.node):
            if _outlives(mount, paths):
                # What holds more than the data may hold what the container needs.
                edits = _tmpfs(service, mount) if _within(mount, paths) else ()
                found.append((service, mount, edits))
    # With the last of them goes what nobody uses then.
    last = max((place for place, one in enumerate(found) if one[2]), default=None)
    unused = _unused(stack, [mount for _, mount, edits in found if edits])
    for place, (service, mount, edits) in enumerate(found):
        yield hit(
            mount.entry or mount.target_node,
            f"{service.name}: {mount.target} outlives the run in {mount.source}",
            f"tmpfs: [{mount.target}] is empty at every start",
            (*edits, *unused) if place == last else edits,
        )


def _unused(stack: Stack, gone: list[Mount]) -> tuple[Edit, ...]:
    """Return what removes the volumes that nobody uses when these mounts are gone."""
    if not (stack.whole and stack.complete):
        return ()
    entries = {id(one.entry) for one in gone}
    left = {
        default(one.source) or one.source
        for service in stack.services.values()
        for one in mounts(service.node)
        if id(one.entry) not in entries
    }
    names = {one.source for one in gone if one.kind == "volume"} - left
    edits: list[Edit] = []
    for document in stack.documents:
        volumes = document.entry("volumes")
        mine = document.source.path in stack.files
        if volumes is None or not (mine and volumes.value.is_map) or volumes.value.anchored:
            continue
        own = [one for one in volumes.value.entries if one.name in names]
        all_ = own and len(own) == len(volumes.value.entries)
        edits += removed(volumes) if all_ else removed(*own)
    return tuple(edits)


def _within(mount: Mount, paths: tuple[str, ...]) -> bool:
    return any(below(mount.target, path) for path in paths)


def _outlives(mount: Mount, paths: tuple[str, ...]) -> bool:
    """Return whether data is written to something that is there after the container."""
    if mount.kind not in {"bind", "volume"} or mount.read_only:
        return False
    within = mount.kind == "volume" and _within(mount, paths)
    # A volume without a name is a new one for each container.
    return bool(mount.source) and (within or any(below(path, mount.target) for path in paths))


def _tmpfs(service: Service, mount: Mount) -> tuple[Edit, ...]:
    volumes, entry = service.node.entry("volumes"), mount.entry
    known = service.node.get("tmpfs")
    shared = service.shares("volumes") or service.shares("tmpfs")
    if shared or volumes is None or volumes.key is None or entry is None:
        return ()
    # Of several on one path, none may stay.
    gone = [one for one in volumes.value.each() if volume(one.value).target == mount.target]
    if any(one.parent is not entry.parent for one in gone):
        return ()
    target = mount.target_node.text if entry.value.is_map else mount.target
    if known is not None:
        there = mount.target in {one.target for one in tmpfs(service.node)}
        more = () if there else elements(known, target)
        return (*_without(volumes, gone), *more) if there or more else ()
    if volumes.parent.flow:
        return (*_without(volumes, gone), *added(volumes.parent, [], f"tmpfs: [{target}]"))
    return _own_list(volumes, gone, target) if entry.parent is volumes.value else ()


def _own_list(volumes: Entry, gone: list[Entry], target: str) -> tuple[Edit, ...]:
    """Return what makes `volumes` `tmpfs`, or puts that before it where there are more of them."""
    source = volumes.source
    if len(volumes.value.entries) == len(gone) and volumes.key:
        first, *others = gone
        one = Edit(source.path, first.start, first.end, target)
        return (replaced(volumes.key, "tmpfs"), one, *removed(*others))
    start = source.line_start(volumes.start)
    indent = source.text[start : volumes.start]
    if indent.strip():
        return ()
    line = f"{indent}tmpfs: [{target}]{source.newline}"
    return (Edit(source.path, start, start, line), *removed(*gone))


def _without(volumes: Entry, gone: list[Entry]) -> tuple[Edit, ...]:
    """Return what removes mounts, and the list where they are all of it: Compose wants one."""
    alone = len(volumes.value.entries) == len(gone)
    return removed(volumes) if alone else removed(*gone)


@rule(
    "TL202",
    "tmpfs and a volume on one path",
    everywhere(E),
    why="Which of the two the container gets is not said: the engine refuses the container or one "
    "hides the other. Either the data is to stay or it is not.",
    origin="the engine: `Duplicate mount point`",
)
def _both(stack: Stack) -> Iterator[Hit]:
    for service in stack.services.values():
        found = [*mounts(service.node)]
        memory = {one.target for one in found if one.kind == "tmpfs"}
        for one in found:
            if one.kind in {"bind", "volume"} and one.target in memory:
                yield hit(
                    one.entry or one.target_node,
                    f"{service.name}: {one.target} is tmpfs and a volume",
                    "keep one: tmpfs in tests, a volume where the data is to stay",
                )


@rule(
    "TL206",
    "a database whose data nothing keeps",
    {PROD: E, DEV: W},
    why="Without a volume on its data path, data goes with the container, or lies in a volume "
    "without a name that the next `up` after `down` does not find. In dev only such volumes are "
    "named: who mounts none, or tmpfs, may want a database that is empty at each start.",
    origin="the pattern's quick reference: external mounts in prod, named volumes in dev",
)
def _homeless(stack: Stack) -> Iterator[Hit]:
    for service in stack.services.values():
        store = service.datastore
        if not (store and store.data and service.complete) or _is_cache(service):
            continue
        if stack.environment is DEV:
            yield from _nameless(service)
            continue
        told = service.node.get("volumes_from")
        kept = [one.target for one in mounts(service.node) if one.kind != "tmpfs" and one.source]
        if told is None and not any(
            below(path, target) or below(target, path) for target in kept for path in service.data
        ):
            yield hit(
                service.entry,
                f"{service.name}: its data goes with the container",
                f"mount a volume or a folder of the host at {_data(service, store)}",
            )


def _nameless(service: Service) -> Iterator[Hit]:
    for mount in mounts(service.node):
        if mount.kind == "volume" and not mount.source and _within(mount, service.data):
            yield hit(
                mount.entry or service.entry,
                f"{service.name}: {mount.target} is in a volume without a name, which the next "
                "`up` after `down` does not find",
                f"name it: data:{mount.target}, and `data:` under the file's `volumes`",
            )


def _data(service: Service, store: Datastore) -> str:
    image = service.image
    return NEW_DATA if image and image.is_postgres and is_new(image) else store.data[0]


def _is_cache(service: Service) -> bool:
    """Return whether it is a Redis that is told to save nothing."""
    node = service.node.get("command")
    if node is None:
        return False
    words = [one.value.text for one in node.each()] or node.text.split()
    pairs = pairwise(words)
    return any(one == "--save" and two in {"", '""', "''"} for one, two in pairs)
