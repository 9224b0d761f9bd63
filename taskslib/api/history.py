"""What earlier runs came to: read before a run, written after it."""

from __future__ import annotations

import os
import time
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from taskslib.api.session import Session, project
from taskslib.pipeline.plan import Plan
from taskslib.project.model import Suite

if TYPE_CHECKING:
    from taskslib.events import SuiteId
    from taskslib.pipeline.history import History, SuiteRun


def history(session: Session, name: str) -> History:
    """Return what is known of the earlier runs of a project, by its name."""
    from taskslib.pipeline.history import History
    from taskslib.project.places import results_root

    return History(results_root(session.root, session.environ), name, say=session.say)


def past(session: Session) -> History:
    """Return what is known of the earlier runs of the project."""
    return history(session, project(session).name)


def durations(known: History, planned: Plan) -> Mapping[SuiteId, float]:
    """Return how long suites usually take, of those stages in which some have to wait.

    Of one that runs in part that is what this part takes.
    """
    crowded = [one for one in planned.stages if len(one.suites) > planned.project.jobs]
    entries = [entry for stage in crowded for entry in stage.suites]
    parts = {one.suite.id: took.seconds for one in entries if (took := one.pick.took) is not None}
    whole = [one.suite.id for one in entries if one.suite.id not in parts]
    return {**(known.durations(whole) if whole else {}), **parts}


def spread(session: Session, planned: Plan) -> Plan:
    """Return a plan that says which suites' tests run in several processes. Raises `ConfigError`.

    Args:
        session: Where.
        planned: From `recall`: what need not run takes no processor.
    """
    from taskslib.frameworks.detection import framework_of
    from taskslib.pipeline import spreading

    def able(suite: Suite) -> bool:
        framework = framework_of(suite)
        return framework is not None and framework.spreads(suite)

    if all(entry.cached is not None for entry in planned.entries):
        return planned
    own = history(session, planned.project.name).own_seconds()
    return spreading.spread(planned, own, able, os.cpu_count() or 1)


def red_before(
    known: History, root: Path
) -> tuple[tuple[tuple[SuiteId, str], ...], tuple[SuiteId, ...]]:
    """Return what was red when it ran last on this checkout's branch.

    That is: the tests, each with its suite, and the suites of which all is to run again.
    """
    from taskslib.project.git import checkout

    branch = checkout(root).branch
    tests = tuple((one.suite, one.test) for one in known.failed(branch))
    return tests, known.broken(branch)


def failed_before(known: History, planned: Plan) -> dict[SuiteId, tuple[str, ...]]:
    """Return the red tests of suites that run, which are to go first."""
    running = {entry.suite.id for entry in planned.entries if entry.cached is None}
    found: dict[SuiteId, tuple[str, ...]] = {}
    for suite, test in red_before(known, planned.project.root)[0] if running else ():
        if suite in running:
            found[suite] = (*found.get(suite, ()), test)
    return found


def remember(known: History, planned: Plan, suites: tuple[SuiteRun, ...]) -> None:
    """Write down what a plan's suites came to."""
    from taskslib.pipeline.history import Run
    from taskslib.project.git import checkout, head

    if suites:
        root = planned.project.root
        known.record(Run(time.time(), checkout(root).branch, head(root), suites))
