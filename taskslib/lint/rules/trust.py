"""TL505 and TL507: what runs, what it may."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator

from taskslib.lint.known import image_of
from taskslib.lint.mounts import CODE, is_source, mounts, names_source
from taskslib.lint.rule import DEV, PROD, TEST, E, Hit, W, hit, rule
from taskslib.lint.stack import Service, Stack


@rule(
    "TL505",
    "an image that is another one tomorrow",
    {PROD: E, TEST: W, DEV: W},
    why="`latest`, or no tag at all, is whatever was pushed last: the machine that pulls today "
    "runs something else than the one that pulled a week ago, and a rollback is none.",
    origin="Docker's documentation of tags",
)
def _floating(stack: Stack) -> Iterator[Hit]:
    for service in stack.services.values():
        entry = service.node.entry("image")
        image = image_of(entry.value.text) if entry else None
        if entry is None or image is None or (service.build and stack.environment is not PROD):
            continue
        if not image.digest and image.tag in {"", "latest"}:
            yield hit(
                entry,
                f"{service.name}: {image.path} has "
                + ("the tag latest" if image.tag else "no tag, which is latest"),
                f"name a version: {image.path}:VERSION",
            )


@rule(
    "TL507",
    "a container that may do more on the host than it needs",
    {PROD: E, DEV: W},
    why="In production: the engine's socket, `privileged`, the host's network or processes: who is "
    "in such a container is on the machine. In dev: source that is mounted without `:ro`, into "
    "which a container writes caches and builds, as root's, and a test of yours what it likes.",
    origin="Docker's documentation of the daemon's attack surface; the pattern's dev environment, "
    "where source is mounted `:ro`",
)
def _rights(stack: Stack) -> Iterator[Hit]:
    rights = _of_host if stack.environment is PROD else _of_checkout
    for service in stack.services.values():
        yield from rights(service, posixpath.dirname(stack.files[0]))


def _of_checkout(service: Service, folder: str) -> Iterator[Hit]:
    for mount in mounts(service.node):
        # Data of a database is there to be written.
        if mount.kind != "bind" or mount.read_only or service.datastore:
            continue
        if is_source(mount, folder) and (mount.target in CODE or names_source(mount)):
            yield hit(
                mount.entry or service.entry,
                f"{service.name}: may write into the checkout's {mount.source}",
                "mount it read-only, with `:ro` at its end; what the service writes there, into "
                "a volume of its own",
            )


def _of_host(service: Service, _folder: str) -> Iterator[Hit]:
    for mount in mounts(service.node):
        folder = mount.kind == "bind" and posixpath.normpath(mount.source) in _OF_SOCKETS
        if folder or "docker.sock" in f"{mount.source}:{mount.target}":
            yield hit(
                mount.entry or service.entry,
                f"{service.name}: has the engine's socket, and so the machine",
                "leave it out, or put a proxy before it that lets only reading through",
            )
    for key, values in _HOST.items():
        entry = service.node.entry(key)
        if entry and entry.value.text.lower() in values:
            yield hit(
                entry,
                f"{service.name}: `{key}: {entry.value.text}` gives it the host's rights",
                "leave it out; `cap_add` and `ports` give what it needs",
            )


_OF_SOCKETS = ("/run", "/var/run")
_HOST = {
    "privileged": ("true", "yes", "on"),
    "network_mode": ("host",),
    "pid": ("host",),
}
