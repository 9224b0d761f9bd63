"""What services use besides their own words: networks, volumes, configs and secrets. Pure.

Compose recreates a container for what its service says, and for little of what that names: of a
config whose content has changed it keeps the old one. So each service says by a hash, in a label of
ours, what it uses is: with another content it is another service.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from taskslib.deploy.record import DEFINITIONS
from taskslib.stacks.endpoints import plain
from taskslib.stacks.engine import ComposeConfig

_SECTIONS = ("networks", "volumes", "configs", "secrets")
_HASH = 12


def with_definitions(
    config: ComposeConfig, read: Callable[[str], bytes], variables: Mapping[str, str]
) -> ComposeConfig:
    """Return a configuration whose services say what they use is.

    Args:
        config: As Compose resolved it.
        read: Returns what a file has.
        variables: What Compose knows: configs and secrets can be of a variable.
    """
    known = {
        (section, key): _definition(one or {}, read, variables)
        for section in _SECTIONS
        for key, one in (config.get(section) or {}).items()
    }
    services = {}
    for name, one in config["services"].items():
        services[name] = one
        if used := [[*place, known[place]] for place in sorted(set(_used(one)) & known.keys())]:
            label = {DEFINITIONS: _hash(json.dumps(used, sort_keys=True).encode())}
            services[name] = {**one, "labels": {**(one.get("labels") or {}), **label}}
    return {**config, "services": services}


def lasting(before: ComposeConfig, after: ComposeConfig) -> Iterator[str]:
    """Yield a line for each thing that has changed, and that a target may keep as it was made."""
    ends = {
        "networks": "one that is there stays as it was made on a Swarm, and with an older Compose",
        "volumes": "one that is there stays as it was made, with all data",
    }
    for section, words in ends.items():
        old, new = before.get(section) or {}, after.get(section) or {}
        for key in sorted(old.keys() & new.keys()):
            if old[key] != new[key] and _name(old[key]) == _name(new[key]):
                yield f"{section[:-1]} {key} has changed: {words}"


def _name(definition: Mapping[str, Any] | None) -> object:
    return (definition or {}).get("name")


def _used(service: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Yield section and key of what a service names."""
    for section in _SECTIONS:
        for one in service.get(section) or ():
            yield section, one if isinstance(one, str) else str(one.get("source", ""))


def _definition(
    one: Mapping[str, Any], read: Callable[[str], bytes], variables: Mapping[str, str]
) -> dict[str, Any]:
    """Return what something is, with the hash of what it has from elsewhere."""
    found = dict(one)
    if file := one.get("file"):
        found["content"] = _hash(read(plain(file)))
    if name := one.get("environment"):
        found["content"] = _hash(variables.get(name, "").encode())
    return found


def _hash(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()[:_HASH]
