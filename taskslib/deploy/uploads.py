"""Configs and secrets that are files, as a Swarm has them: sent once, and never changed. Pure.

`docker stack deploy` reads such a file anew each time, and refuses one that has changed. So each is
sent beforehand under a name with its content's hash, and what is deployed, and recorded, has it by
that name: going back takes no file, and a service whose file has changed is another one. Who may
read the names of secrets there may read what is in them, too.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from taskslib.stacks.endpoints import plain
from taskslib.stacks.engine import ComposeConfig

SECTIONS = {"configs": "config", "secrets": "secret"}
"""With what docker's command for them is called."""
_LONGEST = 64
"""Characters that a name has at most."""
_HASH = 12


@dataclass(frozen=True, slots=True)
class Upload:
    """A file that a Swarm is to have."""

    kind: str
    name: str
    file: str


def with_uploads(
    config: ComposeConfig, stack: str, read: Callable[[str], bytes]
) -> tuple[ComposeConfig, tuple[Upload, ...]]:
    """Return a configuration in which files are what a Swarm has of them, and these.

    Args:
        config: As Compose resolved it.
        stack: The stack's name.
        read: Returns what a file has.
    """
    made: dict[str, dict[str, Upload]] = {}
    for section, kind in SECTIONS.items():
        given = {
            key: plain(one["file"])
            for key, one in (config.get(section) or {}).items()
            if one and one.get("file")
        }
        made[section] = {
            key: Upload(kind, _name(stack, key, read(file)), file) for key, file in given.items()
        }
    services = {
        name: {**one, **{section: _using(one[section], made[section], section)
                         for section in SECTIONS if one.get(section)}}
        for name, one in config["services"].items()
    }  # fmt: skip
    sections = {section: _known(config[section], made[section])
                for section in SECTIONS if config.get(section)}  # fmt: skip
    uploads = tuple(one for found in made.values() for one in found.values())
    return {**config, **sections, "services": services}, uploads


def named(config: ComposeConfig) -> set[tuple[str, str]]:
    """Return kind and name of each config and secret that a configuration has by its name."""
    return {
        (kind, str(one.get("name")))
        for section, kind in SECTIONS.items()
        for one in (config.get(section) or {}).values()
        if one and one.get("external")
    }


def _name(stack: str, key: str, content: bytes) -> str:
    kept = f"{stack}_{key}"[: _LONGEST - _HASH - 1]
    return f"{kept}-{hashlib.sha256(content).hexdigest()[:_HASH]}"


def _known(section: Mapping[str, Any], made: Mapping[str, Upload]) -> dict[str, Any]:
    return {
        **{key: one for key, one in section.items() if key not in made},
        **{one.name: {"name": one.name, "external": True} for one in made.values()},
    }


def _using(
    used: Iterable[Mapping[str, Any]], made: Mapping[str, Upload], section: str
) -> list[dict[str, Any]]:
    """Return what a service uses, in its places: those without a target have one by their key."""
    place = "/" if section == "configs" else ""
    return [
        {**one, "source": made[key].name, "target": one.get("target") or f"{place}{key}"}
        if (key := one["source"]) in made
        else dict(one)
        for one in used
    ]
