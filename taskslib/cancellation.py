"""Whether a run is to end: signals set it, and every wait looks at it.

A signal does not raise an exception at a random line: it sets the `Cancellation`, whose waits and
checks raise `Interrupted`. What must still happen after that (teardown) is essential.
"""

from __future__ import annotations

import signal
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Protocol

from taskslib.errors import Interrupted

_LOOK = 0.05
"""Seconds between two looks at whether the end was asked for."""


class Heir(Protocol):
    """Ends what we leave behind when we go."""

    def group(self, pid: int, *, alive: bool) -> None:
        """Take note of a process group that begins or ends; it is called by its leader's pid."""

    @property
    def takes_over(self) -> bool:
        """Whether it would."""


class Cancellation:
    """Whether a signal asked for the end of the run, and how urgently."""

    def __init__(self, parent: Cancellation | None = None) -> None:
        self._parent = parent
        # Plain attributes: a handler that took a lock could meet itself holding it.
        self._requested = False
        self.signum: int = 0
        self.count: int = 0
        self._groups: set[int] = set()
        self._heir: Heir | None = None
        self._lock = threading.Lock()

    def request(self, signum: int) -> None:
        """Ask for the end (again). The first signal decides the exit code."""
        self.signum = self.signum or signum
        self.count += 1
        self._requested = True

    def child(self) -> Cancellation:
        """Return one for a part of the run: it ends with the run, and can end before."""
        return Cancellation(self)

    @property
    def requested(self) -> bool:
        """Whether the end was asked for."""
        return self._requested or (self._parent is not None and self._parent.requested)

    @property
    def urgent(self) -> bool:
        """Whether it was asked for twice: no more grace for children."""
        return self._parent.urgent if self._parent is not None else self.count > 1

    @property
    def abandons(self) -> bool:
        """Whether even what must happen is left to the heir: asked twice, and there is one."""
        if self._parent is not None:
            return self._parent.abandons
        return self.urgent and self._heir is not None and self._heir.takes_over

    def check(self) -> None:
        """Raise `Interrupted` if the end was asked for."""
        if self.requested:
            raise Interrupted(self._reason)

    @property
    def _reason(self) -> int:
        """The signal that asked for the end of the run, or of this part of it."""
        return self.signum or (self._parent.signum if self._parent is not None else 0)

    def check_essential(self) -> None:
        """Raise `Interrupted` if what must happen is left to the heir."""
        if self.abandons:
            raise Interrupted(self._reason)

    def pause(self, seconds: float) -> None:
        """Wait, but not longer than until the end is asked for; then raise `Interrupted`."""
        until = time.monotonic() + seconds
        while not self.requested and (left := until - time.monotonic()) > 0:
            time.sleep(min(left, _LOOK))
        self.check()

    def inherited_by(self, heir: Heir | None) -> None:
        """Tell an heir of the process groups that run now, and of all later ones."""
        with self._lock:
            self._heir = heir
            if heir is not None:
                for pid in self._groups:
                    heir.group(pid, alive=True)

    @contextmanager
    def group(self, pid: int) -> Iterator[None]:
        """Have a process group known while it lives."""
        self._told(pid, alive=True)
        try:
            yield
        finally:
            self._told(pid, alive=False)

    def _told(self, pid: int, *, alive: bool) -> None:
        if self._parent is not None:
            self._parent._told(pid, alive=alive)  # noqa: SLF001 — of the same class
            return
        with self._lock:
            (self._groups.add if alive else self._groups.discard)(pid)
            if self._heir is not None:
                self._heir.group(pid, alive=alive)

    @contextmanager
    def on_signals(self, *, last: bool = False) -> Iterator[None]:
        """Let SIGINT, SIGTERM and SIGHUP (Windows: CTRL_BREAK) set this, from the main thread.

        Only the main thread may install handlers; in any other this does nothing. Where nothing
        comes after it (`last`), one more Ctrl-C changes nothing: the exit code would be its own.
        """
        with _handled(self.request, ignores=lambda: last and self.requested):
            yield

    @contextmanager
    def at_once(self) -> Iterator[None]:
        """Let a signal end what only asks or reckons, and leaves nothing behind, right where it is.

        Such waits, of libraries and of a terminal, look at nobody's cancellation. Raises
        `Interrupted`, also for what was asked for before.
        """

        def end(signum: int) -> None:
            first = not self._requested
            self.request(signum)
            if first:
                raise KeyboardInterrupt  # which libraries let through, as they may not ours

        self.check()
        try:
            with _handled(end):
                yield
        except (KeyboardInterrupt, Interrupted):
            raise Interrupted(self._reason or int(signal.SIGINT)) from None
        self.check()


@contextmanager
def _handled(
    told: Callable[[int], None], *, ignores: Callable[[], bool] = lambda: False
) -> Iterator[None]:
    """Have the signals that end us told to somebody, from the main thread.

    At the end all is as before, but for a Ctrl-C that is ignored from then on.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return

    def handle(signum: int, _frame: FrameType | None) -> None:
        # CTRL_BREAK is Windows' other Ctrl-C.
        told(int(signal.SIGINT) if signum == _BREAK else signum)

    # What we were started to ignore (nohup, a script's background job) stays ignored.
    wanted = (one for one in _END_SIGNALS if signal.getsignal(one) is not signal.SIG_IGN)
    before = {number: signal.signal(number, handle) for number in wanted}
    try:
        yield
    finally:
        for number, handler in before.items():
            over = number == signal.SIGINT and ignores()
            signal.signal(number, signal.SIG_IGN if over else handler)


_BREAK = int(getattr(signal, "SIGBREAK", -1))
_END_SIGNALS: tuple[int, ...] = tuple(
    int(getattr(signal, name))
    for name in ("SIGINT", "SIGTERM", "SIGHUP", "SIGBREAK")
    if hasattr(signal, name)
)
