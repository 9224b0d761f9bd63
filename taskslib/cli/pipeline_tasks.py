"""The pipeline's tasks: `test` and its single stages."""

from __future__ import annotations

import os
import sys
from dataclasses import replace

from invoke.context import Context
from invoke.tasks import task

from taskslib import api
from taskslib.cli.session import PROGRAM_KEY, command, names, passed_through, say, session, tell
from taskslib.errors import ExitCode, NoInstanceError, UsageError, did_you_mean
from taskslib.events import Stage, SuiteId
from taskslib.pipeline.plan import Plan, TestRequest

_SERVICE = "only these services, e.g. api,worker"
_KEEP_GOING = "run all suites of all stages in spite of failures"
_VERBOSE = "show the frameworks' own output (also: VERBOSE=1)"
_KEEP = "leave the stacks up afterwards, and say how to reach and end them"
_DRY_RUN = "only print what would run"
_FORCE = "run also what passed before and can't have changed since"
_AFFECTED = "only what changes since the main branch (see --base) can affect"
_BASE = "with --affected: compare with this commit or branch (also: TASKSLIB_BASE)"


@task(
    auto_shortflags=False,
    help={
        "stage": "exactly these stages: unit, service, integration",
        "service": f"{_SERVICE}; the integration stage then runs only if --stage asks for it",
        "keep-going": _KEEP_GOING,
        "verbose": _VERBOSE,
        "keep": _KEEP,
        "force": _FORCE,
        "affected": _AFFECTED,
        "base": _BASE,
        "dry-run": _DRY_RUN,
    },
)
@command
def test(
    context: Context,
    stage: str | None = None,
    service: str | None = None,
    keep_going: bool = False,
    verbose: bool = False,
    keep: bool = False,
    force: bool = False,
    affected: bool = False,
    base: str = "",
    dry_run: bool = False,
) -> ExitCode:
    """Run the tests: unit, then service, then integration, each only if the one before passed.

    Stacks are started for the run and are gone after it. Everything after -- goes to the test
    framework.

    Example: inv test --service api,worker -- -k price
    """
    if base and not affected:
        raise UsageError("--base is for --affected", hint=f"inv test --affected --base {base}")
    request = _request(stage, service, verbose=verbose, keep=keep, force=force)
    request = replace(request, keep_going=keep_going, affected=affected, base=base)
    return _run(context, request, dry_run=dry_run)


@task(auto_shortflags=False, help={"service": _SERVICE})
@command
def test_verbose(context: Context, service: str | None = None) -> ExitCode:
    """Run the whole pipeline and show the frameworks' own output.

    Example: inv test-verbose
    """
    return _run(context, _request(None, service, verbose=True))


@task(
    auto_shortflags=False,
    help={"service": _SERVICE, "verbose": _VERBOSE, "force": _FORCE, "dry-run": _DRY_RUN},
)
@command
def test_unit(
    context: Context,
    service: str | None = None,
    verbose: bool = False,
    force: bool = False,
    dry_run: bool = False,
) -> ExitCode:
    """Run the unit stage alone: no containers.

    Example: inv test-unit --service api
    """
    request = _request(Stage.UNIT, service, verbose=verbose, force=force)
    return _run(context, request, dry_run=dry_run)


@task(
    auto_shortflags=False,
    positional=["name"],
    help={
        "name": "the service, or several: api,worker",
        "verbose": _VERBOSE,
        "keep": _KEEP,
        "force": _FORCE,
        "dry-run": _DRY_RUN,
    },
)
@command
def test_service(
    context: Context,
    name: str,
    verbose: bool = False,
    keep: bool = False,
    force: bool = False,
    dry_run: bool = False,
) -> ExitCode:
    """Run the service stage of a service: it and its direct dependencies in containers.

    Example: inv test-service api
    """
    if name in {"--help", "-h"}:  # Invoke takes it for the name
        return _help(context, "test-service")
    request = _request(Stage.SERVICE, name, verbose=verbose, keep=keep, force=force)
    return _run(context, request, dry_run=dry_run)


@task(
    auto_shortflags=False,
    help={"verbose": _VERBOSE, "keep": _KEEP, "force": _FORCE, "dry-run": _DRY_RUN},
)
@command
def test_integration(
    context: Context,
    verbose: bool = False,
    keep: bool = False,
    force: bool = False,
    dry_run: bool = False,
) -> ExitCode:
    """Run the integration stage alone: the full stack in containers.

    Example: inv test-integration -- -k restart
    """
    request = _request(Stage.INTEGRATION, None, verbose=verbose, keep=keep, force=force)
    return _run(context, request, dry_run=dry_run)


TASKS = (test, test_verbose, test_unit, test_service, test_integration)


def _request(
    stage: str | None,
    service: str | None,
    *,
    verbose: bool = False,
    keep: bool = False,
    force: bool = False,
) -> TestRequest:
    return TestRequest(
        stages=_stages(stage),
        services=names(service),
        keep=keep,
        force=force,
        verbose=verbose or os.environ.get("VERBOSE", "0") not in {"", "0"},
        arguments=passed_through(),
    )


def _stages(given: str | None) -> tuple[Stage, ...]:
    """Return the stages that are named, in the pipeline's order."""
    asked = names(given)
    for name in asked:
        if name not in set(Stage):
            raise UsageError(
                f"no stage {name!r}",
                hint=f"{did_you_mean(name, Stage)}stages: {', '.join(Stage)}",
            )
    return tuple(stage for stage in Stage if stage in asked)


def _run(context: Context, request: TestRequest, *, dry_run: bool = False) -> ExitCode:
    from taskslib.display import display_for
    from taskslib.display.again import shown_again
    from taskslib.display.plan import plan_lines

    where = session(context)
    if not dry_run and api.answered(where, request):
        return ExitCode.PASSED
    plan, memory = api.recall(where, api.plan(where, request))
    if dry_run:
        tell(plan_lines(plan, api.test_specs(where, plan)))
        return ExitCode.PASSED
    suites = {entry.suite.id: entry.suite for entry in plan.entries}

    def rerun(suite: SuiteId, test: str) -> str:
        return api.rerun_command(suites[suite], test)

    notes = [f"note: {note}" for note in plan.notes]
    for note in notes:
        say(note)
    if not plan.stages:
        return ExitCode.PASSED
    folder = api.run_folder(where)
    display = display_for(sys.stdout, rerun)
    try:
        report = api.test(where, plan, display, folder, memory)
    finally:
        display.close()
    if request.keep:
        _tell_kept(where, plan)
    display.summary(report, folder)
    forcing = "note: what is cached was not run again; --force runs it"
    named = bool(request.services or len(request.stages) == 1)
    if named and any(entry.cached is not None for entry in plan.entries):
        say(forcing)
    if report.green and memory is not None and memory.whole:
        again = shown_again(report, [*notes, *([forcing] if named else [])])
        api.leave_answer(where, plan, memory, again)
    return report.exit_code


def _tell_kept(where: api.Session, plan: Plan) -> None:
    from taskslib.display.endpoints import address_lines

    for spec in api.test_specs(where, plan):
        try:
            instance = api.running(where, spec.stack.service)
        except NoInstanceError:
            continue  # it did not come up, and is gone
        tell(address_lines(instance))


def _help(context: Context, name: str) -> ExitCode:
    from invoke.program import Program

    from taskslib.cli.namespace import make_ns

    binary = context.config.get(PROGRAM_KEY, "inv[oke]")
    Program(namespace=make_ns(), binary=binary).run([binary, "--help", name], exit=False)
    return ExitCode.PASSED
