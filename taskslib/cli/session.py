"""From Invoke's context to a session, and from a task's body to Invoke's way to end."""

from __future__ import annotations

import functools
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, Concatenate, ParamSpec

from invoke.config import DataProxy
from invoke.context import Context
from invoke.exceptions import Exit

from taskslib import typed
from taskslib.cli.again import called
from taskslib.cli.given import refuse_ignored
from taskslib.cli.outcome import cancellation, outcome, say
from taskslib.errors import ExitCode

if TYPE_CHECKING:
    from invoke.tasks import Task

    from taskslib.api import Session

CONFIG_KEY = "taskslib"
"""Where `make_ns(...)` keeps its overrides in Invoke's configuration."""

PROGRAM_KEY = "taskslib_program"
"""Where the command `taskslib` says there that it is not `inv`."""

P = ParamSpec("P")


def command(
    body: Callable[Concatenate[Context, P], ExitCode | None],
) -> Callable[Concatenate[Context, P], None]:
    """Turn what a task's body returns or raises into the exit code, and errors into words.

    The task refuses words after `--`, of which it makes no use.
    """
    return _command(body, passes=False)


def passing_command(
    body: Callable[Concatenate[Context, P], ExitCode | None],
) -> Callable[Concatenate[Context, P], None]:
    """Turn it likewise, of a task that hands words after `--` on."""
    return _command(body, passes=True)


def _command(
    body: Callable[Concatenate[Context, P], ExitCode | None], *, passes: bool
) -> Callable[Concatenate[Context, P], None]:
    def run(context: Context, *args: P.args, **kwargs: P.kwargs) -> None:
        # Invoke takes `--help` for the word that a task requires.
        if any(one in ("--help", "-h") for one in kwargs.values()):
            _help(context, body)
            return
        task = _task_of(body)
        names = (_typed(body), *task.aliases)
        prefix = typed.prefix_of((word.replace("_", "-") for word in sys.argv[1:]), names)
        called(context.config.get(PROGRAM_KEY, "inv"), prefix)

        def whole() -> ExitCode | None:
            if not passes:
                refuse_ignored(_typed(body), (*args, *kwargs.values()))
            return body(context, *args, **kwargs)

        code = outcome(whole)
        if code is not ExitCode.PASSED:
            raise Exit(code=int(code))

    # Invoke reads the flags off the body's signature.
    return functools.update_wrapper(run, body)  # type: ignore[return-value]


def _typed(body: Callable[..., object]) -> str:
    """Return what the task of a body is called on the command line."""
    return body.__name__.replace("_", "-")


def _help(context: Context, body: Callable[..., object]) -> None:
    """Print the help of the task that a body is of."""
    from invoke.collection import Collection
    from invoke.program import Program

    task = _task_of(body)
    binary = context.config.get(PROGRAM_KEY, "inv[oke]")
    argv = [binary, "--help", _typed(body)]
    Program(namespace=Collection(task), binary=binary).run(argv, exit=False)


def _task_of(body: Callable[..., object]) -> Task[Any]:
    """Return the task that a body is of, which its module has under its name."""
    found: Task[Any] = getattr(sys.modules[body.__module__], body.__name__)
    return found


def session(context: Context) -> Session:
    """Return where a task works: the folder of the tasks.py it came from, else the repo around."""
    from taskslib.api import Session
    from taskslib.project import find_root

    # Invoke has no public name for the folder of the tasks that it loaded (`inv -r` included).
    loaded_from = getattr(context.config, "_project_prefix", None)
    root = Path(loaded_from).resolve() if loaded_from else find_root(Path.cwd())
    # `taskslib` answers its plain forms without Invoke, and so without Invoke's configuration.
    given: Any = {} if PROGRAM_KEY in context.config else context.config.get(CONFIG_KEY) or {}
    terminal = sys.stderr is not None and sys.stderr.isatty()
    return Session(
        root=root,
        overrides=_plain(given),
        cancellation=cancellation(),
        say=say,
        waiting=say if terminal else None,
        prefix=typed.prefix(),
    )


def _plain(value: Any) -> Any:
    """Return a value of Invoke's configuration as it was given: it wraps tables."""
    if isinstance(value, dict | DataProxy):
        return {key: _plain(one) for key, one in value.items()}
    return value
