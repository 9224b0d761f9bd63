"""The tasks of kept stacks: up, down, what is there, what it logged."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from invoke.context import Context
from invoke.tasks import task

from taskslib import api
from taskslib.cli.given import number
from taskslib.cli.outcome import say, tell
from taskslib.cli.session import command, session
from taskslib.errors import ExitCode

_SERVICE = "this service's own test stack instead of the full one"


@task(auto_shortflags=False, aliases=["test-infra-up"], help={"service": _SERVICE})
@command
def infra_up(context: Context, service: str = "") -> None:
    """Start this branch's test stack and keep it.

    It stays until infra-down.

    Example: inv infra-up && eval "$(inv ports --format env)"
    """
    from taskslib.display.endpoints import address_lines

    instance = api.up(session(context), service)
    tell(address_lines(instance))


@task(auto_shortflags=False, aliases=["test-infra-down"], help={"service": _SERVICE})
@command
def infra_down(context: Context, service: str = "") -> None:
    """End the kept stack, with its data.

    That is what infra-up or --keep left running.

    Example: inv infra-down --service api
    """
    where = session(context)
    if api.down(where, service):
        say("the stack is gone")
    else:
        say("there was no stack to end")
        others = (name for name in api.kept_services(where) if name != service)
        for name in others:
            say(f"{name}'s own is up: inv infra-down --service {name}")


@task(auto_shortflags=False)
@command
def infra_ps(context: Context) -> None:
    """List running stacks, of every branch.

    Also base images that are stand-ins.

    A kept one whose worktree or branch is gone is marked.

    Example: inv infra-ps
    """
    from taskslib.display.instances import instance_lines, standin_lines

    where = session(context)
    found = api.instances(where)
    tell(instance_lines(found, api.prunable(where, found=found), datetime.now(UTC)))
    tell(standin_lines(api.standins(where)))


@task(
    auto_shortflags=False,
    help={"service": _SERVICE, "tail": "how many lines of each container"},
)
@command
def infra_logs(context: Context, service: str = "", tail: str = "100") -> ExitCode:
    """Print what the kept stack's containers logged.

    Example: inv infra-logs --tail 20
    """
    count = number("--tail", tail, "inv infra-logs --tail 20")
    tell(api.logs(session(context), service, tail=count).splitlines())
    return ExitCode.PASSED


@task(
    auto_shortflags=False,
    help={
        "yes": "end them; without it they are only listed",
        "older": "also those that were started more than so many days ago",
    },
)
@command
def infra_prune(context: Context, yes: bool = False, older: str = "") -> None:
    """List kept stacks that nobody needs.

    Those whose worktree or branch is gone; with --yes they are ended.
    Only this project's on this machine; their data goes with them.

    Example: inv infra-prune --older 14 --yes
    """
    age = timedelta(days=number("--older", older, "inv infra-prune --older 14")) if older else None
    where = session(context)
    found = api.prunable(where, age)
    if not found:
        say("there is nothing to prune")
    elif not yes:
        tell(f"{one.name}  {one.reason}" for one in found)
        say("nothing was ended; `inv infra-prune --yes` ends these, with their data")
    else:
        for name in api.prune(where, found):
            tell([f"{name} is gone"])


TASKS = (infra_up, infra_down, infra_ps, infra_logs, infra_prune)
