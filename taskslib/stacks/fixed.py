"""What a Compose file fixes to one instance, and where: told, since `isolate` replaces it. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from taskslib.stacks.engine import ComposeConfig

BRIDGE_NAME = "com.docker.network.bridge.name"
"""A network's option that fixes the name of the host's device."""


@dataclass(frozen=True, slots=True)
class Fixed:
    """One thing of a resolved configuration that would collide with another instance's."""

    path: tuple[str, ...]
    """The keys that lead to it."""
    value: str
    """What it is fixed to; for a port the host's. Empty where the key says all."""

    def __str__(self) -> str:
        kind, key, *rest = self.path
        words = " ".join((*rest, self.value)).strip()
        return f"{kind[:-1]} {key}: {words}"


def fixed(config: ComposeConfig, name: str) -> Iterator[Fixed]:
    """Yield what a file fixes.

    Args:
        config: The stack as Compose resolved it, before it is isolated.
        name: The Compose project name with which it was resolved.
    """
    for key, service in (config.get("services") or {}).items():
        yield from _of_service(("services", key), service)
    for kind in ("networks", "volumes"):
        for key, value in (config.get(kind) or {}).items():
            yield from _of_named((kind, key), value or {}, f"{name}_{key}")


def _of_service(path: tuple[str, ...], service: Mapping[str, Any]) -> Iterator[Fixed]:
    if service.get("container_name"):
        yield Fixed((*path, "container_name"), str(service["container_name"]))
    if service.get("restart") not in (None, "no"):
        yield Fixed((*path, "restart"), str(service["restart"]))
    if (service.get("deploy") or {}).get("restart_policy"):
        yield Fixed((*path, "deploy", "restart_policy"), "")
    for port in service.get("ports") or []:
        if str(port.get("published") or "0") != "0":
            yield Fixed((*path, "ports"), str(port["published"]))
    networks = service.get("networks")
    for network, attached in networks.items() if isinstance(networks, dict) else ():
        for key in ("ipv4_address", "ipv6_address"):
            if (attached or {}).get(key):
                yield Fixed((*path, "networks", network, key), str(attached[key]))


def _of_named(path: tuple[str, ...], value: Mapping[str, Any], own: str) -> Iterator[Fixed]:
    if value.get("external"):
        yield Fixed((*path, "external"), str(value.get("name") or ""))
    elif value.get("name") not in (None, own):
        yield Fixed((*path, "name"), str(value["name"]))
    if (value.get("ipam") or {}).get("config"):
        yield Fixed((*path, "ipam"), "")
    if (value.get("driver_opts") or {}).get(BRIDGE_NAME):
        yield Fixed((*path, "driver_opts", BRIDGE_NAME), "")
