"""What only the engine knows: its disk, its networks, where base images would come from."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

from taskslib.doctor.facts import Ask
from taskslib.doctor.health.facts import Reach
from taskslib.doctor.health.pools import DEFAULT_POOLS, left, pool
from taskslib.doctor.steps import STANDIN_LABEL


@dataclass(frozen=True, slots=True)
class EngineFacts:
    """What an engine says of itself."""

    root: str = ""
    """The folder of its data, on its own machine."""
    pools: int | None = None
    """How many more networks it can make."""


def engine_facts(
    ask: Ask, *, podman: bool = False, host: str = "", used: Iterable[str] = ()
) -> EngineFacts:
    """Ask the engine; what it does not say is not known, nor which addresses Podman gives.

    Args:
        ask: Runs a program.
        podman: Whether it is Podman.
        host: This machine's name.
        used: The address ranges that this machine uses; they count where the engine is on it.
    """
    info = _document(ask(("docker", "info", "--format", "{{json .}}")).stdout)
    if not isinstance(info, dict):
        return EngineFacts()
    if podman:
        return EngineFacts(str(info.get("DockerRootDir") or ""))
    told = info.get("DefaultAddressPools") or []
    named = [pool(str(one.get("Base")), int(one.get("Size") or 0)) for one in told]
    pools = [one for one in named if one is not None] if told else DEFAULT_POOLS
    listed = ask(("docker", "network", "ls", "--quiet"))
    if listed.code != 0:
        return EngineFacts(str(info.get("DockerRootDir") or ""))
    inspected = ask(("docker", "network", "inspect", *listed.stdout.split()))
    subnets = _subnets(_document(inspected.stdout))
    if info.get("Name") == host:
        subnets += used
    return EngineFacts(str(info.get("DockerRootDir") or ""), left(pools, subnets))


def reaches(images: Iterable[str], ask: Ask) -> Mapping[str, Reach]:
    """Return where each image would come from; a registry is asked only for what isn't here."""
    wanted = tuple(dict.fromkeys(images))
    with ThreadPoolExecutor(8) as threads:
        return dict(zip(wanted, threads.map(lambda one: _reach(one, ask), wanted), strict=True))


def _reach(image: str, ask: Ask) -> Reach:
    here = ask(("docker", "image", "inspect", "--format", "{{json .Config.Labels}}", image))
    if here.code == 0:
        labels = _document(here.stdout)
        made = isinstance(labels, dict) and labels.get(STANDIN_LABEL) == image
        return Reach.STAND_IN if made else Reach.HERE
    pulled = ask(("docker", "manifest", "inspect", image))
    return Reach.REGISTRY if pulled.code == 0 else Reach.NOWHERE


def _subnets(networks: Any) -> list[str]:
    ranges = (
        ((one.get("IPAM") or {}).get("Config") or [])
        for one in (networks if isinstance(networks, list) else [])
    )
    return [str(each.get("Subnet") or "") for some in ranges for each in some]


def _document(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError:
        return None
