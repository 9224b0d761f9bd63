"""The tasks of the development stack, and `config`, which shows any environment."""

from __future__ import annotations

from invoke.context import Context
from invoke.exceptions import Exit
from invoke.tasks import task

from taskslib import api
from taskslib.cli.asking import confirmed
from taskslib.cli.given import number, one_of, passed_through
from taskslib.cli.outcome import say, tell
from taskslib.cli.path_task import WordTask
from taskslib.cli.session import command, passing_command, session
from taskslib.errors import ExitCode

_FORMATS = ("yaml", "json")
_INTERRUPTED = (130, -2)
"""How a program ends that Ctrl-C ended; a negative code is a signal's number."""

_SIGNALLED = 128
"""What shells add to the number of the signal that ended a program."""


@task(
    auto_shortflags=False,
    help={"watch": "then rebuild images whose lock file or Dockerfile changes, until Ctrl-C"},
)
@command
def dev_up(context: Context, watch: bool = False) -> ExitCode:
    """Start the development stack.

    That of deploy/dev; says where it is reached once it is healthy.

    A service's mounted source is reloaded when it changes. deploy/dev/.env is made of .env.example
    the first time, and never changed.

    Example: inv dev-up --watch
    """
    from taskslib.display.endpoints import development_lines

    where = session(context)
    tell(development_lines(api.dev_up(where)))
    if not watch:
        return ExitCode.PASSED
    code = _ended(api.dev_watch(where))
    say("no longer watching; the stack is still up: inv dev-down ends it")
    return code


@task(
    auto_shortflags=False,
    help={"volumes": "remove its data too; asks first", "yes": "don't ask"},
)
@command
def dev_down(context: Context, volumes: bool = False, yes: bool = False) -> None:
    """End the development stack; volumes stay.

    Unless --volumes says otherwise.

    Example: inv dev-down --volumes --yes
    """
    where = session(context)
    names = api.dev_volumes(where) if volumes else ()
    if names and not yes and not confirmed(f"remove the data in {', '.join(names)}?"):
        say("nothing was ended")
        return
    if api.dev_down(where, volumes=volumes):
        say(
            "the development stack is gone"
            + (", and its data" if names else "; named volumes stay")
        )
    else:
        say("there was no development stack to end")


@task(
    auto_shortflags=False,
    klass=WordTask,
    help={
        "service": "of this service only; also as a word of its own",
        "tail": "how many lines of each container",
        "follow": "go on until Ctrl-C",
    },
)
@command
def dev_logs(
    context: Context, service: str | None = None, tail: str = "100", follow: bool = False
) -> ExitCode:
    """Print what the development stack logged.

    Example: inv dev-logs api --tail 20
    """
    lines = number("--tail", tail, "inv dev-logs --tail 20")
    if follow:
        return _ended(api.dev_follow(session(context), service or "", tail=lines))
    tell(api.dev_logs(session(context), service or "", tail=lines).splitlines())
    return ExitCode.PASSED


@task(
    auto_shortflags=False,
    positional=["service"],
    help={"service": "the service, as deploy/dev calls it"},
)
@passing_command
def dev_shell(context: Context, service: str) -> ExitCode:
    """Open a shell in a development container.

    Or run in it what follows `--`. The exit code is that of what ran there.

    Example: inv dev-shell api -- python --version
    """
    code = api.dev_shell(session(context), service, passed_through())
    if code not in {0, *_INTERRUPTED}:
        raise Exit(code=code if code > 0 else _SIGNALLED - code)
    return _ended(code)


@task(
    auto_shortflags=False,
    positional=["env"],
    help={"env": "a folder of deploy/: dev, test, prod", "format": "yaml or json"},
)
@command
def config(context: Context, env: str, format: str = "yaml") -> None:  # noqa: A002
    """Print an environment as Compose has it.

    Its files resolved, with secrets masked.

    Example: inv config dev
    """
    from taskslib.display.document import document_lines

    one_of(format, _FORMATS)
    tell(document_lines(api.config(session(context), env), format))


def _ended(code: int) -> ExitCode:
    """Return our exit code for that of a program that had the terminal."""
    if code in _INTERRUPTED:
        return ExitCode.INTERRUPT
    return ExitCode.PASSED if code == 0 else ExitCode.FAILED


TASKS = (dev_up, dev_down, dev_logs, dev_shell, config)
