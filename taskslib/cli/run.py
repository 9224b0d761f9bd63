"""Runs the tests as a command does: plan, display, notes, and the answer for the next time."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from taskslib import api
from taskslib.cli.given import Wanted
from taskslib.cli.outcome import say, tell
from taskslib.errors import ExitCode, NoInstanceError

if TYPE_CHECKING:
    from taskslib.pipeline.plan import Plan
    from taskslib.pipeline.report import Report
    from taskslib.pipeline.request import TestRequest


def run_tests(
    where: api.Session,
    request: TestRequest,
    wanted: Wanted | None = None,
    *,
    dry_run: bool = False,
    unanswered: bool = False,
) -> ExitCode:
    """Run what was asked for, and return its exit code.

    Args:
        where: The repo.
        request: What was asked for.
        wanted: How it is to be told of.
        dry_run: Only print what would run.
        unanswered: It is known already that no earlier run answers it.
    """
    wanted = wanted or Wanted()
    if request.pdb and not dry_run:
        return _debug(where, request)
    if request.watch and not dry_run:
        from taskslib.cli.watch import watch_tests

        return watch_tests(where, request, wanted)
    if not (dry_run or unanswered or wanted.reports) and api.answered(where, request):
        return ExitCode.PASSED
    return _run_once(where, request, wanted, dry_run=dry_run)


def _run_once(
    where: api.Session, request: TestRequest, wanted: Wanted, *, dry_run: bool
) -> ExitCode:
    from taskslib.cli.telling import Telling
    from taskslib.display.again import shown_again
    from taskslib.display.plan import plan_lines
    from taskslib.pipeline.report import none_fits

    plan, memory = api.recall(where, api.plan(where, request))
    plan = api.placed_on(where, api.spread(where, plan))
    if dry_run:
        tell(plan_lines(plan, api.test_specs(where, plan)))
        return ExitCode.PASSED
    notes = [f"note: {note}" for note in plan.notes]
    for note in notes:
        say(note)
    if not (plan.stages or wanted.reports):
        return ExitCode.PASSED
    with api.run_folder(where) as folder, Telling(wanted, plan, folder) as telling:
        report = api.test(where, plan, telling, folder, memory)
        more = [_kept(where, plan)] if request.keep else []
        more += [_covered(where, folder, report)] if request.coverage else []
        code = telling.end(report, memory, *more)
    if request.shard is not None and none_fits(report.results):
        say(
            "note: no test of this shard fits; whether one of another does, inv merge-reports tells"
        )
    forcing = "note: what is cached was not run again; --force runs it"
    named = bool(request.services or len(request.stages) == 1)
    if named and any(one.cached_at for one in report.results):  # of those, some may be blocked
        say(forcing)
    if code is ExitCode.PASSED and memory is not None and memory.whole:
        again = shown_again(report, [*notes, *([forcing] if named else [])])
        api.leave_answer(where, plan, memory, again)
    return code


def _debug(where: api.Session, request: TestRequest) -> ExitCode:
    from taskslib.display.endpoints import address_lines

    code, instance = api.debug(where, api.plan(where, request))
    if instance.spec is not None:
        tell(address_lines(instance))
    return code


def _kept(where: api.Session, plan: Plan) -> Iterator[str]:
    """Yield where the stacks of a run are reached that stay up."""
    from taskslib.display.endpoints import address_lines

    for spec in api.test_specs(where, plan):
        try:
            instance = api.running(where, spec.stack.service)
        except NoInstanceError:
            continue  # it did not come up, and is gone
        yield from address_lines(instance)


def _covered(where: api.Session, folder: Path, report: Report) -> Iterator[str]:
    """Yield what the tests of a run covered, and of which suites that is not known."""
    from taskslib.display.text import coverage_words

    yield coverage_words(api.combine_coverage(where, folder))
    for why, suites in api.uncovered(where, folder, report).items():
        yield f"coverage: not measured: {', '.join(map(str, suites))} ({why})"
