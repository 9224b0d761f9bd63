"""Tasks about runs that have ended."""

from __future__ import annotations

from invoke.context import Context
from invoke.tasks import task

from taskslib import api
from taskslib.cli.outcome import tell
from taskslib.cli.session import command, session
from taskslib.errors import UsageError, did_you_mean


@task(auto_shortflags=False, help={"id": "which failure, e.g. F1; without it they are listed"})
@command
def show(context: Context, id: str = "") -> None:  # noqa: A002 — the option's name
    """Print a failure of the last run in full.

    Example: inv show --id F1
    """
    from taskslib.display.text import clean

    found = api.last_failures(session(context))
    if not found:
        tell(["the last run had no failures"])
    elif id:
        file = found.get(id.upper())
        if file is None:
            hint = f"{did_you_mean(id.upper(), found)}failures: {', '.join(found)}"
            raise UsageError(f"no failure {id!r} in the last run", hint=hint)
        tell(clean(file.read_text("utf-8")).splitlines())
    else:
        for file in found.values():
            tell(clean(file.read_text("utf-8")).splitlines()[:2])


TASKS = (show,)
