"""What a service mounts: `volumes` in both forms, and `tmpfs`."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator
from dataclasses import dataclass

from taskslib.lint.nodes import Entry, Node
from taskslib.lint.texts import default, split


@dataclass(frozen=True, slots=True)
class Mount:
    """Something at a path of a container."""

    kind: str
    """`bind`, `volume`, `tmpfs` or what else Compose knows."""
    source: str
    target: str
    """Normalised, with the defaults of variables."""
    target_node: Node
    """The value to change for another target: the whole element in the short form."""
    entry: Entry | None = None
    read_only: bool = False


def mounts(service: Node) -> Iterator[Mount]:
    """Yield what a service mounts."""
    for one in (service.get("volumes") or service).each():
        yield mount(one.value, one)
    yield from tmpfs(service)


def tmpfs(service: Node) -> Iterator[Mount]:
    """Yield what `tmpfs` names, in a list or as the only one."""
    node = service.get("tmpfs")
    if node is None:
        return
    if node.text:
        yield Mount("tmpfs", "", _path(node.text.partition(":")[0]), node)
    for one in node.each():
        target = _path(split(one.value.text)[0])
        yield Mount("tmpfs", "", target, one.value, one)


def mount(node: Node, entry: Entry | None = None) -> Mount:
    """Return what an element of `volumes` says."""
    if node.is_map:
        target = node.get("target") or node
        kind = node.value("type") or "volume"
        fixed = node.value("read_only").lower() in _TRUE
        return Mount(kind, node.value("source"), _path(target.text), target, entry, fixed)
    parts = split(node.text)
    if len(parts) > 1 and len(parts[0]) == 1 and parts[0].isalpha():  # C:\data
        parts = [":".join(parts[:2]), *parts[2:]]
    if len(parts) == 1:
        return Mount("volume", "", _path(parts[0]), node, entry)
    source = parts[0]
    bind = source.startswith((".", "/", "~", "$")) or source[1:2] == ":"
    fixed = "ro" in ",".join(parts[2:]).split(",")
    return Mount("bind" if bind else "volume", source, _path(parts[1]), node, entry, fixed)


_TRUE = ("true", "yes", "on")


def _path(text: str) -> str:
    told = default(text)
    return posixpath.normpath(told) if told else text


def below(path: str, folder: str) -> bool:
    """Return whether a path is a folder or lies in it."""
    return path == folder or path.startswith(folder.rstrip("/") + "/")


def is_source(mount: Mount, folder: str) -> bool:
    """Return whether it is the file's own folder, leads out of it into the repo, or to source.

    A file of production can stand at the repo's root too; what is beside it may be data. In an
    image's place of code it is none.
    """
    path = _HERE.sub(".", mount.source)
    plain = posixpath.normpath(path)
    if mount.target in CODE and path.startswith("."):
        return True
    if plain.startswith(".."):
        return "deploy" not in posixpath.normpath(posixpath.join(folder, plain)).split("/")
    return path.startswith(".") and (plain == "." or names_source(mount))


def names_source(mount: Mount) -> bool:
    """Return whether a path says itself that it is source."""
    plain = posixpath.normpath(_HERE.sub(".", mount.source))
    return bool({"src", "services"} & set(plain.split("/")))


_HERE = re.compile(r"^\$(?:PWD\b|\{PWD(?:[:?-][^}]*)?\})")
CODE = (
    "/app", "/code", "/src", "/usr/src", "/usr/src/app", "/opt/app", "/srv/app", "/workspace",
    "/var/www/html",
)  # fmt: skip
"""Where images have their code by convention."""
