"""Whether a suite's tests are run in several processes: where that gains, by what is known. Pure.

Only at the unit stage. The tests of a service or integration suite share one stack: they clean
tables, restart containers, count what is in a queue, and were written to do so one after another.
Unit tests share nothing by definition. Who wants workers at other stages, or none here, says so to
pytest (`-n`), whose configuration and command line win.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace

from taskslib.events import Stage, SuiteId
from taskslib.pipeline.plan import Plan, Spread, StagePlan, SuitePlan
from taskslib.project.model import Suite

_WORTH = 10.0
"""Seconds of tests that a worker must have: to start one takes 1 to 2 s, collecting included."""


def spread(
    plan: Plan, own: Mapping[SuiteId, float], able: Callable[[Suite], bool], processors: int
) -> Plan:
    """Return a plan that says which suites get workers, and why others don't.

    Args:
        plan: With what is cached marked.
        own: The seconds that suites' tests took by themselves, where that is known.
        able: Tells whether a suite can be run so at all; of others nothing is said.
        processors: How many there are.
    """
    if plan.request.arguments or plan.request.picks:
        return plan  # who picks some tests, or passes `-n`, has decided
    return replace(
        plan, stages=tuple(_stage(plan, one, own, able, processors) for one in plan.stages)
    )


def decide(own: float | None, processors: int, beside: int) -> Spread:
    """Return how many workers a suite gets (0: none), and why.

    Args:
        own: The seconds that its tests took by themselves; None where that is not known.
        processors: How many there are.
        beside: How many suites run at once, itself included.
    """
    free = processors // max(1, beside)
    if own is None:
        return Spread(0, "no whole run of it is known")
    if own < 2 * _WORTH:
        return Spread(0, f"its tests take {own:.1f} s, and workers some to start")
    if free < 2:  # noqa: PLR2004
        return Spread(0, f"{beside} suites run at once on {processors} processors")
    return Spread(min(free, int(own // _WORTH)), f"its tests take {own:.0f} s")


def _stage(
    plan: Plan,
    stage: StagePlan,
    own: Mapping[SuiteId, float],
    able: Callable[[Suite], bool],
    processors: int,
) -> StagePlan:
    if stage.stage is not Stage.UNIT:
        return stage
    running = sum(entry.cached is None for entry in stage.suites)
    beside = min(plan.project.jobs, running)

    def entry(one: SuitePlan) -> SuitePlan:
        if one.cached is not None or not able(one.suite):
            return one
        took = own.get(one.suite.id) if one.pick.took is None else one.pick.took.tests
        return replace(one, spread=decide(took, processors, beside))

    return replace(stage, suites=tuple(map(entry, stage.suites)))
