"""TL1xx: ports on the host."""

from __future__ import annotations

from collections.abc import Iterator

from taskslib.lint.edits import added, removed, replaced
from taskslib.lint.finding import Edit
from taskslib.lint.gather import Repo
from taskslib.lint.known import DATASTORES
from taskslib.lint.ports import Port, ports, rewritten
from taskslib.lint.rule import DEV, PROD, TEST, E, Hit, Scope, W, hit, rule
from taskslib.lint.stack import Service, Stack

_STORES = {port for one in DATASTORES.values() for port in one.ports} - {"8086", "8123", "9000"}
"""Ports that nothing but datastores listens on by convention: Home Assistant has 8123, too."""


@rule(
    "TL101",
    "a fixed host port in a test stack",
    {TEST: E},
    fixes=True,
    why="A port of the host belongs to one container: the second branch, worktree or CI job that "
    "starts the stack fails with `port is already allocated`. Without a host port (or with 0, or "
    "as 127.0.0.1::PORT) the engine chooses a free one, and `inv ports` and TEST_<SERVICE>_PORT "
    "tell it. The default of a variable is fixed too.",
    origin="the pattern's table of mistakes: fixed ports in a test file, parallel runs conflict",
)
def _fixed(stack: Stack) -> Iterator[Hit]:
    for service in stack.services.values():
        for port in ports(service.node):
            if port.fixed:
                yield hit(
                    port.node,
                    f"{service.name}: host port {port.fixed} is fixed, "
                    "so that two branches cannot be up at once",
                    f'"127.0.0.1::{port.target}" lets the engine choose; `inv ports` tells it',
                    _dynamic(port),
                )


def _dynamic(port: Port) -> tuple[Edit, ...]:
    if not port.long:
        return (rewritten(port, port.ip, ""),)
    entry = port.node.entry("published")
    return removed(entry) if entry else ()


@rule(
    "TL103",
    "a database or cache that is published in production",
    {PROD: E},
    why="Services reach it by its name in the stack's network. A published port is reachable from "
    "outside, past the host's firewall: Docker's own rules come first.",
    origin="the issue's prod environment: database not published; Docker's documentation of "
    "packet filtering",
)
def _store(stack: Stack) -> Iterator[Hit]:
    for service in stack.services.values():
        for port in ports(service.node):
            if service.datastore or not _STORES.isdisjoint(port.targets):
                yield hit(
                    port.node,
                    f"{service.name}: port {port.target} of a datastore is published",
                    "remove it from `ports`; services reach it as "
                    f"{service.name}:{port.target} without",
                )


@rule(
    "TL104",
    "one host port twice",
    {DEV: E, PROD: E},
    scope=Scope.ENVIRONMENT,
    why="The second container that wants a port of the host does not start. The files of an "
    "environment are looked at together, since they run on one machine.",
    origin="the engine: `port is already allocated`",
)
def _twice(repo: Repo) -> Iterator[Hit]:
    taken: dict[tuple[int, str], list[tuple[Service, Port]]] = {}
    seen = set()
    for stack in repo.stacks:
        for service in stack.services.values():
            together = [*ports(service.node)]
            for port in together:
                if port.node in seen:
                    continue
                seen.add(port.node)
                known = [taken.setdefault((one, port.protocol or "tcp"), []) for one in port.taken]
                yield from _taken(service, port, together, known)
                for others in known:
                    others.append((service, port))


def _taken(
    service: Service, port: Port, together: list[Port], known: list[list[tuple[Service, Port]]]
) -> Iterator[Hit]:
    """Yield, once, whose a port's host ports are already."""
    for number, others in zip(port.taken, known, strict=True):
        for other, earlier in others:
            if other.entry is service.entry:
                # Of alternative overrides, each has its own ports of a service.
                beside = any(one.node is earlier.node for one in together)
                meet = beside and not _same(port, earlier)
            else:
                meet = _both_up(service, other)
            if meet and _one_address(port, earlier):
                line, _ = earlier.node.source.position(earlier.node.start)
                yield hit(
                    port.node,
                    f"{service.name}: host port {number} is {other.name}'s too "
                    f"({earlier.node.source.path}:{line})",
                    "give one of them another port",
                )
                return


def _both_up(service: Service, other: Service) -> bool:
    """Return whether there is a profile with which both are up."""
    profiles = [
        {one.value.text for one in told.each()} if (told := each.node.get("profiles")) else set()
        for each in (service, other)
    ]
    return not all(profiles) or bool(profiles[0] & profiles[1])


def _same(port: Port, earlier: Port) -> bool:
    """Return whether Compose makes one of them."""
    told = [(one.ip, one.published, one.target, one.protocol or "tcp") for one in (port, earlier)]
    return told[0] == told[1]


def _one_address(port: Port, earlier: Port) -> bool:
    everywhere = {"", "0.0.0.0", "::", "[::]"}  # noqa: S104 — as Compose files write it
    return port.ip == earlier.ip or bool({port.ip, earlier.ip} & everywhere)


@rule(
    "TL105",
    "a test port that others in the network reach",
    {TEST: W},
    fixes=True,
    why="Without an address a port is published on all of the machine's, and a test database has "
    "the password `test`. On 127.0.0.1 tests reach it and nobody else. `localhost` is no help: on "
    "engines before 27 it can reach another service's container (moby 42442).",
    origin="measured: IPv4 and IPv6 ports of different services overlap on engine 26.1",
)
def _open(stack: Stack) -> Iterator[Hit]:
    for service in stack.services.values():
        for port in ports(service.node):
            if port.loopback:
                continue
            wanted = "" if port.fixed else port.published
            yield hit(
                port.node,
                f"{service.name}: port {port.target} is published beyond this machine",
                f'"127.0.0.1:{wanted}:{port.target}" keeps it on loopback',
                _loopback(port),
            )


def _loopback(port: Port) -> tuple[Edit, ...]:
    if port.long:
        entry = port.node.entry("host_ip")
        if entry:
            return (replaced(entry.value, "127.0.0.1"),)
        return added(port.node, ["host_ip: 127.0.0.1"], "host_ip: 127.0.0.1")
    return (rewritten(port, "127.0.0.1", port.published),)
