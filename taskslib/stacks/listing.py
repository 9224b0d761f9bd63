"""What the engine lists, as data: a `docker ps` line per container; images. Pure."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable

from taskslib.stacks.engine import Container, Label

_LABELS = (
    Label.PROJECT,
    Label.SERVICE,
    Label.INSTANCE,
    Label.NAME,
    Label.ROOT,
    Label.BRANCH,
    Label.HOST,
    Label.KIND,
    Label.ENDPOINTS,
)
_FIELDS = ("ID", "Names", "State", "Status", "Ports", "CreatedAt")
FORMAT = (
    "["
    + ",".join(f"{{{{json .{field}}}}}" for field in _FIELDS)
    + ',{{json (.Label "com.docker.compose.service")}}'
    + "".join(f',{{{{json (.Label "{label}")}}}}' for label in _LABELS)
    + "]"
)
"""The template for `docker ps --format`. Labels one by one: in the list of all of them, a comma
inside a value can't be told from one between two."""

_HEALTH = re.compile(r"\((healthy|unhealthy|health: starting)\)")
_EXIT = re.compile(r"Exited \((\d+)\)")
_PORT = re.compile(r":(\d+)(?:-(\d+))?->(\d+)(?:-\d+)?/(\w+)")


def parse_containers(listing: str) -> tuple[Container, ...]:
    """Return the containers of a listing made with `FORMAT`."""
    return tuple(_container(json.loads(line)) for line in listing.split("\n") if line.strip())


def own_images(name: str, listed: Iterable[str]) -> list[str]:
    """Return an instance's images among `ID=REPOSITORY:TAG`: those with its name, or with none.

    An image that somebody built from one of them inherits the label, and is not ours.
    """
    pairs = [one.partition("=")[::2] for one in listed]
    named = [reference for _, reference in pairs if reference.startswith(f"{name}-")]
    return named + [identity for identity, reference in pairs if reference.startswith("<none>")]


def _container(fields: list[str]) -> Container:
    identity, name, state, status, ports, created, service, *labels = fields
    health = _HEALTH.search(status)
    exited = _EXIT.match(status)
    return Container(
        id=identity,
        name=name,
        service=service,
        state=state,
        status=status,
        created=created,
        health=health[1].removeprefix("health: ") if health else "",
        exit_code=int(exited[1]) if exited else None,
        ports=_ports(ports),
        labels={key: value for key, value in zip(_LABELS, labels, strict=True) if value},
    )


def _ports(text: str) -> dict[tuple[int, str], int]:
    """Read `127.0.0.1:32768->8000/tcp, 127.0.0.1:9000-9001->9000-9001/tcp, 53/udp`."""
    found: dict[tuple[int, str], int] = {}
    for first, last, inside, protocol in _PORT.findall(text):
        for offset in range(int(last or first) - int(first) + 1):
            found.setdefault((int(inside) + offset, protocol), int(first) + offset)
    return found
