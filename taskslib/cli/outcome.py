"""From what a command returns or raises to its words and exit code; knows nothing of Invoke."""

from __future__ import annotations

import errno
import os
import sys
from collections.abc import Callable, Iterable
from contextvars import ContextVar

from taskslib.cancellation import Cancellation
from taskslib.errors import ExitCode, Interrupted, TaskslibError
from taskslib.typed import as_typed

_FULL = (errno.ENOSPC, errno.EIO, getattr(errno, "EDQUOT", errno.ENOSPC))
"""What a write to a stream, which has no name, fails with."""
_CANCELLATION: ContextVar[Cancellation] = ContextVar("cancellation")
"""What the signals that arrive while a task runs are told to."""


def outcome(body: Callable[[], ExitCode | None]) -> ExitCode:
    """Run a command's body, with signals told to its cancellation, and return its exit code.

    Expected errors become words on stderr; what is not expected is raised.
    """
    cancellation = Cancellation()
    _CANCELLATION.set(cancellation)
    if sys.stdout is None:  # closed by who started us (`>&-`)
        sys.stdout = open(os.devnull, "w")  # noqa: PTH123, SIM115 — as long as we live

    def whole() -> ExitCode | None:
        # From the first line on: also a signal while the repo is being read says how it ended.
        with cancellation.on_signals(last=True):
            code = body()
        if not code:
            cancellation.check()  # so that the next task of the line does not begin
        return code

    return worded(whole)


def worded(body: Callable[[], ExitCode | None]) -> ExitCode:
    """Run a command's body, or a step of it that none of the others is to depend on.

    Returns its exit code. Expected errors become words on stderr; what is not expected is raised.
    """
    try:
        return body() or ExitCode.PASSED
    except TaskslibError as error:
        say(error_words(error))
        return error.exit_code
    except Interrupted as stopped:
        told = f": {stopped.told}" if stopped.told else ""
        say(f"interrupted by signal {stopped.signum}{told}")
        return stopped.exit_code
    except BrokenPipeError:
        # Who read our output has gone (`inv services | head -1`): what is left goes nowhere.
        write_nowhere()
        return ExitCode.PIPE
    except OSError as error:
        if error.filename is None and error.errno not in _FULL:
            raise  # no file of the user's: a fault of ours
        say(f"error: {error.filename or 'the output'}: {error.strerror}")
        if error.filename is None:
            write_nowhere()
        return ExitCode.ENGINE


def write_nowhere() -> None:
    """Let what is still buffered for stdout go nowhere, or its flush fails when we end."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def cancellation() -> Cancellation:
    """Return what ends the task that runs now: a signal sets it."""
    return _CANCELLATION.get()


def error_words(error: TaskslibError) -> str:
    """Return an error for people: what went wrong, the evidence, then the hint."""
    parts = [f"error: {error.message}"]
    if error.details:
        parts.append("\n".join(f"  {line}" for line in error.details.splitlines()))
    if error.hint:
        parts.append(f"\nhint: {error.hint}")
    return "\n".join(parts)


def say(words: str, *, exact: bool = False) -> None:
    """Tell people something; stdout stays for data.

    Tasks in it are named as they are typed here, unless the words are `exact`.
    """
    from taskslib.display.clean import clean

    if sys.stderr is not None:  # `print` would take stdout, which is data
        print(clean(words if exact else as_typed(words)), file=sys.stderr, flush=True)


def tell(lines: Iterable[str], *, exact: bool = False) -> None:
    """Write lines of data to stdout; what its encoding lacks is escaped.

    Names in them are anybody's: what drives a terminal or CI is taken out, unless the lines are
    `exact`, for a machine that reads them in a format that quotes.
    """
    from taskslib.display.clean import clean

    encoding = sys.stdout.encoding or "utf-8"
    for given in lines:
        line = given if exact else clean(given)
        print(line.encode(encoding, "backslashreplace").decode(encoding), flush=True)
