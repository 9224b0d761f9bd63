"""Tasks that tell what depends on what, and what changes affect."""

from __future__ import annotations

import time

from invoke.context import Context
from invoke.tasks import task

from taskslib import api
from taskslib.cli.given import named, one_of
from taskslib.cli.outcome import say, tell
from taskslib.cli.session import command, session


@task(auto_shortflags=False, help={"format": "text, mermaid or json"})
@command
def graph(context: Context, format: str = "text") -> None:  # noqa: A002
    """Print which service depends on which.

    Also which file says so.

    Example: inv graph --format mermaid
    """
    from taskslib.display.graph import FORMATS, graph_lines

    one_of(format, FORMATS)
    tell(graph_lines(api.graph(session(context)), format), exact=format != "text")


@task(
    auto_shortflags=False,
    help={
        "base": "compare with this commit or branch (also: TASKSLIB_BASE), not the main branch",
        "format": "text or json",
    },
)
@command
def affected(context: Context, base: str | None = None, format: str = "text") -> None:  # noqa: A002
    """List the services that changes can affect.

    With the changed files that do.
    What changed is told by git: since the branch left the main branch, and what is not committed.

    Example: inv affected --base origin/main
    """
    from taskslib.display.graph import affected_lines

    one_of(format, ("text", "json"))
    since = named("--base", base, "inv affected --base origin/main")
    found = api.affected(session(context), since)
    if found.changes.files is None:
        say(f"note: everything is affected: {found.changes.reason}")
    elif not found.services:
        say(f"nothing is affected since {found.changes.base}")
    tell(affected_lines(found, format), exact=format != "text")


@task(
    auto_shortflags=False,
    positional=["name"],
    help={"name": "the service, or the project for its own suites"},
)
@command
def why(context: Context, name: str) -> None:
    """Say why a service's suites ran or would run.

    The last time, and what would make them run again.

    Example: inv why worker
    """
    from taskslib.display.why import why_lines

    found = api.why(session(context), name)
    if not found:
        say(f"{name} has no tests")
    tell(why_lines(found, time.time()))


TASKS = (graph, affected, why)
