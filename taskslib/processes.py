"""Child processes that never outlive us: own process groups, time limits, cancellation.

A signal does not raise an exception at a random line: it sets the `Cancellation`, and every wait
in here notices within a few hundredths of a second, ends its child's whole group and raises
`Interrupted`. What must still happen after that (teardown) runs with `essential=True`.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType
from typing import IO, Protocol

from taskslib.errors import Interrupted

_LOOK = 0.05
"""Seconds between two looks at a child and at the cancellation."""
_TO_ANSWER = 0.5
"""Seconds in which a process that is asked where it is has written it down."""
_GRACE = 2.0
"""Seconds between the polite signal to a group and the one that cannot be ignored."""


@dataclass(frozen=True, slots=True)
class Command:
    """A command as a value: shown by `--dry-run`, then run as it is. Never goes through a shell."""

    argv: tuple[str, ...]
    cwd: Path | None = None
    env: Mapping[str, str] | None = field(default=None, repr=False)
    """The whole environment of the child; None is ours. May hold secrets too."""
    stdin: str = field(default="", repr=False)
    """What the child reads; may hold secrets, so it is never shown."""
    timeout: float | None = None
    """Seconds after which the child's group is ended."""
    ask: str = field(default="", repr=False)
    """The name of a signal that is sent to the group before a time limit ends it: its processes
    then write down where they are. Only for what is known to take it so."""


@dataclass(frozen=True, slots=True)
class Completed:
    """How a child ended. Output that is not UTF-8 is kept readable, never an error."""

    code: int
    stdout: str
    stderr: str
    timed_out: bool = False


class Heir(Protocol):
    """Ends what we leave behind when we go."""

    def group(self, pid: int, *, alive: bool) -> None:
        """Take note of a process group that begins or ends; it is called by its leader's pid."""

    @property
    def takes_over(self) -> bool:
        """Whether it would."""


class Cancellation:
    """Whether a signal asked for the end of the run, and how urgently."""

    def __init__(self) -> None:
        # Plain attributes: a handler that took a lock could meet itself holding it.
        self._requested = False
        self.signum = 0
        self.count = 0
        self._groups: set[int] = set()
        self._heir: Heir | None = None
        self._lock = threading.Lock()

    def request(self, signum: int) -> None:
        """Ask for the end (again). The first signal decides the exit code."""
        self.signum = self.signum or signum
        self.count += 1
        self._requested = True

    @property
    def requested(self) -> bool:
        """Whether the end was asked for."""
        return self._requested

    @property
    def urgent(self) -> bool:
        """Whether it was asked for twice: no more grace for children."""
        return self.count > 1

    @property
    def abandons(self) -> bool:
        """Whether even what must happen is left to the heir: asked twice, and there is one."""
        return self.urgent and self._heir is not None and self._heir.takes_over

    def check(self) -> None:
        """Raise `Interrupted` if the end was asked for."""
        if self.requested:
            raise Interrupted(self.signum)

    def check_essential(self) -> None:
        """Raise `Interrupted` if what must happen is left to the heir."""
        if self.abandons:
            raise Interrupted(self.signum)

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
        with self._lock:
            (self._groups.add if alive else self._groups.discard)(pid)
            if self._heir is not None:
                self._heir.group(pid, alive=alive)

    @contextmanager
    def on_signals(self) -> Iterator[None]:
        """Let SIGINT, SIGTERM and SIGHUP (Windows: CTRL_BREAK) set this, from the main thread.

        Only the main thread may install handlers; in any other this does nothing.
        """
        if threading.current_thread() is not threading.main_thread():
            yield
            return

        def handle(signum: int, _frame: FrameType | None) -> None:
            # CTRL_BREAK is Windows' other Ctrl-C.
            self.request(int(signal.SIGINT) if signum == _BREAK else signum)

        # What we were started to ignore (nohup, a script's background job) stays ignored.
        wanted = (one for one in _END_SIGNALS if signal.getsignal(one) is not signal.SIG_IGN)
        before = {number: signal.signal(number, handle) for number in wanted}
        try:
            yield
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)


_BREAK = int(getattr(signal, "SIGBREAK", -1))
_END_SIGNALS: tuple[int, ...] = tuple(
    int(getattr(signal, name))
    for name in ("SIGINT", "SIGTERM", "SIGHUP", "SIGBREAK")
    if hasattr(signal, name)
)


def run(
    command: Command,
    cancellation: Cancellation,
    *,
    essential: bool = False,
    while_running: Callable[[], None] | None = None,
    output: Path | None = None,
) -> Completed:
    """Run a command to its end and return how it ended; whatever it left in its group is ended.

    `while_running` is called every few hundredths of a second. `output` receives stdout and
    stderr together, unbuffered, instead of the result. Raises `Interrupted` on cancellation (if
    `essential`, only where an heir does it instead), OSError where the program cannot be started.
    """
    check = cancellation.check_essential if essential else cancellation.check
    check()
    with _Streams(command, output) as streams:
        child = _start(command, streams)
        with cancellation.group(child.pid):
            try:
                timed_out = _wait(child, command, check, while_running)
                if timed_out and command.ask:
                    _ask(child, command.ask)
            finally:
                _end_group(child, cancellation)
        return Completed(
            child.returncode, streams.text(streams.stdout), streams.text(streams.stderr), timed_out
        )


class _Streams(ExitStack):
    """Files, not pipes: nothing to drain, nothing that a grandchild can hold open."""

    def __init__(self, command: Command, output: Path | None) -> None:
        super().__init__()
        self._captured = output is None
        self.stdin = self._anonymous() if command.stdin else subprocess.DEVNULL
        if not isinstance(self.stdin, int):
            self.stdin.write(command.stdin.encode())
            self.stdin.seek(0)
        self.stdout = self.enter_context(output.open("wb")) if output else self._anonymous()
        self.stderr = self.stdout if output else self._anonymous()

    def _anonymous(self) -> IO[bytes]:
        # Without a name in the file system, so that secrets never get one.
        return self.enter_context(tempfile.TemporaryFile())

    def text(self, stream: IO[bytes]) -> str:
        """Return what was captured; empty where it went to a file."""
        if not self._captured:
            return ""
        stream.seek(0)
        return stream.read().decode(errors="replace")


def _start(command: Command, streams: _Streams) -> subprocess.Popen[bytes]:
    options: dict[str, object] = {}
    if sys.platform == "win32":
        options["creationflags"] = subprocess.CREATE_NEW_PROCESS_GROUP
    else:
        options["process_group"] = 0
    return subprocess.Popen(  # type: ignore[call-overload,no-any-return]
        list(command.argv),
        cwd=command.cwd,
        env=dict(command.env) if command.env is not None else None,
        stdin=streams.stdin,
        stdout=streams.stdout,
        stderr=streams.stderr,
        **options,
    )


def _wait(
    child: subprocess.Popen[bytes],
    command: Command,
    check: Callable[[], None],
    while_running: Callable[[], None] | None,
) -> bool:
    """Wait for the child; return whether its time limit ended it."""
    limit = time.monotonic() + command.timeout if command.timeout is not None else None
    while True:
        with suppress(subprocess.TimeoutExpired):
            child.wait(_LOOK)
        if while_running is not None:
            while_running()
        if child.returncode is not None:
            return False
        check()
        if limit is not None and time.monotonic() > limit:
            return True


def _ask(child: subprocess.Popen[bytes], name: str) -> None:
    """Have a group write down where it is, and give it the time for that."""
    if sys.platform != "win32":
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(child.pid, signal.Signals[name])
        with suppress(subprocess.TimeoutExpired):
            child.wait(_TO_ANSWER)


def _end_group(child: subprocess.Popen[bytes], cancellation: Cancellation) -> None:
    """End the child's whole group: politely, then for certain. Harmless if all of it has ended."""
    if child.poll() is None and not cancellation.urgent:
        _signal_group(child, polite=True)
        until = time.monotonic() + _GRACE
        while child.poll() is None and time.monotonic() < until and not cancellation.urgent:
            with suppress(subprocess.TimeoutExpired):
                child.wait(_LOOK)
    _signal_group(child, polite=False)
    child.wait()


def _signal_group(child: subprocess.Popen[bytes], *, polite: bool) -> None:
    if sys.platform == "win32":
        if polite:
            with suppress(OSError):
                child.send_signal(signal.CTRL_BREAK_EVENT)
        elif child.poll() is None:
            subprocess.run(
                ["taskkill", "/T", "/F", "/PID", str(child.pid)], capture_output=True, check=False
            )
    else:
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(child.pid, signal.SIGINT if polite else signal.SIGKILL)
