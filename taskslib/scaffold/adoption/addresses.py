"""Variables of a recipe that say where a container is: each run's stack has other ports. Pure."""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass

from taskslib.scaffold.adoption.commands import Call
from taskslib.scaffold.adoption.containers import is_of_stack
from taskslib.scaffold.adoption.found import Found, Published
from taskslib.secrets import is_secret_name

_ADDRESS = re.compile(
    r"(?:(?P<scheme>[a-z][a-z0-9+.-]*)://(?P<login>[^/@\s]*@)?)?"
    r"(?:localhost|127(?:\.\d{1,3}){3}|0\.0\.0\.0|\[::1?\]|host\.docker\.internal)"
    r"(?::(?P<port>\d{1,5}))?(?P<path>[/?#]\S*)?",
    re.IGNORECASE | re.ASCII,
)


@dataclass(frozen=True, slots=True)
class Address:
    """A variable that says where a container is."""

    variable: str
    container: Published | None
    """Which it is, where a Compose file publishes that port."""
    scheme: str = ""
    path: str = ""
    """What follows host and port in its value."""


def address(found: Found, stack: Collection[str], name: str, value: str) -> Address | None:
    """Return what a variable says of a container; None where it says nothing of one.

    Args:
        found: The repo.
        stack: The Compose files of the stack that the tests get.
        name: What the variable is called.
        value: What it has.
    """
    if name.upper().endswith("PORT") and value.isdecimal():
        container = _container(found, stack, value)
        return Address(name, container) if container else None
    told = _ADDRESS.fullmatch(value)
    if told is None or not (told["scheme"] or told["port"] or name.upper().endswith("HOST")):
        return None
    path = told["path"] or ""
    return Address(name, _container(found, stack, told["port"]), told["scheme"] or "", path)


def left_out(found: Found, stack: Collection[str], call: Call) -> Iterator[str]:
    """Yield a note of each variable of a call that says where a container of a stack is."""
    for name, value in call.env:
        if is_secret_name(name) or is_of_stack(name):
            continue
        if (one := address(found, stack, name, value)) is not None:
            yield (
                f"{name} is the address of a container, and each run's stack has ports of its own, "
                f"so its value was not taken over: {_instead(found, stack, one)}"
            )


def _instead(found: Found, stack: Collection[str], one: Address) -> str:
    """Return what gives the tests the address of their own container."""
    service = one.container.service if one.container else ""
    if not one.scheme and not one.path and not one.variable.upper().endswith(("URL", "URI")):
        prefix = re.sub(r"[^A-Z0-9]", "_", service.upper()) or "SERVICE"
        return f"they get it as TEST_{prefix}_HOST, TEST_{prefix}_PORT and TEST_{prefix}_URL"
    told = {"env": one.variable}
    if one.container and len(_targets(found, stack, service)) > 1:
        told["port"] = one.container.target
    if one.path.strip("/") and one.scheme.startswith("http"):
        told["url"] = json.dumps(f"{one.scheme}://{{host}}:{{port}}{one.path}", ensure_ascii=False)
    inner = ", ".join(f"{key}: {value}" for key, value in told.items())
    where = f"`services: {service}:`" if service else "the service that it is of, with `ports`,"
    return f"`x-taskslib: {{{inner}}}` below {where} in {_file(found, stack, one)} gives it to them"


def _file(found: Found, stack: Collection[str], one: Address) -> str:
    """Return the file of a stack that publishes a container."""
    having = (
        path
        for path in stack
        if path in found.composes and one.container in found.composes[path].published
    )
    return next(having, next(iter(stack), ""))


def _container(found: Found, stack: Collection[str], port: str | None) -> Published | None:
    fitting = (one for one in _published(found, stack) if str(one.port) == port)
    return next(fitting, None)


def _targets(found: Found, stack: Collection[str], service: str) -> set[str]:
    return {one.target for one in _published(found, stack) if one.service == service}


def _published(found: Found, stack: Collection[str]) -> Iterator[Published]:
    for path in stack:
        if path in found.composes:
            yield from found.composes[path].published
