"""What a service publishes: `ports` in both forms."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from taskslib.lint.edits import replaced
from taskslib.lint.finding import Edit
from taskslib.lint.nodes import Entry, Node
from taskslib.lint.texts import default, split


@dataclass(frozen=True, slots=True)
class Port:
    """A published port, as it is written."""

    entry: Entry
    ip: str
    published: str
    """Empty where the engine chooses."""
    target: str
    protocol: str
    long: bool

    @property
    def node(self) -> Node:
        """Return the element."""
        return self.entry.value

    @property
    def fixed(self) -> str:
        """Return the host's port, or the range of them, that is taken if no variable is set."""
        told = default(self.published) or ""
        return told if _PORTS.fullmatch(told) and told != "0" else ""

    @property
    def taken(self) -> tuple[int, ...]:
        """Return the host's ports that are taken for certain: of several for one, any can be."""
        first, dash, last = self.fixed.partition("-")
        if not self.fixed or (dash and "-" not in self.target):
            return ()
        return tuple(range(int(first), min(int(last or first), _HIGHEST) + 1))

    @property
    def targets(self) -> tuple[str, ...]:
        """Return the container's ports, each of a range."""
        first, _, last = self.target.partition("-")
        if not first.isdecimal() or not (last or first).isdecimal():
            return ()
        return tuple(str(one) for one in range(int(first), min(int(last or first), _HIGHEST) + 1))

    @property
    def loopback(self) -> bool:
        """Whether only this machine reaches it; what a variable alone says is believed."""
        told = default(self.ip)
        return told is None or told.strip("[]") == "::1" or told.startswith("127.")

    def short(self, ip: str, published: str) -> str:
        """Return its short form with another address or port."""
        end = f"/{self.protocol}" if self.protocol else ""
        begin = f"{ip}:{published}:" if ip else f"{published}:" if published else ""
        return f"{begin}{self.target}{end}"


def rewritten(port: Port, ip: str, published: str) -> Edit:
    """Return what rewrites a port's short form; with colons in it, it gets quotes."""
    node, text = port.node, port.short(ip, published)
    if node.style or ":" not in text:
        return replaced(node, text)
    return Edit(node.source.path, node.start, node.end, f'"{text}"')


_HIGHEST = 65535
_PORTS = re.compile(r"\d+(-\d+)?")


def ports(service: Node) -> Iterator[Port]:
    """Yield what a service publishes."""
    for entry in (service.get("ports") or service).each():
        node = entry.value
        if node.is_map:
            published, target = node.value("published"), node.value("target")
            ends = node.value("host_ip"), published, target, node.value("protocol")
            yield Port(entry, *ends, long=True)
        elif node.text:
            rest, _, protocol = node.text.partition("/")
            *before, target = split(rest)
            *ip, published = before or [""]
            yield Port(entry, ":".join(ip), published, target, protocol, long=False)
