"""Why what comes up is not there yet, said to people while they wait."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass

_LASTING = 3.0
"""Seconds that a reason has been the same: a Swarm has many that pass at once."""


@dataclass(slots=True)
class Reasons:
    """Hears how containers are, time and again, and says it where there is a reason for long."""

    say: Callable[[str], None]
    clock: Callable[[], float] = time.monotonic
    _words: str = ""
    _since: float = 0.0
    _said: str = ""

    def __call__(self, words: str) -> None:
        """Take words such as `web pending (no suitable node), store healthy`."""
        if words != self._words:
            self._words, self._since = words, self.clock()
            return
        told = words == self._said or " (" not in words
        if not told and self.clock() - self._since >= _LASTING:
            self._said = words
            self.say(f"waiting: {words}")
