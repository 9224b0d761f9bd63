"""From published ports to the variables that tests get. Pure.

How a port becomes a URL is decided when the stack starts, and written on the container as a
label; so a running instance tells its endpoints by itself, without its Compose file.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from taskslib.errors import ConfigError, did_you_mean
from taskslib.stacks.engine import Container, Label
from taskslib.stacks.urls import template

_EXTENSION_KEYS = ("env", "port", "url")
_OURS = ("TEST_INSTANCE_ID", "TEST_COMPOSE_PROJECT")


@dataclass(frozen=True, slots=True)
class Endpoint:
    """A published port of an instance."""

    service: str
    container_port: int
    protocol: str
    host: str
    port: int
    """The port on `host`."""
    url: str
    """Empty for a port that isn't TCP."""
    variables: tuple[tuple[str, str], ...]
    """What it adds to the tests' environment."""


def describe(service: str, config: Mapping[str, Any]) -> str:
    """Return the label that says how a service's published ports become variables (JSON).

    `x-taskslib: {env: NAME, url: TEMPLATE, port: N}` of the service (or a list of such) gives the
    URL's variable another name, or the URL another form; `{host}` and `{port}` stand in it for
    where the port is published. Raises `ConfigError` for an extension that is none.
    """
    ports = [
        (int(port["target"]), port.get("protocol", "tcp")) for port in config.get("ports") or []
    ]
    ports = list(dict.fromkeys(ports))
    extensions = _extensions(service, config.get("x-taskslib"), ports)
    described = []
    for number, protocol in ports:
        second = protocol != "tcp" and (number, "tcp") in ports
        suffix = f"_{number}{f'_{protocol.upper()}' if second else ''}" if len(ports) > 1 else ""
        own = {} if second else extensions.get(number, {})
        url = template(number, _environment(config)) if protocol == "tcp" else ""
        described.append(
            {
                "port": number,
                "protocol": protocol,
                "url": own.get("url", url),
                "env": own.get("env", f"{_prefix(service)}_URL{suffix}"),
                "suffix": suffix,
            }
        )
    return json.dumps(described, separators=(",", ":")) if described else ""


def endpoints(containers: Iterable[Container], host: str) -> tuple[Endpoint, ...]:
    """Return the endpoints of an instance's running containers, by service and port.

    Of a service's several containers the first counts.
    """
    found: dict[tuple[str, int, str], Endpoint] = {}
    for container in sorted(containers, key=lambda one: (one.service, one.name)):
        label = container.labels.get(Label.ENDPOINTS, "")
        for one in json.loads(label) if label else []:
            published = container.ports.get((one["port"], one["protocol"]))
            if published is not None:
                found.setdefault(
                    (container.service, one["port"], one["protocol"]),
                    _endpoint(container.service, one, host, published),
                )
    return tuple(found[key] for key in sorted(found))


def variables(found: Iterable[Endpoint]) -> dict[str, str]:
    """Return what the endpoints add to the tests' environment.

    Raises `ConfigError` where two services come to one name (`my-api` and `my_api`).
    """
    merged: dict[str, str] = {}
    owner: dict[str, str] = {}
    for endpoint in found:
        for name, value in endpoint.variables:
            if merged.setdefault(name, value) != value:
                raise ConfigError(
                    f"services {owner[name]!r} and {endpoint.service!r} both give {name}",
                    hint="rename one in the Compose file, or give its URL another name: "
                    "x-taskslib: {env: TEST_OTHER_URL}",
                )
            owner.setdefault(name, endpoint.service)
    return merged


def _endpoint(service: str, one: Mapping[str, Any], host: str, published: int) -> Endpoint:
    shown_host = f"[{host}]" if ":" in host else host
    url = one["url"].replace("{host}", shown_host).replace("{port}", str(published))
    prefix, suffix = _prefix(service), one["suffix"]
    named = [(f"{prefix}_HOST{suffix}", host), (f"{prefix}_PORT{suffix}", str(published))]
    if not suffix:  # which of the container's ports it is
        named.append((f"{prefix}_PORT_{one['port']}", str(published)))
    if url:
        named.append((one["env"], url))
    return Endpoint(service, one["port"], one["protocol"], host, published, url, tuple(named))


def _prefix(service: str) -> str:
    return "TEST_" + re.sub(r"[^A-Z0-9]", "_", service.upper())


def _extensions(
    service: str, extension: object, ports: list[tuple[int, str]]
) -> dict[int, Mapping[str, str]]:
    """Return the service's `x-taskslib` entries by container port."""
    entries = extension if isinstance(extension, list) else [extension] if extension else []
    found: dict[int, Mapping[str, str]] = {}
    for entry in entries:
        where = f"x-taskslib of service {service!r}"
        if not isinstance(entry, dict) or not ports:
            raise ConfigError(f"{where}: wants {{env: …, url: …}} on a service with `ports`")
        for key in entry:
            if key not in _EXTENSION_KEYS:
                raise ConfigError(
                    f"{where}: unknown key {key!r}",
                    hint=f"{did_you_mean(str(key), _EXTENSION_KEYS)}known keys: env, port, url",
                )
        given = {key: plain(str(one)) for key, one in entry.items() if one is not None}
        env = given.get("env", "TEST_X")
        if not re.fullmatch(r"[A-Za-z_][A-Za-z0-9_]*", env) or env in _OURS:
            raise ConfigError(f"{where}: {env!r} can't be a variable's name")
        wanted = given.pop("port", str(ports[0][0]))
        port = next((number for number, _ in ports if str(number) == wanted), None)
        if port is None:
            raise ConfigError(f"{where}: the service doesn't publish port {wanted}")
        if port in found:
            raise ConfigError(f"{where}: port {port} stands in it twice")
        found[port] = given
    return found


def literal(text: str) -> str:
    """Return a text so that Compose, which interpolates what it is fed, gives it back."""
    return text.replace("$", "$$")


def plain(text: str) -> str:
    """Return a text of a resolved configuration as what it means."""
    return text.replace("$$", "$")


def _environment(config: Mapping[str, Any]) -> dict[str, str]:
    """Return a service's own variables as its container sees them."""
    given = config.get("environment") or {}
    return {name: plain(str(value)) for name, value in given.items() if value}
