"""A configuration as `docker stack deploy` takes it: what is translated and left out. Pure.

Compose's resolved form is not a stack file: that has the schema of Compose files of version 3,
which refuses most of what came after it, and ignores some of what it does not refuse. So what is
passed on is listed here, and what is left out is said.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from taskslib.deploy.running import starts_first
from taskslib.errors import ConfigError
from taskslib.stacks.endpoints import plain
from taskslib.stacks.engine import ComposeConfig
from taskslib.stacks.wait import one_shots

_SECTIONS = ("networks", "volumes", "configs", "secrets")
_SERVICE = frozenset(
    {
        "cap_add",
        "cap_drop",
        "command",
        "credential_spec",
        "deploy",
        "dns",
        "dns_search",
        "entrypoint",
        "environment",
        "healthcheck",
        "hostname",
        "image",
        "init",
        "isolation",
        "labels",
        "logging",
        "networks",
        "read_only",
        "stdin_open",
        "stop_grace_period",
        "stop_signal",
        "sysctls",
        "tmpfs",
        "tty",
        "ulimits",
        "user",
        "volumes",
        "working_dir",
    }
)
"""What a service has that a Swarm takes as it is."""
_TRANSLATED = frozenset(
    {
        "configs",
        "cpus",
        "extra_hosts",
        "mem_limit",
        "mem_reservation",
        "pids_limit",
        "ports",
        "restart",
        "scale",
        "secrets",
    }
)
_NEEDLESS = frozenset(
    {"attach", "build", "depends_on", "develop", "expose", "profiles", "pull_policy"}
)
"""What says nothing of how a service runs, or what is done here: the order of the services."""
_NETWORK = frozenset(
    {"attachable", "driver", "driver_opts", "external", "internal", "ipam", "labels", "name"}
)
_ATTACHED = frozenset({"aliases", "ipv4_address", "ipv6_address"})
_PORT = ("target", "published", "protocol", "mode")
_CONDITIONS = {"no": "none", "on-failure": "on-failure"}
"""Compose's restart policies; all others are `any`."""


def stack_file(config: ComposeConfig, services: Iterable[str]) -> ComposeConfig:
    """Return some services of a configuration, with all that they may use, as a stack file."""
    once = one_shots(config)
    chosen = {name: _service(config["services"][name], once=name in once) for name in services}
    sections = {key: dict(config[key]) for key in _SECTIONS if config.get(key)}
    if networks := sections.get("networks"):
        sections["networks"] = {name: _only(_NETWORK, one) for name, one in networks.items()}
    return {"services": chosen, **sections}


def left_out(config: ComposeConfig) -> Iterator[str]:
    """Yield a line for each part of a configuration that a Swarm can't have, or has otherwise.

    Raises `ConfigError` where the rest would be something else than was meant.
    """
    _refuse(config)
    for name, one in sorted(config["services"].items()):
        known = _SERVICE | _TRANSLATED | _NEEDLESS
        extra = [key for key in one if key not in known and not key.startswith("x-")]
        networks = (one.get("networks") or {}).items()
        extra += [
            f"networks.{net}.{key}" for net, at in networks for key in (at or {}).keys() - _ATTACHED
        ]
        extra += ["deploy.resources.reservations.devices"] if _devices(one) else []
        if extra:
            yield f"{name}: a Swarm has no {', '.join(sorted(extra))}; left out"
        if starts_first(one) and any(at.get("mode") == "host" for at in one.get("ports") or ()):
            yield f"{name}: a port in mode host is the old task's; take `order: start-first` out"
        for mount in one.get("volumes") or ():
            if mount["type"] == "bind":
                source = plain(mount["source"])
                yield f"{name}: {source} must be there on each node that it may run on"
    for name, one in (config.get("networks") or {}).items():
        if extra := sorted((one or {}).keys() - _NETWORK):
            yield f"network {name}: a Swarm has no {', '.join(extra)}; left out"


def _refuse(config: ComposeConfig) -> None:
    for name, one in sorted(config["services"].items()):
        for port in one.get("ports") or ():
            where = f"{name} publishes {port.get('published', 'a free port')}"
            if port.get("host_ip"):
                raise ConfigError(
                    f"{where} at {port['host_ip']} only, and a Swarm publishes at all addresses",
                    hint="take the address out of `ports`, or the whole port",
                )
            if not str(port.get("published", 0)).isdigit():
                raise ConfigError(f"{where}: a Swarm takes one port", hint="choose one of them")
    for section in ("configs", "secrets"):
        for name, one in (config.get(section) or {}).items():
            if told := sorted({"content", "environment"} & (one or {}).keys()):
                raise ConfigError(
                    f"{section}.{name}: a Swarm takes no `{told[0]}`",
                    hint="`file:` with its path, or `external: true` for one that the Swarm has",
                )


def _service(service: Mapping[str, Any], *, once: bool) -> dict[str, Any]:
    kept = _only(_SERVICE, service)
    if attached := kept.get("networks"):
        kept["networks"] = {name: _only(_ATTACHED, at or {}) for name, at in attached.items()}
    if ports := service.get("ports"):
        kept["ports"] = [_port(one) for one in ports]
    if hosts := service.get("extra_hosts"):  # Compose writes them with `=`
        kept["extra_hosts"] = [one.replace("=", ":", 1) for one in hosts]
    for section in ("configs", "secrets"):
        if files := service.get(section):
            kept[section] = [_file(one) for one in files]
    if mounts := service.get("volumes"):
        kept["volumes"] = [_mount(one) for one in mounts]
    kept["deploy"] = _deploy(service, once=once)
    return kept


def _only(keys: Iterable[str], given: Mapping[str, Any]) -> dict[str, Any]:
    """Return what is given of some keys; null is refused nearly everywhere."""
    return {key: given[key] for key in sorted(keys) if given.get(key) is not None}


def _port(port: Mapping[str, Any]) -> dict[str, Any]:
    kept = _only(_PORT, port)
    return {**kept, "published": int(kept["published"])} if "published" in kept else kept


def _file(given: Mapping[str, Any]) -> dict[str, Any]:
    """Return a config or secret of a service, with its mode as a number."""
    mode = given.get("mode")
    return {**given, "mode": int(mode, 8)} if isinstance(mode, str) else dict(given)


def _mount(mount: Mapping[str, Any]) -> dict[str, Any]:
    size = (mount.get("tmpfs") or {}).get("size")
    return {**mount, "tmpfs": {**mount["tmpfs"], "size": int(size)}} if size else dict(mount)


def _deploy(service: Mapping[str, Any], *, once: bool) -> dict[str, Any]:
    """Return the section `deploy`, with what else a service says of the same in Compose's words.

    One that others wait for to complete is not started again, which a Swarm does by itself.
    """
    told = dict(service.get("deploy") or {})
    policy = _policy("no" if once else service.get("restart"))
    if policy and not told.get("restart_policy"):
        told["restart_policy"] = policy
    if service.get("scale") is not None:
        told.setdefault("replicas", service["scale"])
    limits = {"cpus": "cpus", "memory": "mem_limit", "pids": "pids_limit"}
    resources = {
        "limits": _resources(service, told, "limits", limits),
        "reservations": _resources(service, told, "reservations", {"memory": "mem_reservation"}),
    }
    found = {key: one for key, one in resources.items() if one}
    told.pop("resources", None)
    return {**told, **({"resources": found} if found else {})}


def _resources(
    service: Mapping[str, Any], deploy: Mapping[str, Any], kind: str, keys: Mapping[str, str]
) -> dict[str, Any]:
    given = {ours: service[theirs] for ours, theirs in keys.items() if service.get(theirs)}
    told = {**given, **((deploy.get("resources") or {}).get(kind) or {})}
    told.pop("devices", None)
    return {key: value if key == "pids" else _text(value) for key, value in told.items()}


def _text(value: Any) -> Any:
    return str(value) if isinstance(value, int | float) else value


def _policy(restart: str | None) -> dict[str, Any]:
    if not restart:
        return {}
    kind, _, attempts = restart.partition(":")
    most = {"max_attempts": int(attempts)} if attempts else {}
    return {"condition": _CONDITIONS.get(kind, "any"), **most}


def _devices(service: Mapping[str, Any]) -> bool:
    resources = (service.get("deploy") or {}).get("resources") or {}
    return bool((resources.get("reservations") or {}).get("devices"))
