"""Where an engine's published ports are reached from here, and what they are published at. Pure.

Never `localhost`: on engines before 27 the IPv4 and IPv6 ports of different containers overlap,
so the name can lead to another service's container (moby issue 42442).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from ipaddress import ip_address
from urllib.parse import urlsplit

OVERRIDE = "TASKSLIB_ENGINE_HOST"
"""Set in the environment, it is the host, whatever else says."""
_LOOPBACK = "127.0.0.1"
EVERYWHERE = "0.0.0.0"  # noqa: S104 — another machine's loopback can't be reached
"""Where ports are published on an engine that is elsewhere; `::` where its host is of IPv6."""
_REMOTE = {"tcp", "ssh", "http", "https"}


@dataclass(frozen=True, slots=True)
class Reach:
    """How this process and an engine's containers come together."""

    host: str = _LOOPBACK
    """The host of published ports, as seen from here."""
    published: str = _LOOPBACK
    """The engine's address at which they are published."""
    remote: bool = False
    """Whether the engine is another machine's, which does not see the files of this one."""


def reach_of(environ: Mapping[str, str], *, context: str = "", gateway: str = "") -> Reach:
    """Return how an engine's ports are reached.

    The order is that of what is surest: the override, the host of a remote engine, the gateway
    of a container that we are in, loopback.

    Args:
        environ: The environment; `DOCKER_HOST` wins over a context, as it does for the client.
        context: The address of the Docker context's engine; empty for that of this machine.
        gateway: The container's gateway where we are in one; it is the engine's machine.
    """
    engine = urlsplit(environ.get("DOCKER_HOST") or context)
    named = (engine.hostname or "") if engine.scheme in _REMOTE else ""
    remote = bool(named) and not _is_loopback(named)
    given = environ.get(OVERRIDE, "")
    if given:
        return Reach(given, _LOOPBACK if _is_loopback(given) else _everywhere(given), remote)
    if remote:
        return Reach(named, _everywhere(named), remote)
    if gateway and not named:
        return Reach(gateway, gateway)
    return Reach()


def _everywhere(host: str) -> str:
    return "::" if ":" in host else EVERYWHERE


def _is_loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host.lower() == "localhost"
