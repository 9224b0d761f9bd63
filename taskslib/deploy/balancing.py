"""What a Swarm's own load balancing, IPVS of the kernel, is needed for; and whether it is there.

Without it neither a name that stands for a service's tasks nor a port of the routing mesh leads
anywhere, and nothing says so but the services that wait for each other.
"""

from __future__ import annotations

import platform
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from taskslib.stacks.client import DockerClient
from taskslib.stacks.engine import ComposeConfig
from taskslib.stacks.wait import one_shots

_IPVS = Path("/proc/net/ip_vs")
_MACHINE = "{{.Name}} {{.KernelVersion}}"


def lacks_ipvs(docker: DockerClient) -> bool:
    """Return whether an engine is known to have no IPVS: it shares this machine's kernel."""
    if platform.system() != "Linux" or _IPVS.exists():
        return False
    told = docker.run("info", "--format", _MACHINE)
    return told.code == 0 and told.stdout.strip() == f"{platform.node()} {platform.release()}"


def balanced(config: ComposeConfig) -> Iterator[str]:
    """Yield a line for each part of a configuration that leads nowhere without IPVS. Pure."""
    services = config["services"]
    needed = {name for one in services.values() for name in one.get("depends_on") or ()}
    for name, one in sorted(services.items()):
        if name in needed - one_shots(config) and _by_address(one):
            yield (
                f"{name}: the kernel has no IPVS, so others don't reach it by its name; "
                "`deploy: {endpoint_mode: dnsrr}`"
            )
        for port in one.get("ports") or ():
            if port.get("mode", "ingress") == "ingress":
                yield (
                    f"{name}: the kernel has no IPVS, so port {port.get('target')} does not "
                    "answer; `mode: host`"
                )


def _by_address(service: Mapping[str, Any]) -> bool:
    """Return whether its name stands for one address, which all of its tasks share."""
    return bool((service.get("deploy") or {}).get("endpoint_mode", "vip") == "vip")
