"""From Invoke's context to a session, and from an error to its words and exit code."""

from __future__ import annotations

import errno
import functools
import os
import sys
from collections.abc import Callable, Iterable
from contextvars import ContextVar
from pathlib import Path
from typing import Any, Concatenate, ParamSpec

from invoke.context import Context
from invoke.exceptions import Exit

from taskslib.api import Session
from taskslib.cancellation import Cancellation
from taskslib.errors import ExitCode, Interrupted, TaskslibError, UsageError, did_you_mean
from taskslib.project import find_root

CONFIG_KEY = "taskslib"
"""Where `make_ns(...)` keeps its overrides in Invoke's configuration."""

PROGRAM_KEY = "taskslib_program"
"""Where the command `taskslib` says there that it is not `inv`."""

_FULL = (errno.ENOSPC, errno.EIO, getattr(errno, "EDQUOT", errno.ENOSPC))
"""What a write to a stream, which has no name, fails with."""
_CANCELLATION: ContextVar[Cancellation] = ContextVar("cancellation")
"""What the signals that arrive while a task runs are told to."""

P = ParamSpec("P")


def command(
    body: Callable[Concatenate[Context, P], ExitCode | None],
) -> Callable[Concatenate[Context, P], None]:
    """Turn what a task's body returns or raises into the exit code, and errors into words."""

    def run(context: Context, *args: P.args, **kwargs: P.kwargs) -> None:
        cancellation = Cancellation()
        _CANCELLATION.set(cancellation)
        if sys.stdout is None:  # closed by who started us (`>&-`)
            sys.stdout = open(os.devnull, "w")  # noqa: PTH123, SIM115 — as long as we live
        try:
            # From the first line on: also a signal while the repo is being read says how it ended.
            with cancellation.on_signals():
                code = body(context, *args, **kwargs) or ExitCode.PASSED
            if code is ExitCode.PASSED:
                cancellation.check()  # so that the next task of the line does not begin
        except TaskslibError as error:
            say(error_words(error))
            code = error.exit_code
        except Interrupted as stopped:
            say(f"interrupted by signal {stopped.signum}")
            code = stopped.exit_code
        except BrokenPipeError:
            # Who read our output has gone (`inv services | head -1`): what is left goes nowhere.
            _write_nowhere()
            code = ExitCode.PIPE
        except OSError as error:
            if error.filename is None and error.errno not in _FULL:
                raise  # no file of the user's: a fault of ours
            say(f"error: {error.filename or 'the output'}: {error.strerror}")
            _write_nowhere()
            code = ExitCode.ENGINE
        if code is not ExitCode.PASSED:
            raise Exit(code=int(code))

    # Invoke reads the flags off the body's signature.
    return functools.update_wrapper(run, body)  # type: ignore[return-value]


def _write_nowhere() -> None:
    """Let what is still buffered for stdout go nowhere, or its flush fails when we end."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def session(context: Context) -> Session:
    """Return where a task works: the folder of the tasks.py it came from, else the repo around."""
    # Invoke has no public name for the folder of the tasks that it loaded (`inv -r` included).
    loaded_from = getattr(context.config, "_project_prefix", None)
    root = Path(loaded_from).resolve() if loaded_from else find_root(Path.cwd())
    given: Any = context.config.get(CONFIG_KEY) or {}
    return Session(root=root, overrides=dict(given.items()), say=say, cancellation=cancellation())


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


def say(words: str) -> None:
    """Tell people something; stdout stays for data."""
    from taskslib.display.text import clean

    if sys.stderr is not None:  # `print` would take stdout, which is data
        print(clean(words), file=sys.stderr, flush=True)


def tell(lines: Iterable[str]) -> None:
    """Write lines of data to stdout; what its encoding lacks is escaped."""
    encoding = sys.stdout.encoding or "utf-8"
    for line in lines:
        print(line.encode(encoding, "backslashreplace").decode(encoding), flush=True)


def names(given: str | None) -> tuple[str, ...]:
    """Split what `--service` takes: `api,worker`; None is none given.

    Raises `UsageError` where it names none: an empty variable of a script must not mean all.
    """
    if given is None:
        return ()
    found = tuple(dict.fromkeys(name.strip() for name in given.split(",") if name.strip()))
    if not found:
        raise UsageError(f"{given!r} names nothing", hint="separate names by commas: api,worker")
    return found


def one_of(given: str, formats: tuple[str, ...]) -> None:
    """Raise `UsageError` for a `--format` that isn't one of those that there are."""
    if given not in formats:
        raise UsageError(
            f"no format {given!r}",
            hint=f"{did_you_mean(given, formats)}formats: {', '.join(formats)}",
        )


def passed_through() -> tuple[str, ...]:
    """Return everything after `--` on the command line; Invoke itself loses the quoting."""
    arguments = sys.argv[1:]
    return tuple(arguments[arguments.index("--") + 1 :]) if "--" in arguments else ()
