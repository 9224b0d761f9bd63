"""What around this process says where the engine is: the Docker context, a container's network."""

from __future__ import annotations

import json
import os
import re
import socket
import struct
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

_MARKS = (".dockerenv", "run/.containerenv")
"""Files at the root that Docker and Podman put into a container."""
_BRIDGE = "sys/class/net/docker0"
"""The bridge of an engine that has its networks where we are: in a container of the host's
network, or one with an engine of its own."""
_ROUTES = "proc/net/route"
NOWHERE = "0.0.0.0"  # noqa: S104 — no address that anything is bound to
"""How a table of routes writes that there is no gateway, or any destination."""
USUAL_HOSTS = ("", "unix:///var/run/docker.sock")
"""Values of `DOCKER_HOST` that mean this machine's own engine."""
_NO_CONTEXT = re.compile(r'context "([^"]+)": context not found')


def context_name(environ: Mapping[str, str]) -> str:
    """Return the Docker context that the client uses; empty for its default.

    As the client has it: `DOCKER_HOST`, then `DOCKER_CONTEXT`, then what `docker context use` left
    (docs.docker.com/engine/manage-resources/contexts).
    """
    if environ.get("DOCKER_HOST"):
        return ""
    name = environ.get("DOCKER_CONTEXT") or _current(environ)
    return "" if name == "default" else name


def missing_context(output: str) -> str:
    """Return the Docker context that the client looked for in vain; empty where it did not."""
    found = _NO_CONTEXT.search(output)
    return found[1] if found else ""


def without_context(environ: Mapping[str, str]) -> str:
    """Return what mends a Docker context that is chosen and isn't there."""
    back = "unset DOCKER_CONTEXT" if environ.get("DOCKER_CONTEXT") else "docker context use default"
    return f"the usual engine: {back}; which contexts there are: docker context ls"


def to_start(environ: Mapping[str, str]) -> str:
    """Return what mends an engine that does not answer."""
    host = environ.get("DOCKER_HOST", "")
    if host in USUAL_HOSTS:
        return "start it, or let `inv setup` say how"
    return (
        f"start it at {host}, which DOCKER_HOST names; for one on this machine: unset DOCKER_HOST"
    )


def _current(environ: Mapping[str, str]) -> str:
    given = environ.get("DOCKER_CONFIG")
    try:
        folder = Path(given) if given else _home(environ) / ".docker"
        config = json.loads((folder / "config.json").read_text("utf-8"))
        return str(config.get("currentContext") or "")
    except (OSError, ValueError, AttributeError, KeyError):
        return ""  # the client says what is wrong with it


def _home(environ: Mapping[str, str]) -> Path:
    """Return the home that the client finds there. Raises `KeyError` where nothing names one."""
    if sys.platform == "win32":
        home = environ["USERPROFILE"]
    else:
        import pwd

        home = environ.get("HOME") or pwd.getpwuid(os.getuid()).pw_dir
    return Path(home)


def gateway(root: Path = Path("/")) -> str:
    """Return the gateway of the container that this runs in; empty outside, and where none is.

    Args:
        root: The root of the file system.
    """
    inside = any((root / mark).exists() for mark in _MARKS)
    if os.name == "nt" or not inside or (root / _BRIDGE).exists():
        return ""
    try:
        text = (root / _ROUTES).read_text("ascii")
    except (OSError, ValueError):
        return ""
    ways = (by for destination, by, _ in routes(text) if destination == NOWHERE != by)
    return next(ways, "")


def routes(text: str) -> Iterator[tuple[str, str, str]]:
    """Yield destination, gateway and mask of each route of Linux' /proc/net/route."""
    for line in text.splitlines()[1:]:
        fields = line.split()
        destination, by, mask = (_address(fields[column]) for column in (1, 2, 7))
        yield destination, by, mask


def _address(digits: str) -> str:
    # The kernel writes it as a number in its own byte order.
    return socket.inet_ntoa(struct.pack("=L", int(digits, 16)))
