"""Tasks for CI: what it is to run, and the workflows that run it."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from invoke.context import Context
from invoke.tasks import task

from taskslib import api
from taskslib.ci.actions import Provider
from taskslib.cli.given import named
from taskslib.cli.outcome import say, tell
from taskslib.cli.session import command, session
from taskslib.errors import ExitCode, UsageError, did_you_mean

if TYPE_CHECKING:
    from taskslib.ci.files import Workflow


@task(
    auto_shortflags=False,
    help={
        "base": "compare with this commit or branch (also: TASKSLIB_BASE), not the main branch",
        "github-output": "also write services and integration, for later jobs",
    },
)
@command
def ci_matrix(context: Context, base: str | None = None, github_output: bool = False) -> None:
    """Print the services that CI is to test.

    Those are the services whose own tests changes can affect, as JSON for a workflow's matrix.

    Example: inv ci-matrix --github-output
    """
    where = session(context)
    found = api.ci_matrix(where, named("--base", base, "inv ci-matrix --base origin/main"))
    if found.reason:
        say(f"note: everything is affected: {found.reason}")
    if github_output:
        api.write_outputs(where, found.outputs)
    tell([json.dumps(found.services)])


@task(
    auto_shortflags=False,
    help={
        "provider": "github or gitea",
        "force": "also over what was edited by hand",
        "dry-run": "only print what would change, as a patch",
    },
)
@command
def ci_init(
    context: Context, provider: str = "", force: bool = False, dry_run: bool = False
) -> None:
    """Write workflows for GitHub or Gitea.

    One tests what is affected, one makes a release of a tag.

    Example: inv ci-init --provider github --dry-run
    """
    if not provider:
        raise UsageError("whose workflows?", hint="--provider github, or gitea")
    where = session(context)
    found = api.ci_workflows(where, _providers(where, provider))
    if dry_run:
        tell(line for one in found for line in one.difference)
        return
    changed = [one for one in found if any(one.difference)]
    api.ci_write(where, found, force=force)
    for one in changed:
        say(f"{'removed' if one.wanted is None else 'wrote'} {one.path}")
    if not changed:
        say("nothing to change")


@task(
    auto_shortflags=False,
    help={"provider": "github or gitea; else all whose workflows are there"},
)
@command
def ci_check(context: Context, provider: str = "") -> ExitCode:
    """Check CI's workflows against the project.

    Exit 1, with a patch, where they are not what ci-init would write now. Also where deploy/prod
    runs images of releases that no service has. In a folder of a repository there are to be none.

    Example: inv ci-check
    """
    where = session(context)
    found: Sequence[Workflow] = ()
    if not provider and (inside := api.ci_inside(where)) and not api.ci_providers(where):
        say(f"note: CI reads no workflows in {inside}, a folder of a repository: there are none")
    else:
        found = api.ci_workflows(where, _providers(where, provider))
    strange, missing = api.ci_production(where)
    lines = [line for one in found for line in one.difference]
    tell((*lines, *strange))
    for words in missing:
        say(f"note: {words}")
    if lines:
        again = " && ".join(f"inv ci-init --provider {words}" for words in _stale(found))
        say(f"the workflows are not what the project has now\n\nhint: {again}")
    return ExitCode.FAILED if lines or strange else ExitCode.PASSED


def _stale(found: Sequence[Workflow]) -> Iterator[str]:
    """Yield each provider whose workflows are other ones, and what it takes to write them."""
    from taskslib.ci.files import Condition

    for provider in Provider:
        theirs = {one.condition for one in found if one.path.startswith(f"{provider.folder}/")}
        if Condition.EDITED in theirs:
            yield f"{provider} --force"
        elif theirs - {Condition.SAME}:
            yield str(provider)


def _providers(where: api.Session, given: str) -> tuple[Provider, ...]:
    if given and given not in set(Provider):
        raise UsageError(
            f"no provider {given!r}",
            hint=f"{did_you_mean(given, Provider)}providers: {', '.join(Provider)}",
        )
    known = (Provider(given),) if given else api.ci_providers(where)
    if not known:
        raise UsageError("there are no workflows yet", hint="inv ci-init --provider github")
    return known


TASKS = (ci_matrix, ci_init, ci_check)
