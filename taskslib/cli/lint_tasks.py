"""The task that finds mistakes before they bite."""

from __future__ import annotations

from invoke.context import Context
from invoke.tasks import task

from taskslib import api
from taskslib.cli.given import names, one_of
from taskslib.cli.outcome import tell
from taskslib.cli.session import command, session
from taskslib.errors import ExitCode
from taskslib.typed import as_typed

_FORMATS = ("text", "json", "sarif", "github")


@task(
    auto_shortflags=False,
    iterable=["rule"],
    help={
        "env": "only the Compose files of this environment: dev, test, prod, or another of deploy/",
        "format": "text, json, sarif or github",
        "fix": "mend what can be mended; comments and layout stay",
        "rule": "only this rule, e.g. TL101; more of them by repeating it, or with commas",
        "explain": "print what a rule finds, why, and where that comes from",
        "strict": "exit 1 on warnings too",
    },
)
@command
def lint(
    context: Context,
    rule: list[str],
    env: str = "",
    format: str = "text",  # noqa: A002 — the option's name
    fix: bool = False,
    explain: str = "",
    strict: bool = False,
) -> ExitCode:
    """Check Compose files, Dockerfiles and CI.

    Scripts too; each by the environment that it is for.

    Exit 1 on errors. A comment `# taskslib: ignore TL101 REASON` leaves a line out.

    Example: inv lint --env test --fix
    """
    from taskslib.lint.formats import FORMATS

    one_of(format, _FORMATS)
    where = session(context)
    if explain:
        tell(api.lint_rule(explain))
        return ExitCode.PASSED
    rules = [one for given in rule for one in names(given)]
    report = api.lint(where, environment=env, rules=rules, fix=fix)
    lines = FORMATS[format](report)
    tell(map(as_typed, lines) if format == "text" else lines, exact=format != "text")
    return ExitCode.FAILED if report.failed(strict=strict) else ExitCode.PASSED


TASKS = (lint,)
