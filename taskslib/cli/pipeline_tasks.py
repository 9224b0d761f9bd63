"""The pipeline's tasks: `test` and its single stages."""

from __future__ import annotations

import sys
from dataclasses import replace
from typing import TYPE_CHECKING

from invoke.context import Context
from invoke.tasks import task

from taskslib.cli.exclusions import refuse_exclusive
from taskslib.cli.given import (
    Wanted,
    named,
    names,
    number,
    place_for_files,
    requested,
    shard_of,
    wanted,
)
from taskslib.cli.path_task import PathTask
from taskslib.cli.run import run_tests
from taskslib.cli.session import passing_command, session
from taskslib.errors import ExitCode, UsageError

if TYPE_CHECKING:
    from taskslib.pipeline.request import TestRequest

_SERVICE = "only these services, e.g. api,worker"
_KEEP_GOING = "run all suites of all stages in spite of failures"
_VERBOSE = "show the frameworks' own output (also: VERBOSE=1)"
_KEEP = "leave the stacks up afterwards, and say how to reach and end them"
_DRY_RUN = "only print what would run"
_FORCE = "run also what passed before and can't have changed since"
_AFFECTED = "only what changes since the main branch (see --base) can affect"
_TOLD = {
    "plain": "lines instead of a table, also on a terminal",
    "json": "one JSON document on stdout; what people see goes to stderr",
    "junit": "write JUnit XML into this folder",
    "events": "write every event to this file as it happens, one JSON object a line",
}
_BASE = "with --affected: compare with this commit or branch (also: TASKSLIB_BASE)"


@task(
    klass=PathTask,
    auto_shortflags=False,
    help={
        "path": "a file of tests, file::test, a folder or a service; may stand without --path",
        "retries": "run red tests again, so often; what passes then is flaky, and not cached",
        "coverage": "measure what the tests cover, all suites together: HTML and lcov",
        "watch": "run again what each saved file affects, on stacks that stay up until Ctrl-C",
        "pdb": "one suite in pytest's debugger on this terminal; its stack stays up",
        "failed": "only tests that were red when they ran last on this branch",
        "stage": "exactly these stages: unit, service, integration",
        "service": f"{_SERVICE}; the integration stage then runs only if --stage asks for it",
        "keep-going": _KEEP_GOING,
        "verbose": _VERBOSE,
        "keep": _KEEP,
        "force": _FORCE,
        "affected": _AFFECTED,
        "base": _BASE,
        "engine": "Docker contexts of the engines that stacks come up on, e.g. default,second",
        "shard": "one machine's share of the run, e.g. 2/5; inv merge-reports joins them",
        "durations": "with --shard: a file from inv durations, the same for all shards",
        "dry-run": _DRY_RUN,
        **_TOLD,
    },
)
@passing_command
def test(
    context: Context,
    path: str | None = None,
    stage: str | None = None,
    service: str | None = None,
    failed: bool = False,
    watch: bool = False,
    pdb: bool = False,
    coverage: bool = False,
    retries: str = "0",
    keep_going: bool = False,
    verbose: bool = False,
    keep: bool = False,
    force: bool = False,
    affected: bool = False,
    base: str | None = None,
    engine: str | None = None,
    shard: str | None = None,
    durations: str = "",
    dry_run: bool = False,
    plain: bool = False,
    json: bool = False,
    junit: str = "",
    events: str = "",
) -> ExitCode:
    """Run the tests, stage after stage.

    Unit, then service, then integration, each only if the one before passed.
    Stacks are started for the run and are gone after it. Everything after -- goes to the test
    framework.

    Example: inv test --service api,worker -- -k price
    """
    told = wanted(plain, json, junit, events)
    request = requested(stage, service, verbose=verbose, keep=keep, force=force)
    since = named("--base", base, "inv test --affected --base origin/main")
    request = replace(request, keep_going=keep_going, affected=affected, base=since)
    request = replace(request, path=path or "", failed=failed, pdb=pdb, coverage=coverage)
    request = replace(request, watch=watch, shard=shard_of(shard), durations=durations)
    request = replace(request, engines=names(engine))
    request = replace(request, retries=number("--retries", retries, "inv test --retries 1"))
    return _run(context, request, told, dry_run=dry_run)


@task(auto_shortflags=False, help={"service": _SERVICE})
@passing_command
def test_verbose(context: Context, service: str | None = None) -> ExitCode:
    """Run the tests with the frameworks' output.

    Example: inv test-verbose
    """
    return _run(context, requested(None, service, verbose=True))


@task(
    auto_shortflags=False,
    help={"service": _SERVICE, "verbose": _VERBOSE, "force": _FORCE, "dry-run": _DRY_RUN, **_TOLD},
)
@passing_command
def test_unit(
    context: Context,
    service: str | None = None,
    verbose: bool = False,
    force: bool = False,
    dry_run: bool = False,
    plain: bool = False,
    json: bool = False,
    junit: str = "",
    events: str = "",
) -> ExitCode:
    """Run the unit stage alone: no containers.

    Example: inv test-unit --service api
    """
    told = wanted(plain, json, junit, events)
    request = requested("unit", service, verbose=verbose, force=force)
    return _run(context, request, told, dry_run=dry_run)


@task(
    auto_shortflags=False,
    positional=["name"],
    help={
        "name": "the service, on its own test stack; or several: api,worker",
        "verbose": _VERBOSE,
        "keep": _KEEP,
        "force": _FORCE,
        "dry-run": _DRY_RUN,
        **_TOLD,
    },
)
@passing_command
def test_service(
    context: Context,
    name: str,
    verbose: bool = False,
    keep: bool = False,
    force: bool = False,
    dry_run: bool = False,
    plain: bool = False,
    json: bool = False,
    junit: str = "",
    events: str = "",
) -> ExitCode:
    """Run a service's service stage.

    The service and its direct dependencies are in containers.

    Example: inv test-service api
    """
    told = wanted(plain, json, junit, events)
    request = requested("service", name, verbose=verbose, keep=keep, force=force)
    return _run(context, request, told, dry_run=dry_run)


@task(
    auto_shortflags=False,
    help={"verbose": _VERBOSE, "keep": _KEEP, "force": _FORCE, "dry-run": _DRY_RUN, **_TOLD},
)
@passing_command
def test_integration(
    context: Context,
    verbose: bool = False,
    keep: bool = False,
    force: bool = False,
    dry_run: bool = False,
    plain: bool = False,
    json: bool = False,
    junit: str = "",
    events: str = "",
) -> ExitCode:
    """Run the integration stage: the full stack.

    All of it is in containers.

    Example: inv test-integration -- -k restart
    """
    told = wanted(plain, json, junit, events)
    request = requested("integration", None, verbose=verbose, keep=keep, force=force)
    return _run(context, request, told, dry_run=dry_run)


TASKS = (test, test_verbose, test_unit, test_service, test_integration)


def _run(
    context: Context,
    request: TestRequest,
    told: Wanted | None = None,
    *,
    dry_run: bool = False,
) -> ExitCode:
    told = told or Wanted()
    refuse_exclusive(request, told, dry_run=dry_run)
    if request.pdb and not (sys.stdin is not None and sys.stdin.isatty()):
        raise UsageError(
            "--pdb needs a terminal to ask on", hint="leave it out where there is none"
        )
    place_for_files("--junit", told.junit)
    return run_tests(session(context), request, told, dry_run=dry_run)
