"""The tasks about the machine: is it fit, and make it ready."""

from __future__ import annotations

from invoke.context import Context
from invoke.tasks import task

from taskslib import api
from taskslib.cli.given import names
from taskslib.cli.outcome import tell
from taskslib.cli.session import command, session
from taskslib.errors import ExitCode, UsageError
from taskslib.typed import as_typed


@task(
    auto_shortflags=False,
    help={
        "install-engine": "install and start the container engine (Debian and Ubuntu, as root)",
        "offline-images": "build base images that can't be pulled, from deploy/offline",
        "dry-run": "only print what would be done",
    },
)
@command
def setup(
    context: Context,
    install_engine: bool = False,
    offline_images: bool = False,
    dry_run: bool = False,
) -> None:
    """Make this machine ready to run the tests.

    Says what it does before it does it.
    Without options it changes nothing: it checks the engine, or says what to install.

    Example: inv setup --install-engine --offline-images --dry-run
    """
    api.setup(
        session(context),
        install_engine=install_engine,
        offline_images=offline_images,
        dry_run=dry_run,
    )


@task(
    auto_shortflags=False,
    help={
        "tests": "instead, run pytest's suites and say what would make them faster",
        "service": "with --tests: only these services, e.g. api,worker",
        "json": "one document on stdout, for programs",
    },
)
@command
def doctor(
    context: Context, tests: bool = False, service: str | None = None, json: bool = False
) -> ExitCode:
    """Say what this machine and repo lack.

    Each line is ok, a warning or a problem, with the command that mends it.

    It changes nothing. Exit 1 if there is a problem; warnings are none.

    Example: inv doctor --tests --service api
    """
    from taskslib.display.document import document_lines
    from taskslib.display.health import finding_document, finding_lines

    if service is not None and not tests:
        raise UsageError("--service is about tests", hint="inv doctor --tests --service api")
    where = session(context)
    found = tuple(api.costs_of_tests(where, names(service))) if tests else api.doctor(where)
    tell(
        document_lines(finding_document(found), "json")
        if json
        else map(as_typed, finding_lines(found))
    )
    return ExitCode.FAILED if any(one.status == "problem" for one in found) else ExitCode.PASSED


TASKS = (setup, doctor)
