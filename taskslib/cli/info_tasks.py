"""Tasks that only tell: names, ports, what the repo has."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

from invoke.context import Context
from invoke.tasks import task

from taskslib import api
from taskslib.cli.completing import script, shells
from taskslib.cli.given import one_of
from taskslib.cli.outcome import tell
from taskslib.cli.session import command, session
from taskslib.errors import TaskslibError, UsageError, did_you_mean

_FORMATS = ("table", "env", "powershell", "fish", "dotenv", "json")


@task(auto_shortflags=False)
@command
def instance_id(context: Context) -> None:
    """Print this branch's id, TEST_INSTANCE_ID.

    It keeps the branch's containers apart from those of others.

    Example: inv instance-id
    """
    tell([api.instance_id(session(context))])


@task(
    auto_shortflags=False,
    aliases=["port-discovery"],
    help={
        "format": "table, env (for eval in a POSIX shell), powershell, fish, dotenv or json",
        "service": "of this service's own test stack instead of the full one",
        "tests": "of the stack that the tests in this file or folder use; again for one more",
    },
    iterable=["tests"],
)
@command
def ports(
    context: Context,
    format: str = "table",  # noqa: A002
    service: str = "",
    tests: Sequence[str] | None = None,
) -> None:
    """Print where the running stack is reached.

    Exit code 3 if none is up.

    Example: eval "$(inv ports --format env)" && curl -s $TEST_API_URL/health
    """
    from taskslib.display.endpoints import format_endpoints, no_endpoints

    one_of(format, _FORMATS)
    where = session(context)
    if service and tests:
        raise UsageError("--service and --tests exclude each other", hint="inv ports --tests PATH")
    paths = [Path(one).resolve() for one in tests or ()]
    suite = api.tests_with_stack(where, *paths) if paths else None
    if suite is not None and suite.stack is not None:
        service = suite.stack.service
    try:
        instance = api.running(where, service)
    except TaskslibError:
        if suite is not None and format == "json":  # who asks has to know which tests that concerns
            tell(no_endpoints(suite.tests), exact=True)
        raise
    tell(format_endpoints(instance, format), exact=format != "table")


@task(auto_shortflags=False)
@command
def services(context: Context) -> None:
    """List services, suites and stacks.

    What one might expect and is not there is named too.

    Example: inv services
    """
    from taskslib.display.services import service_lines

    tell(service_lines(api.project(session(context))))


@task(
    auto_shortflags=False,
    positional=["shell"],
    help={"shell": "bash, zsh, fish or powershell"},
)
@command
def completion(context: Context, shell: str) -> None:
    """Print a shell's completion script.

    It completes tasks, flags and values.

    Example: eval "$(inv completion bash)"
    """
    known = shells()
    if shell not in known:
        raise UsageError(
            f"no shell {shell!r}", hint=f"{did_you_mean(shell, known)}shells: {', '.join(known)}"
        )
    tell(script(shell).splitlines(), exact=True)


@task(
    auto_shortflags=False,
    help={"whole": "of a whole pyproject.toml, for editors that take one schema a file"},
)
@command
def schema(context: Context, whole: bool = False) -> None:
    """Print the JSON schema of [tool.taskslib].

    Editors complete and check the configuration by it.

    Example: inv schema --whole
    """
    from taskslib.project.schema import SCHEMA_FILE, encoded, file_schema

    text = SCHEMA_FILE.read_text("utf-8")
    text = encoded(file_schema(json.loads(text))) if whole else text
    tell(text.splitlines(), exact=True)


TASKS = (instance_id, ports, services, completion, schema)
