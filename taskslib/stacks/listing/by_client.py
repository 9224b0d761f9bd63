"""What Docker's client lists, as data: a `docker ps` line per container; images. Pure."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping

from taskslib.stacks.engine import ComposeLabel, Container, Label

LABELS = (
    Label.PROJECT,
    Label.SERVICE,
    Label.INSTANCE,
    Label.NAME,
    Label.ROOT,
    Label.BRANCH,
    Label.HOST,
    Label.KIND,
    Label.LOCKS,
    Label.ENDPOINTS,
)
"""Those of ours that a listing tells."""
_FIELDS = ("ID", "Names", "State", "Status", "Ports", "CreatedAt")
_EACH_LABEL = ",".join(f'{{{{json (.Label "{label}")}}}}' for label in LABELS)
LABELS_FORMAT = f"[{_EACH_LABEL}]"
"""The template for the listings of networks and volumes: their labels of ours."""
FORMAT = (
    "["
    + ",".join(f"{{{{json .{field}}}}}" for field in _FIELDS)
    + f',{{{{json (.Label "{ComposeLabel.SERVICE}")}}}},{_EACH_LABEL}]'
)
"""The template for `docker ps --format`. Labels one by one: in the list of all of them, a comma
inside a value can't be told from one between two."""

VOLUMES_FORMAT = f'[{{{{json .Name}}}},{{{{json (.Label "{Label.ROOT}")}}}}]'
"""The template for the listing of an instance's volumes."""

_HEALTH = re.compile(r"\((healthy|unhealthy|health: starting)\)")
_EXIT = re.compile(r"Exited \((\d+)\)")
_PORT = re.compile(r":(\d+)(?:-(\d+))?->(\d+)(?:-\d+)?/(\w+)")


def parse_containers(listing: str) -> tuple[Container, ...]:
    """Return the containers of a listing made with `FORMAT`."""
    return tuple(_container(json.loads(line)) for line in listing.split("\n") if line.strip())


def parse_labels(listing: str) -> list[dict[str, str]]:
    """Return the labels of a listing made with `LABELS_FORMAT`."""
    return [_labels(json.loads(line)) for line in listing.split("\n") if line.strip()]


def parse_volumes(listing: str) -> dict[str, str]:
    """Return the volumes of a listing made with `VOLUMES_FORMAT`, each with its checkout."""
    return dict(json.loads(line) for line in listing.split("\n") if line.strip())


def image_labels(listing: str) -> list[dict[str, str]]:
    """Return the labels of images (a JSON object a line), as if they were a container's."""
    found = (owner(json.loads(line or "{}") or {}) for line in listing.split("\n"))
    return [labels for labels in found if labels]


def owner(labels: Mapping[str, str]) -> dict[str, str]:
    """Return an image's labels as if they were a container's; empty where it is not ours.

    Such is one built from one of ours by hand, or by an older version.
    """
    try:
        kind, host, locks = json.loads(labels.get(Label.IMAGE_OWNER, ""))
    except ValueError:
        return {}
    name = labels.get(Label.IMAGE, "")
    return {Label.NAME: name, Label.KIND: kind, Label.HOST: host, Label.LOCKS: locks}


def own_images(name: str, listed: Iterable[str]) -> list[str]:
    """Return an instance's images among `ID=REPOSITORY:TAG`: those with its name, or with none.

    An image that somebody built from one of them inherits the label, and is not ours.
    """
    pairs = [one.partition("=")[::2] for one in listed]
    named = [reference for _, reference in pairs if reference.startswith(f"{name}-")]
    return named + [identity for identity, reference in pairs if reference.startswith("<none>")]


def _container(fields: list[str]) -> Container:
    identity, name, state, status, ports, created, service, *labels = fields
    return Container(
        id=identity,
        name=name,
        service=service,
        state=state,
        status=status,
        created=created,
        health=health(status),
        exit_code=exit_code(status),
        ports=_ports(ports),
        labels=_labels(labels),
    )


def health(status: str) -> str:
    """Return the health in a container's status; empty without a healthcheck."""
    found = _HEALTH.search(status)
    return found[1].removeprefix("health: ") if found else ""


def exit_code(status: str) -> int | None:
    """Return the exit code in a container's status, of one that has ended."""
    found = _EXIT.match(status)
    return int(found[1]) if found else None


def _labels(values: Iterable[str]) -> dict[str, str]:
    return {key: value for key, value in zip(LABELS, values, strict=True) if value}


def _ports(text: str) -> dict[tuple[int, str], int]:
    """Read `127.0.0.1:32768->8000/tcp, 127.0.0.1:9000-9001->9000-9001/tcp, 53/udp`."""
    found: dict[tuple[int, str], int] = {}
    for first, last, inside, protocol in _PORT.findall(text):
        for offset in range(int(last or first) - int(first) + 1):
            found.setdefault((int(inside) + offset, protocol), int(first) + offset)
    return found
