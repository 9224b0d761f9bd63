"""The ports that a stack's files fix on this machine, and which variable moves each.

Looked at before anything starts: the engine would start half of a stack until one is taken.
"""

from __future__ import annotations

import errno
import re
import socket
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from taskslib.errors import ConfigError, StackError
from taskslib.project.dotenv import line_of
from taskslib.project.model import Stack, shown
from taskslib.project.references.interpolation import substituted, valued
from taskslib.stacks.engine import ComposeConfig, Container
from taskslib.stacks.limits import taken_port
from taskslib.stacks.lines import port_texts

_INVALID = re.compile(r"invalid hostPort: (\S+)", re.IGNORECASE)
_PORTS = range(65_536)
_IN_USE = (errno.EADDRINUSE, getattr(errno, "WSAEADDRINUSE", errno.EADDRINUSE))
_ANY = ("", "0.0.0.0", "::")  # noqa: S104 — what a file says


@dataclass(frozen=True, slots=True)
class Published:
    """A port that a service publishes."""

    service: str
    port: int
    protocol: str
    address: str
    """Of this machine; empty for all of them."""

    def meets(self, other: Published) -> bool:
        """Whether only one of the two can have it."""
        both = {self.address, other.address}
        alike = (self.port, self.protocol) == (other.port, other.protocol)
        return alike and (len(both) == 1 or not both.isdisjoint(_ANY))


@dataclass(frozen=True, slots=True)
class Sources:
    """Where the ports of a stack are decided: its files, its `.env`, the environment."""

    stack: Stack
    root: Path
    """The repo's."""
    file: Mapping[str, str]
    """What `.env` says."""
    environ: Mapping[str, str]
    """The environment, which wins over it."""

    def variables(self, port: str, service: str = "") -> tuple[str, ...]:
        """Return the variables that make a service (or any) publish a port."""
        values = {**self.file, **self.environ}
        found: list[str] = []
        for key, text in port_texts(self.stack.files):
            if service in {"", key} and port in (substituted(text, values, blank=True) or ""):
                found += [name for name, value in valued(text, values) if value == port]
        return tuple(dict.fromkeys(found))

    def place(self, name: str) -> str:
        """Return where a variable has its value: `deploy/dev/.env:3`; empty for a default."""
        if name in self.environ:
            return "the environment"
        return f"{self.env}:{line_of(self._text(), name)}" if name in self.file else ""

    @property
    def env(self) -> str:
        """The `.env`, for people."""
        return shown(self.stack.folder / ".env", self.root)

    @property
    def files(self) -> str:
        """The stack's files, for people."""
        return ", ".join(shown(path, self.root) for path in self.stack.files)

    def _text(self) -> str:
        return (self.stack.folder / ".env").read_text("utf-8", "replace")


def published(config: ComposeConfig) -> Iterator[Published]:
    """Yield the ports that a configuration fixes; of services in a profile none. Pure."""
    for service, one in config["services"].items():
        for port in () if one.get("profiles") else one.get("ports") or []:
            given = str(port.get("published") or "0")
            if given.isdecimal() and given != "0":
                protocol, address = port.get("protocol", "tcp"), port.get("host_ip", "")
                yield Published(service, int(given), protocol, address)


def refuse_ports(
    config: ComposeConfig,
    own: Iterable[Container],
    sources: Sources,
    taken: Callable[[str, int], bool] | None,
) -> None:
    """Raise where the ports of a stack can't all be had.

    Args:
        config: The stack, as Compose resolved it.
        own: Its containers that are there: what they have is the stack's.
        sources: Where its ports are decided.
        taken: Tells whether something on this machine has a port; None where the engine is
            elsewhere.

    Raises:
        ConfigError: One is no port, or two services publish the same.
        StackError: Something else has one.
    """
    found = list(published(config))
    for number, one in enumerate(found):
        if one.port not in _PORTS:
            raise no_port(str(one.port), sources) or ConfigError(
                f"{sources.files}: {one.service} publishes {one.port}, which is no port"
            )
        for other in found[:number]:
            if other.service != one.service and other.meets(one):
                raise _both(other, one, sources)
    ours = {port for container in own for port in container.ports.values()}
    for one in found if taken is not None else ():
        free = one.protocol != "tcp" or one.port in ours
        if not free and taken is not None and taken(one.address, one.port):
            raise port_taken(one.port, sources)


def in_use(address: str, port: int) -> bool:
    """Tell whether a program on this machine listens at a port; what can't be known is no."""
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    try:
        socket.create_server((address, port), family=family).close()
    except PermissionError:  # only an administrator's program may listen there
        return False
    except OSError as error:
        return error.errno in _IN_USE
    return False


def no_port(value: str, sources: Sources) -> ConfigError | None:
    """Return the error for a value that is no port; None where no variable has it."""
    name = next(iter(sources.variables(value)), "")
    place = sources.place(name) if name else ""
    if not place:
        return None
    return ConfigError(
        f"{place}: {name} is {value}, which is no port",
        hint=f"a number from 1 to {_PORTS[-1]}: {name}=…",
    )


def refused_port(error: ConfigError, sources: Sources) -> ConfigError | None:
    """Return Compose's refusal of a port with the variable that has it; None for another one."""
    found = _INVALID.search(error.message)
    return no_port(found[1], sources) if found else None


def port_error(error: StackError, sources: Sources) -> StackError | None:
    """Return the error for a start that failed for a port that is taken; None for another one."""
    port = taken_port(error.details)
    return None if port is None else port_taken(port, sources)


def port_taken(port: int, sources: Sources) -> StackError:
    """Return the error for a port that something else has."""
    what = f"port {port} is taken on this machine"
    if name := next(iter(sources.variables(str(port))), ""):
        hint = f"give another one in {sources.env}, {name}=…, or end what listens there"
        return StackError(f"{what} ({name})", hint=hint)
    return StackError(
        what, hint=f"end what listens there, or publish another one in {sources.files}"
    )


def _both(one: Published, other: Published, sources: Sources) -> ConfigError:
    names = [sources.variables(str(one.port), each.service)[:1] for each in (one, other)]
    first, second = names
    if first and second and first != second:
        where = next((place for (name,) in names if (place := sources.place(name))), sources.files)
        return ConfigError(
            f"{where}: {first[0]} and {second[0]} are both {one.port}",
            hint=f"give one of them another port in {sources.env}",
        )
    return ConfigError(
        f"{sources.files}: {one.service} and {other.service} both publish port {one.port}",
        hint="give one of them another port",
    )
