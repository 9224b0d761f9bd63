"""Which of several engines a suite's stack comes up on. Pure.

Decided before anything runs: so a plan can be shown, and nothing depends on who was quick.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from taskslib.events import SuiteId
from taskslib.pipeline.plan import Plan, StagePlan, longest_first


def placed(plan: Plan, engines: Sequence[str], durations: Mapping[SuiteId, float]) -> Plan:
    """Return a plan in which each suite with a stack has an engine.

    The suites of a stage are dealt out the longest first, each to the engine with the least to do.

    Args:
        plan: The plan.
        engines: The names of the engines, at least one.
        durations: How long suites usually take; one that is not known counts as the longest.
    """
    stages = tuple(_stage(stage, engines, durations) for stage in plan.stages)
    return replace(plan, stages=stages)


def _stage(
    stage: StagePlan, engines: Sequence[str], durations: Mapping[SuiteId, float]
) -> StagePlan:
    loads = dict.fromkeys(engines, 0.0)
    unknown = max(durations.values(), default=1.0)
    chosen: dict[SuiteId, str] = {}
    for entry in longest_first(stage.suites, durations):
        if entry.suite.stack is None or entry.cached is not None:
            continue
        engine = min(loads, key=lambda name: loads[name])
        loads[engine] += durations.get(entry.suite.id, unknown)
        chosen[entry.suite.id] = engine
    suites = (replace(one, engine=chosen.get(one.suite.id, "")) for one in stage.suites)
    return replace(stage, suites=tuple(suites))
