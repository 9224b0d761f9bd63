"""Every error that taskslib raises on purpose, and the exit code that each one means.

    TaskslibError                what went wrong, where, and a hint
    ├── UsageError           2   what was asked for cannot be
    ├── ConfigError          2   what the project's files say is wrong
    ├── EngineError          3   the container engine is missing, stopped or refuses
    │   ├── BuildError       3   an image does not build
    │   └── StackError       3   a stack does not come up healthy, or does not go away
    ├── EnvironmentFailure   3   a suite's environment cannot be made
    ├── NoInstanceError      3   a running stack is needed and there is none
    └── NothingToRunError    4   no suite at all where one was asked for
    Interrupted     130 143 129  a signal ended the run (not an `Exception`: nothing may swallow it)

An expected error is shown as its message, its details and its hint, never as a traceback.
"""

from __future__ import annotations

import signal
from collections.abc import Iterable
from enum import IntEnum


class ExitCode(IntEnum):
    """One exit code per meaning."""

    PASSED = 0
    """Everything that ran passed (also: nothing was affected)."""
    FAILED = 1
    """Tests failed (also: a suite hung, crashed or collected nothing)."""
    USAGE = 2
    """The command line or the configuration is wrong."""
    ENGINE = 3
    """The engine, a stack or a suite's environment failed."""
    NOTHING = 4
    """There is no suite at all where one was asked for."""
    HANGUP = 129
    """Ended by SIGHUP: the terminal went away."""
    INTERRUPT = 130
    """Ended by SIGINT: Ctrl-C."""
    PIPE = 141
    """Ended because nobody reads the output any more: `inv test | head`."""
    TERMINATED = 143
    """Ended by SIGTERM."""


_WORST_FIRST = (
    ExitCode.INTERRUPT,
    ExitCode.TERMINATED,
    ExitCode.HANGUP,
    ExitCode.PIPE,
    ExitCode.USAGE,
    ExitCode.ENGINE,
    ExitCode.FAILED,
    ExitCode.NOTHING,
)


def worst(codes: Iterable[ExitCode]) -> ExitCode:
    """Return the code that several outcomes come to: interrupted > 2 > 3 > 1 > 4 > 0."""
    seen = set(codes)
    return next((code for code in _WORST_FIRST if code in seen), ExitCode.PASSED)


class TaskslibError(Exception):
    """What went wrong and where (`message`), evidence (`details`), and what mends it (`hint`)."""

    exit_code = ExitCode.USAGE

    def __init__(self, message: str, *, hint: str = "", details: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint
        self.details = details


class UsageError(TaskslibError):
    """What was asked for cannot be: a name that does not exist, options that exclude each other."""


class ConfigError(TaskslibError):
    """A file of the project says something wrong; the message starts with the file (and line)."""


class EngineError(TaskslibError):
    """The container engine is missing, stopped, or refuses."""

    exit_code = ExitCode.ENGINE


class BuildError(EngineError):
    """An image does not build; `details` holds the last lines of the build."""


class StackError(EngineError):
    """A stack does not come up healthy or does not go away; `details` holds its logs."""


class EnvironmentFailure(TaskslibError):
    """A suite's environment cannot be made; `details` holds the installer's reason."""

    exit_code = ExitCode.ENGINE


class NoInstanceError(TaskslibError):
    """A running stack is needed and there is none."""

    exit_code = ExitCode.ENGINE


class NothingToRunError(TaskslibError):
    """There is no suite at all where one was asked for."""

    exit_code = ExitCode.NOTHING


class Interrupted(BaseException):
    """A signal ended the run. Raised in the main thread by the handlers of `processes`.

    `told` says what that left, where a person has to know it.
    """

    def __init__(self, signum: int, told: str = "") -> None:
        super().__init__(signum)
        self.signum = signum
        self.told = told

    @property
    def exit_code(self) -> ExitCode:
        """128 + the signal's number, as shells count: 130, 143 or 129."""
        return _SIGNAL_CODES.get(self.signum, ExitCode.INTERRUPT)


_SIGNAL_CODES = {
    int(signal.SIGINT): ExitCode.INTERRUPT,
    int(signal.SIGTERM): ExitCode.TERMINATED,
    # SIGHUP does not exist on Windows; its number is 1 wherever it does.
    int(getattr(signal, "SIGHUP", 1)): ExitCode.HANGUP,
}


def did_you_mean(name: str, known: Iterable[str], *, cutoff: float = 0.5) -> str:
    """Return `did you mean 'x'? ` for the closest known name, or an empty string.

    Args:
        name: What was typed.
        known: What there is.
        cutoff: How alike two names are at least, from 0 to 1; more where all begin alike.
    """
    import difflib

    close = difflib.get_close_matches(name, list(known), n=1, cutoff=cutoff)
    return f"did you mean {str(close[0])!r}? " if close else ""
