"""Make any Compose file safe to run many times at once: rewrite its resolved form. Pure.

What a file fixes to one instance (names, host ports, addresses, shared networks) is replaced by
what is the instance's own, so isolation doesn't depend on the file's author. What can't be
isolated is refused. Everything made is labelled, so that teardown finds it.
"""

from __future__ import annotations

import copy
import json
from collections.abc import Mapping
from typing import Any

from taskslib.errors import ConfigError
from taskslib.stacks.endpoints import describe, literal
from taskslib.stacks.engine import ComposeConfig, Label
from taskslib.stacks.fixed import BRIDGE_NAME
from taskslib.stacks.reach import Reach

_HERE = Reach()
_DROPPED = ("container_name", "external_links", "x-taskslib")
_NAMED_DROPPED = ("enable_ipv6", "external", "ipam", "name")
"""Of networks and volumes. IPv6 goes with its address range: engines before 27 have no free one."""


def isolate(
    config: ComposeConfig, name: str, labels: Mapping[str, str], reach: Reach = _HERE
) -> ComposeConfig:
    """Return the configuration of one instance.

    Args:
        config: The stack as Compose resolved it; it is not changed.
        name: The instance's Compose project name, unique on the engine.
        labels: What everything made for the instance carries.
        reach: How the engine's published ports are reached.

    Raises:
        ConfigError: A service asks for what can't be isolated.
    """
    config = copy.deepcopy(config)
    config["name"] = name
    labels = {key: literal(value) for key, value in labels.items()}
    for kind in ("networks", "volumes"):
        for key, value in (config.get(kind) or {}).items():
            config[kind][key] = _isolate_named(value or {}, f"{name}_{key}", labels)
    services = config.get("services") or {}
    built = {
        _tagged(tag): f"{name}-{key}"
        for key, service in services.items()
        if (build := service.get("build"))
        for tag in (*(build.get("tags") or []), service.get("image"))
        if tag
    }
    for key, service in services.items():
        _refuse(key, service)
        _isolate_service(key, service, labels, reach)
        _name_image(key, service, name, built, labels)
    _build_once(services)
    return config


def _isolate_named(value: dict[str, Any], name: str, labels: Mapping[str, str]) -> dict[str, Any]:
    """Return a network or volume that is the instance's own, with a free address range."""
    kept = {key: one for key, one in value.items() if key not in _NAMED_DROPPED}
    if "driver_opts" in kept:
        options = kept["driver_opts"] or {}
        kept["driver_opts"] = {k: one for k, one in options.items() if k != BRIDGE_NAME}
    return {**kept, "name": name, "labels": {**(kept.get("labels") or {}), **labels}}


def _isolate_service(
    key: str, service: dict[str, Any], labels: Mapping[str, str], reach: Reach
) -> None:
    endpoints = describe(key, service)
    for dropped in _DROPPED:
        service.pop(dropped, None)
    service["restart"] = "no"
    (service.get("deploy") or {}).pop("restart_policy", None)
    if service.get("ports"):
        service["ports"] = _isolate_ports(service["ports"], reach.published)
    if reach.remote:
        _never_make_folders(service)
    networks = service.get("networks")
    if isinstance(networks, dict):
        for attached in networks.values():
            for address in ("ipv4_address", "ipv6_address"):
                (attached or {}).pop(address, None)
    service["labels"] = {**(service.get("labels") or {}), **labels}
    if endpoints:
        service["labels"][Label.ENDPOINTS] = literal(endpoints)


def _never_make_folders(service: Mapping[str, Any]) -> None:
    """See to it that what is mounted from a machine's files is there: Compose would make folders.

    On a machine that is not this one they would be empty, and nobody's to remove.
    """
    for mounted in service.get("volumes") or []:
        if mounted.get("type") == "bind":
            mounted["bind"] = {**(mounted.get("bind") or {}), "create_host_path": False}


def _isolate_ports(ports: list[dict[str, Any]], address: str) -> list[dict[str, Any]]:
    """Return each port once, published wherever the engine finds a free one."""
    fixed = ("published", "host_ip", "mode")
    isolated = []
    for port in ports:
        kept = {key: one for key, one in port.items() if key not in fixed}
        free = {**kept, "host_ip": address, "mode": "ingress"}
        if free not in isolated:
            isolated.append(free)
    return isolated


def _name_image(
    key: str,
    service: dict[str, Any],
    name: str,
    built: Mapping[str, str],
    labels: Mapping[str, str],
) -> None:
    """Give a built image a name of the instance's own; follow it where its tag is used again."""
    build = service.get("build")
    if build:
        service["image"] = f"{name}-{key}"
        build.pop("tags", None)
        owner = json.dumps([labels.get(key) for key in (Label.KIND, Label.HOST, Label.LOCKS)])
        ours = {Label.IMAGE: name, Label.IMAGE_OWNER: owner}
        build["labels"] = {**(build.get("labels") or {}), **ours}
    elif _tagged(service.get("image") or "") in built:
        service["image"] = built[_tagged(service["image"])]
    else:
        return
    service.pop("pull_policy", None)  # no registry has it


def _build_once(services: Mapping[str, dict[str, Any]]) -> None:
    """Let services that are built alike have one image: a build takes a while, changed or not.

    In the same profiles: what is in another is perhaps not built.
    """
    first: dict[str, str] = {}
    for service in services.values():
        build = service.get("build")
        # What another's build starts from has to stay one itself.
        if not build or any(_refers(one) for one in services.values()):
            continue
        parts = [build, service.get("platform"), service.get("profiles")]
        alike = json.dumps(parts, sort_keys=True)
        image = first.setdefault(alike, service["image"])
        if image != service["image"]:
            service["image"] = image
            for dropped in ("build", "pull_policy"):
                service.pop(dropped, None)


def _refers(service: Mapping[str, Any]) -> bool:
    contexts = (service.get("build") or {}).get("additional_contexts") or {}
    return any(str(value).startswith("service:") for value in contexts.values())


def _tagged(image: str) -> str:
    """Return an image's reference with its tag, `latest` where none is given."""
    return image if ":" in image.rpartition("/")[2] else f"{image}:latest"


def _refuse(key: str, service: Mapping[str, Any]) -> None:
    shared = {
        f"{field}: {value}"
        for field in ("network_mode", "pid", "ipc")
        if str(value := service.get(field) or "").startswith("container:")
    }
    if service.get("network_mode") == "host":
        shared.add("network_mode: host")
    shared |= {
        f"volumes_from: {value}"
        for value in service.get("volumes_from") or []
        if str(value).startswith("container:")
    }
    shared |= {f"external_links: {value}" for value in service.get("external_links") or []}
    if shared:
        raise ConfigError(
            f"service {key!r} can't be isolated: {', '.join(sorted(shared))}",
            hint="let the services of a test stack meet on a network of the same Compose file",
        )
