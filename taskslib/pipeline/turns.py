"""When a suite may go on: its stage's gate, and how many may do the same at once.

A suite of the next stage is begun ahead: its stack comes up while this stage's tests run, and its
tests wait at the gate. Of the two limits, processes and stacks, it takes what this stage leaves.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from taskslib.cancellation import Cancellation

_LOOK = 0.05
"""Seconds between two looks at whether the run was cancelled."""


class Gate:
    """Whether the tests of a stage may begin. Decided once."""

    def __init__(self) -> None:
        self._decided = threading.Event()
        self._open = False

    def open(self) -> None:
        """Let them begin."""
        self._decide(is_open=True)

    def close(self) -> None:
        """Let them never begin."""
        self._decide(is_open=False)

    def _decide(self, *, is_open: bool) -> None:
        if not self._decided.is_set():
            self._open = is_open
            self._decided.set()

    @property
    def is_open(self) -> bool:
        """Whether they may."""
        return self._decided.is_set() and self._open

    @property
    def is_closed(self) -> bool:
        """Whether they never will."""
        return self._decided.is_set() and not self._open

    def wait(self, cancellation: Cancellation) -> None:
        """Wait until it is decided. Raises `Interrupted` if that is cancelled."""
        while not self._decided.wait(_LOOK):
            cancellation.check()
        cancellation.check()


Rank = tuple[int, int]
"""A suite's place in the plan: its stage, and its place in there; the least goes first."""


class Slots:
    """So many may do the same at once, in the order of their ranks."""

    def __init__(self, count: int) -> None:
        self._free = count
        self._expected: set[Rank] = set()
        self._waiting: set[Rank] = set()
        self._changed = threading.Condition()

    def expect(self, rank: Rank) -> None:
        """Take note that one will want a slot: whoever comes after it waits for that."""
        with self._changed:
            self._expected.add(rank)

    def forgo(self, rank: Rank) -> None:
        """Take note that one will not want any after all."""
        with self._changed:
            self._expected.discard(rank)
            self._changed.notify_all()

    @contextmanager
    def one(self, rank: Rank, cancellation: Cancellation) -> Iterator[None]:
        """Hold one; wait for it. Raises `Interrupted` if that is cancelled."""
        with self._changed:
            self._waiting.add(rank)
            try:
                while not self._free or min(self._waiting | self._expected) < rank:
                    self._changed.wait(_LOOK)
                    cancellation.check()
                self._free -= 1
            finally:
                self._waiting.discard(rank)
                self._expected.discard(rank)
                self._changed.notify_all()
        try:
            yield
        finally:
            with self._changed:
                self._free += 1
                self._changed.notify_all()


@dataclass(slots=True)
class Turn:
    """What one suite waits for, and how long it did."""

    rank: Rank
    gate: Gate
    processes: Slots
    stacks: Slots
    cancellation: Cancellation
    """Its stage's: requested where that will never begin."""
    tell: Callable[[bool], None] = lambda _: None
    """Told once whether the tests are green."""
    waited: float = 0.0
    """Seconds spent on others."""
    _told: bool = False

    def tested(self, *, green: bool) -> None:
        """Tell how the tests ended, as soon as that is known: the stack's end delays nobody."""
        if not self._told:
            self._told = True
            self.tell(green)

    @contextmanager
    def stack(self) -> Iterator[None]:
        """Wait until one more stack may come up, and hold its place until it is gone."""
        began = time.monotonic()
        with self.stacks.one(self.rank, self.cancellation):
            self.waited += time.monotonic() - began
            yield

    @contextmanager
    def testing(self) -> Iterator[None]:
        """Wait until the stage's tests may begin and there is room for one more process."""
        began = time.monotonic()
        self.gate.wait(self.cancellation)
        with self.processes.one(self.rank, self.cancellation):
            self.waited += time.monotonic() - began
            yield


def free_turn(cancellation: Cancellation) -> Turn:
    """Return the turn of a suite that runs alone."""
    gate = Gate()
    gate.open()
    return Turn((0, 0), gate, Slots(1), Slots(1), cancellation)
