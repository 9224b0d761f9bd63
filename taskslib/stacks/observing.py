"""What several listings and a probe tell of containers that have no healthcheck."""

from __future__ import annotations

import socket
import time
from collections.abc import Iterable
from dataclasses import dataclass

from taskslib.stacks.engine import Container


@dataclass(frozen=True, slots=True)
class Observed:
    """What several listings and a probe tell of containers that have no healthcheck; by id."""

    settled: frozenset[str] = frozenset()
    """They have been running for a while."""
    answering: frozenset[str] = frozenset()
    """Their published ports lead to a process that listens."""


def tcp_ports(container: Container) -> list[int]:
    """Return where a container's ports that can be probed are published."""
    return [port for (_, protocol), port in container.ports.items() if protocol == "tcp"]


class Observer:
    """Watches containers without a healthcheck from listing to listing."""

    def __init__(self, host: str, settle: float) -> None:
        self._host = host
        self._settle = settle
        # One that was started again begins anew.
        self._first_seen: dict[tuple[str, int], float] = {}

    def look(self, containers: Iterable[Container]) -> Observed:
        """Return what this listing and those before it tell."""
        now = time.monotonic()
        plain = [one for one in containers if one.state == "running" and not one.health]
        for one in plain:
            self._first_seen.setdefault((one.id, one.restarts), now)
        settled = {
            one.id for one in plain if now - self._first_seen[one.id, one.restarts] >= self._settle
        }
        answering = {one.id for one in plain if tcp_ports(one) and self._answers(one)}
        return Observed(frozenset(settled), frozenset(answering))

    def silent(self, container: Container) -> tuple[str, ...]:
        """Return the ports at which nobody answers: `127.0.0.1:8801 (its port 80)`."""
        return tuple(
            f"{self._host}:{port} (its port {inside})"
            for (inside, protocol), port in container.ports.items()
            if protocol == "tcp" and not _listens(self._host, port)
        )

    def _answers(self, container: Container) -> bool:
        return all(_listens(self._host, port) for port in tcp_ports(container))


def _listens(host: str, port: int) -> bool:
    """Tell whether a process listens behind a published port.

    The engine's proxy accepts a connection before anybody listens behind it, and closes it at
    once: so a connection counts only if it is still open a moment later.
    """
    try:
        with socket.create_connection((host, port), timeout=1) as connection:
            connection.settimeout(0.05)
            try:
                return connection.recv(1) != b""
            except TimeoutError:
                return True  # it listens, and waits for us to speak
    except OSError:  # also where no connection comes about in time
        return False
