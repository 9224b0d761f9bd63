"""The tasks of kept stacks: up, down, what is there, what it logged."""

from __future__ import annotations

from invoke.context import Context
from invoke.tasks import task

from taskslib import api
from taskslib.cli.session import command, say, session, tell
from taskslib.errors import ExitCode, UsageError

_SERVICE = "this service's own test stack instead of the full one"


@task(auto_shortflags=False, aliases=["test-infra-up"], help={"service": _SERVICE})
@command
def infra_up(context: Context, service: str = "") -> None:
    """Start the test stack of this branch and keep it until infra-down.

    Example: inv infra-up && eval "$(inv ports --format env)"
    """
    from taskslib.display.endpoints import address_lines

    instance = api.up(session(context), service)
    tell(address_lines(instance))


@task(auto_shortflags=False, aliases=["test-infra-down"], help={"service": _SERVICE})
@command
def infra_down(context: Context, service: str = "") -> None:
    """End the stack that infra-up (or --keep) left running; its data goes with it.

    Example: inv infra-down --service api
    """
    where = session(context)
    if api.down(where, service):
        say("the stack is gone")
    else:
        say("there was no stack to end")


@task(auto_shortflags=False)
@command
def infra_ps(context: Context) -> None:
    """List this project's running stacks, of every branch, and base images that are stand-ins.

    Example: inv infra-ps
    """
    from taskslib.display.instances import instance_lines, standin_lines

    where = session(context)
    tell(instance_lines(api.instances(where)))
    tell(standin_lines(api.standins(where)))


@task(
    auto_shortflags=False,
    help={"service": _SERVICE, "tail": "how many lines of each container"},
)
@command
def infra_logs(context: Context, service: str = "", tail: str = "100") -> ExitCode:
    """Print what the containers of the running stack logged.

    Example: inv infra-logs --tail 20
    """
    if not (tail.isascii() and tail.isdecimal()):  # Invoke's own check of a number is a traceback
        raise UsageError(f"--tail {tail!r} is not a number", hint="inv infra-logs --tail 20")
    from taskslib.display.text import clean

    tell(clean(api.logs(session(context), service, tail=int(tail))).splitlines())
    return ExitCode.PASSED


TASKS = (infra_up, infra_down, infra_ps, infra_logs)
