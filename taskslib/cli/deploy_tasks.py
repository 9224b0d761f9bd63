"""The task that brings a release to an environment."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from invoke.context import Context
from invoke.tasks import task

from taskslib import api
from taskslib.cli.asking import confirmed
from taskslib.cli.given import named
from taskslib.cli.outcome import say, tell
from taskslib.cli.session import command, session
from taskslib.errors import ExitCode, UsageError

if TYPE_CHECKING:
    from taskslib.deploy.status import Status

_ASKED = "prod"
"""The environment that a question comes before."""


@task(
    auto_shortflags=False,
    positional=["env"],
    help={
        "env": "a folder of deploy/ with a Compose file: prod, staging",
        "version": "which release; else that of deploy/prod/images.lock",
        "context": "the docker context of the engine; else the one in use",
        "orchestrator": "compose, to one engine, or swarm, to the Swarm that it manages",
        "local": "take the version's images as that engine has them, by their ids",
        "yes": "don't ask before prod changes",
        "dry-run": "only check, and print what would change",
        "rollback": "go back to what ran before",
        "status": "only print how it is; exit 1 where not as it was deployed, 3 where nothing is",
        "json": "with --status: one JSON document",
    },
)
@command
def deploy(
    context: Context,
    env: str,
    version: str | None = None,
    context_: str | None = None,
    orchestrator: str | None = None,
    local: bool = False,
    yes: bool = False,
    dry_run: bool = False,
    rollback: bool = False,
    status: bool = False,
    json: bool = False,
) -> ExitCode:
    """Deploy a release to an environment.

    By the digests of its lock, and back to what ran before where it does not come up healthy.
    The database's volumes stay, whatever happens.

    Example: inv deploy prod --version 1.2.3 --dry-run
    """
    where = session(context)
    _refuse_empty(version=version, context=context_, orchestrator=orchestrator)
    _refuse_mixed(status=status, json=json, others=rollback or dry_run or local or bool(version))
    if status:
        found = api.deploy_status(where, env, context_ or "", orchestrator or "", empty=json)
        _tell(found, json=json)
        if found.empty:
            return ExitCode.ENGINE
        return ExitCode.PASSED if found.well else ExitCode.FAILED
    return _deploy(
        where,
        api.DeployRequest(
            env,
            version or "",
            context_ or "",
            local=local,
            rollback=rollback,
            orchestrator=orchestrator or "",
        ),
        yes=yes,
        dry_run=dry_run,
    )


def _deploy(
    where: api.Session, request: api.DeployRequest, *, yes: bool, dry_run: bool
) -> ExitCode:
    from taskslib.display.deployment import plan_lines, plan_words

    ready = api.deploy_ready(where, request)
    if dry_run:
        api.deploy_check(where, ready)
    say(plan_words(request.environment, ready.plan))
    if dry_run:
        tell(plan_lines(ready.plan, back=request.rollback))
        return ExitCode.PASSED
    where_to = f", by the context {request.context}" if request.context else ""
    question = f"deploy {ready.wanted.version} to {request.environment}{where_to}?"
    if request.environment == _ASKED and not yes:
        for line in plan_lines(ready.plan, back=request.rollback):
            say(line)
        if not confirmed(question):
            say("nothing was changed")
            return ExitCode.PASSED
    _tell(api.deploy(where, ready), json=False)
    return ExitCode.PASSED


def _tell(found: Status, *, json: bool) -> None:
    from taskslib.display.deployment import status_json, status_lines

    if json:
        tell([status_json(found)])
    else:
        tell(status_lines(found, datetime.now(UTC)))


def _refuse_empty(**given: str | None) -> None:
    """Raise `UsageError` for an option that says nothing, as an unset variable of CI does."""
    for option, value in given.items():
        named(f"--{option}", value, f"leave --{option} out, or say which")


def _refuse_mixed(*, status: bool, json: bool, others: bool) -> None:
    if status and others:
        raise UsageError("--status changes nothing, and is of what runs", hint="leave the rest out")
    if json and not status:
        raise UsageError("--json is for --status", hint="inv deploy prod --status --json")


TASKS = (deploy,)
