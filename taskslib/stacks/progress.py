"""What a stack's start is at, said where it takes long: Compose itself says nothing until its end.

While Compose starts what others wait for, nobody but a second look at the engine knows which.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

from taskslib.cancellation import Cancellation
from taskslib.errors import EngineError, Interrupted
from taskslib.stacks.engine import Container, Engine
from taskslib.stacks.observing import Observed
from taskslib.stacks.wait import Expected, readiness

_LOOK = 0.5
"""Seconds between two looks."""
_PATIENCE = 2.0
"""Seconds that a step may take before anything is said of it."""


class Progress:
    """Says what the start of an instance is at: a line for each change, none if it is quick."""

    def __init__(
        self,
        name: str,
        engine: Callable[[Cancellation], Engine],
        say: Callable[[str], None],
        cancellation: Cancellation,
    ) -> None:
        """Take an instance's name, what gives the engine, who is told, and what ends it."""
        self._name = name
        self._say = say
        self._ours = cancellation.child()
        self._engine = engine(self._ours)
        self._step, self._since = "", time.monotonic()
        self._far = self._said = ""

    def step(self, name: str) -> None:
        """Take note of the step that begins: build, start, wait."""
        self._step, self._since = name, time.monotonic()

    def far(self, words: str) -> None:
        """Take note of how far the wait is: `web not answering, store healthy`."""
        self._far = words

    @contextmanager
    def watching(self) -> Iterator[None]:
        """Say it while this context lasts."""
        with ThreadPoolExecutor(1, "progress") as pool:
            done = pool.submit(self._watch)
            try:
                yield
            finally:
                self._ours.request(0)
            done.result()

    def _watch(self) -> None:
        try:
            while True:
                self._ours.pause(_LOOK)
                if time.monotonic() - self._since >= _PATIENCE:
                    self._tell(self._words())
        except (EngineError, Interrupted):
            return  # who starts the stack says what is wrong with the engine

    def _words(self) -> str:
        match self._step:
            case "build":
                return "building images"
            case "start":
                return waiting_words(self._engine.containers(self._name))
            case "wait":
                return f"waiting: {self._far}" if self._far else ""
        return ""

    def _tell(self, words: str) -> None:
        if words and words != self._said:
            self._said = words
            self._say(words)


def waiting_words(containers: Iterable[Container]) -> str:
    """Return what others wait for, while Compose starts them; empty for nothing. Pure."""
    found = sorted(containers, key=lambda one: (one.service, one.name))
    ids = frozenset(one.id for one in found)
    waiting = readiness(found, Expected(), Observed(ids, ids)).waiting
    return f"waiting: {', '.join(waiting)}" if waiting else ""
