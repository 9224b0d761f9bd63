"""Child processes that never outlive us: own process groups, time limits, cancellation.

Every wait in here notices a cancellation within a few hundredths of a second, ends its child's
whole group and raises `Interrupted`; teardown, which must still happen, is `essential=True`.
"""

from __future__ import annotations

import os
import select
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping
from contextlib import ExitStack, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

from taskslib.cancellation import Cancellation

_LOOK = 0.05
"""Seconds between two looks at a child and at the cancellation."""
_FIRST_LOOK = 0.004
"""Seconds, of a child that has just begun: a question to the engine takes some 20 ms."""
_LATER = 16
"""How much longer than the time to the next look a child has been running."""
_TO_ANSWER = 0.5
"""Seconds in which a process that is asked where it is has written it down."""
_PIDFD: Callable[[int], int] | None = getattr(os, "pidfd_open", None)
"""Only on Linux, and there not in each build of Python: the headers of its time decide."""
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

    @property
    def failed(self) -> bool:
        """Whether it did not end well, or not in time."""
        return self.code != 0 or self.timed_out


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


def run_attached(command: Command, cancellation: Cancellation) -> int:
    """Run a command on our own terminal, in our own process group, and return its exit code.

    Ctrl-C is the command's: a debugger has a use for it. Any other signal to us ends it. Raises
    `Interrupted` then, OSError where the program cannot be started.
    """
    # A handler and not SIG_IGN, which the child would inherit.
    before = signal.signal(signal.SIGINT, lambda _number, _frame: None)
    try:
        child = subprocess.Popen(list(command.argv), cwd=command.cwd, env=command.env)
        try:
            while child.poll() is None:
                with suppress(subprocess.TimeoutExpired):
                    child.wait(_LOOK)
                cancellation.check()
        finally:
            if child.poll() is None:
                child.terminate()
                child.wait()
        return child.returncode
    finally:
        signal.signal(signal.SIGINT, before)


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
    began = time.monotonic()
    limit = began + command.timeout if command.timeout is not None else None
    with Watch(child) as watch:
        while True:
            look = max(_FIRST_LOOK, (time.monotonic() - began) / _LATER)
            watch.wait(min(_LOOK, look))
            if while_running is not None:
                while_running()
            if child.returncode is not None:
                return False
            check()
            if limit is not None and time.monotonic() > limit:
                return True


class Watch(ExitStack):
    """Waits for a child; on Linux by a descriptor, which tells at once and needs no looks.

    `Popen.wait` with a limit looks a dozen times in 50 ms there: with several children a run spent
    a second of CPU on that.
    """

    def __init__(
        self, child: subprocess.Popen[bytes], opened: Callable[[int], int] | None = _PIDFD
    ) -> None:
        """Take the child, and what opens a descriptor of a process, where there is such."""
        super().__init__()
        self._child = child
        self._look: Callable[[float], object] | None = None
        if sys.platform != "win32" and opened is not None:
            with suppress(OSError):  # a kernel or a sandbox without it
                descriptor = opened(child.pid)
                self.callback(os.close, descriptor)
                poll = select.poll()
                poll.register(descriptor, select.POLLIN)
                self._look = poll.poll

    def wait(self, seconds: float) -> None:
        """Wait until it has ended, or so many seconds are over."""
        if self._look is None:
            with suppress(subprocess.TimeoutExpired):
                self._child.wait(seconds)
        else:
            self._look(seconds * 1000)
            self._child.poll()


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
