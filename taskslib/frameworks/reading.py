"""How a running suite's results are read: by the events that an injected plugin writes."""

from __future__ import annotations

from pathlib import Path
from typing import Protocol

from taskslib.frameworks.messages import Message, Unreadable, parse
from taskslib.frameworks.tail import Tail


class Reader(Protocol):
    """Turns what a suite's process writes into messages."""

    def follow(self) -> list[Message]:
        """Return what is new, while the process runs."""

    def finish(self) -> list[Message]:
        """Return the rest, once nobody writes any more.

        Called once, after the last `follow`.
        """

    @property
    def provisional(self) -> bool:
        """Whether what `follow` returned was for show, and `finish` returns all of the truth."""


class EventsReader:
    """Reads the lines that a plugin writes."""

    provisional = False

    def __init__(self, events: Path) -> None:
        self._events = Tail(events)

    def follow(self) -> list[Message]:
        """Return what the plugin told since the last call."""
        return [parse(line) for line in self._events.lines()]

    def finish(self) -> list[Message]:
        """Return the rest; a line that was never completed is none."""
        found = self.follow()
        return [*found, Unreadable()] if self._events.rest() else found
