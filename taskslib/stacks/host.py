"""Where published ports are reached. Pure.

Never `localhost`: on engines before 27 the IPv4 and IPv6 ports of different containers overlap,
so the name can lead to another service's container (moby issue 42442).
"""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import urlsplit

OVERRIDE = "TASKSLIB_ENGINE_HOST"
"""Set in the environment, it is the host, whatever else says."""
_LOOPBACK = "127.0.0.1"


def published_host(environ: Mapping[str, str]) -> str:
    """Return the host of published ports: the override, a remote engine's host, else loopback."""
    if environ.get(OVERRIDE):
        return environ[OVERRIDE]
    engine = urlsplit(environ.get("DOCKER_HOST", ""))
    if engine.scheme in {"tcp", "ssh", "http", "https"} and engine.hostname:
        return _LOOPBACK if engine.hostname == "localhost" else engine.hostname
    return _LOOPBACK
