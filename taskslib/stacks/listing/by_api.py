"""What the engine's API lists, as data. Pure.

The client's listings are made from the same objects, so both ways tell the same.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from taskslib.stacks.engine import ComposeLabel, Container
from taskslib.stacks.listing.by_client import LABELS, exit_code, health

Told = Mapping[str, Any]
"""An object of the API."""
_SHOWN = 12
"""Characters of an image's id that are enough, as the client shows it."""


def container(told: Told) -> Container:
    """Return a container of `/containers/json`."""
    labels = told.get("Labels") or {}
    status = told["Status"]
    return Container(
        id=told["Id"],
        name=container_name(told),
        service=labels.get(ComposeLabel.SERVICE, ""),
        state=told["State"],
        status=status,
        created=f"{datetime.fromtimestamp(told['Created']).astimezone():%Y-%m-%d %H:%M:%S %z %Z}",
        health=health(status),
        exit_code=exit_code(status),
        ports=_ports(told.get("Ports") or ()),
        labels=ours(told),
    )


def container_name(told: Told) -> str:
    """Return the name of a container; links to it give it more, with the other's before."""
    names: list[str] = [one.removeprefix("/") for one in told["Names"]]
    return min(names, key=lambda one: one.count("/"))


def ours(told: Told) -> dict[str, str]:
    """Return the labels of ours that a container, network or volume has."""
    labels = told.get("Labels") or {}
    return {key: value for key in LABELS if (value := labels.get(key))}


def image_names(told: Iterable[Told]) -> Iterable[str]:
    """Yield the names of images of `/images/json`, each as `ID=REPOSITORY:TAG`."""
    for one in told:
        identity = one["Id"].removeprefix("sha256:")[:_SHOWN]
        # One without a tag can still have a repository, and is somebody's then.
        digests = (f"{digest.partition('@')[0]}:<none>" for digest in one.get("RepoDigests") or ())
        for reference in one.get("RepoTags") or tuple(digests) or ("<none>:<none>",):
            # Podman has the whole name of what Docker and the client call by its short one.
            short = reference.removeprefix("docker.io/").removeprefix("library/")
            yield f"{identity}={short}"


def _ports(told: Iterable[Told]) -> dict[tuple[int, str], int]:
    """Return published ports: (container port, protocol) → host port, that of IPv4 first."""
    found: dict[tuple[int, str], int] = {}
    for one in sorted(told, key=lambda port: str(port.get("IP", ""))):
        if one.get("PublicPort"):
            found.setdefault((one["PrivatePort"], one["Type"]), one["PublicPort"])
    return found
