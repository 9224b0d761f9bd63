"""The engine's own API, on its socket: a listing takes it 1 ms, Docker's client 20 to 40.

Only reading, and only on a Unix socket of this machine. Whatever does not come, or not as it
should, is None: the client is asked then, which knows every way to an engine (TLS, SSH, Windows'
pipes) and says what is wrong with one.

By hand, since `http.client` alone takes longer to import than all questions of a run. As HTTP/1.0,
so that the answer has no chunks and ends with the connection.
"""

from __future__ import annotations

import json
import socket
import time
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import quote

_LOOK = 0.05
"""Seconds between two looks at whether the question is still wanted."""
_PATIENCE = 5.0
"""Seconds for an answer; an engine that takes longer is the client's to wait for."""
_SCHEME = "unix://"
_USUAL = "/var/run/docker.sock"
FAMILY: int | None = getattr(socket, "AF_UNIX", None)
"""Of Unix sockets. Windows has none; its engine is at a pipe."""


def socket_path(address: str) -> str:
    """Return the file of an engine's socket; empty where it has none that can be asked here.

    Args:
        address: The engine's, as in `DOCKER_HOST`; empty for this machine's own.
    """
    if FAMILY is None:
        return ""
    if not address:
        return _USUAL
    return address.removeprefix(_SCHEME) if address.startswith(_SCHEME) else ""


def asked(path: str, what: str, query: Mapping[str, str], check: Callable[[], None]) -> Any | None:
    """Return what an engine answers, JSON made into objects; None where it does not.

    Args:
        path: The file of its socket.
        what: A path of its API: `/containers/json`.
        query: What follows the question mark.
        check: Called every few hundredths of a second; what it raises ends the wait.
    """
    parts = "&".join(f"{key}={quote(value, safe='')}" for key, value in query.items())
    request = f"GET {what}?{parts} HTTP/1.0\r\nHost: docker\r\n\r\n"
    try:
        answer = _exchanged(path, request.encode(), check)
        head, _, body = answer.partition(b"\r\n\r\n")
        return json.loads(body) if head.split(None, 2)[1:2] == [b"200"] else None
    except (OSError, ValueError):
        return None


def _exchanged(path: str, request: bytes, check: Callable[[], None]) -> bytes:
    """Return all that is answered. Raises OSError where that takes too long, or nobody does."""
    until = time.monotonic() + _PATIENCE
    received = bytearray()
    with socket.socket(FAMILY or 0) as connection:
        connection.settimeout(_LOOK)
        connection.connect(path)
        connection.sendall(request)
        while True:
            check()
            if time.monotonic() > until:
                raise TimeoutError
            try:
                more = connection.recv(1 << 16)
            except TimeoutError:
                continue
            if not more:
                return bytes(received)
            received += more
