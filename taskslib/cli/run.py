"""Runs the tests as a command does: plan, display, notes, and the answer for the next time."""

from __future__ import annotations

import sys

from taskslib import api
from taskslib.cli.outcome import say, tell
from taskslib.errors import ExitCode, NoInstanceError
from taskslib.events import SuiteId
from taskslib.pipeline.plan import Plan, TestRequest


def run_tests(
    where: api.Session, request: TestRequest, *, dry_run: bool = False, unanswered: bool = False
) -> ExitCode:
    """Run what was asked for, and return its exit code.

    Args:
        where: The repo.
        request: What was asked for.
        dry_run: Only print what would run.
        unanswered: It is known already that no earlier run answers it.
    """
    from taskslib.display import display_for
    from taskslib.display.again import shown_again
    from taskslib.display.plan import plan_lines

    if not (dry_run or unanswered) and api.answered(where, request):
        return ExitCode.PASSED
    plan, memory = api.recall(where, api.plan(where, request))
    if dry_run:
        tell(plan_lines(plan, api.test_specs(where, plan)))
        return ExitCode.PASSED
    notes = [f"note: {note}" for note in plan.notes]
    for note in notes:
        say(note)
    if not plan.stages:
        return ExitCode.PASSED
    folder = api.run_folder(where)
    display = display_for(sys.stdout, _Names(plan))
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


class _Names:
    """How a plan's tests, files and commands are called."""

    def __init__(self, plan: Plan) -> None:
        self._project = plan.project
        self._suites = {entry.suite.id: entry.suite for entry in plan.entries}

    def rerun(self, suite: SuiteId, test: str) -> str:
        """Return the command that runs one test again."""
        return api.rerun_command(self._suites[suite], test)

    def place(self, suite: SuiteId, path: str) -> str:
        """Return a file of a suite's as seen from the repo."""
        return self._project.shown(self._suites[suite].folder / path)


def _tell_kept(where: api.Session, plan: Plan) -> None:
    from taskslib.display.endpoints import address_lines

    for spec in api.test_specs(where, plan):
        try:
            instance = api.running(where, spec.stack.service)
        except NoInstanceError:
            continue  # it did not come up, and is gone
        tell(address_lines(instance))
