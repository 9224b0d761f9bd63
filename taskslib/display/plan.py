"""A plan as lines: what `--dry-run` prints. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from taskslib.display.text import TITLES
from taskslib.pipeline.plan import Plan
from taskslib.stacks.instance import Spec


def plan_lines(plan: Plan, specs: Sequence[Spec]) -> Iterator[str]:
    """Yield a plan as lines: stages, suites with their steps, stacks with their names."""
    names = {spec.stack: spec.name for spec in specs}
    for stage in plan.stages:
        yield TITLES[stage.stage]
        for entry in stage.suites:
            suite = entry.suite
            tests = plan.project.shown(suite.tests / suite.glob)
            steps = " > ".join(entry.steps) or "cached"
            yield f"  {suite.id.name}: {steps}"
            yield f"      tests: {tests}"
            if entry.spread is not None:
                count = entry.spread.workers
                yield f"      xdist: {count or 'no'} workers: {entry.spread.reason}"
            if suite.stack is not None and entry.steps:
                file = plan.project.shown(suite.stack.files[0])
                there = f" on {entry.engine}" if entry.engine else ""
                yield f"      stack: {file} as {names[suite.stack]}{there}"
    for note in plan.notes:
        yield f"note: {note}"
