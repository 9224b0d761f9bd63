"""What will run, decided before anything does: stages as gates, suites with their steps. Pure.

`--dry-run` prints the same data that a run walks through.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from math import inf
from typing import TYPE_CHECKING

from taskslib.errors import NothingToRunError, UsageError, did_you_mean
from taskslib.events import Stage, SuiteId
from taskslib.pipeline.request import TestRequest
from taskslib.project.model import Layout, Project, Suite

if TYPE_CHECKING:
    from taskslib.pipeline.durations import SuiteDuration
    from taskslib.pipeline.results.store import Stored
    from taskslib.project.dependencies.affected import Affected


class Step(StrEnum):
    """What a suite goes through, in this order."""

    ENVIRONMENT = "environment"
    """Make what the tests are run with (a virtual environment)."""
    BUILD = "build"
    START = "start"
    WAIT = "wait"
    READY = "ready"
    """Its stack is up; it waits for its stage to begin."""
    TEST = "test"
    STOP = "stop"


@dataclass(frozen=True, slots=True)
class Spread:
    """Whether a suite's tests run in several processes."""

    workers: int
    """0: in one."""
    reason: str


@dataclass(frozen=True, slots=True)
class Pick:
    """What of a suite is to run: all of it, where nothing is said."""

    arguments: tuple[str, ...] = ()
    """What tells its framework so, before what was passed through."""
    tests: tuple[str, ...] = ()
    """Just these tests, by their ids."""
    took: SuiteDuration | None = None
    """How long just that took, where it is known: the suite's own duration says nothing of it."""


@dataclass(frozen=True, slots=True)
class SuitePlan:
    """A suite and the steps it will go through."""

    suite: Suite
    steps: tuple[Step, ...]
    cached: Stored | None = None
    """Its result where it need not run; it goes through no step then."""
    pick: Pick = Pick()
    spread: Spread | None = None
    """None where its framework decides by itself, or can't."""
    engine: str = ""
    """The Docker context of the engine that its stack comes up on; empty for the usual one."""


@dataclass(frozen=True, slots=True)
class StagePlan:
    """The suites of a stage: they run side by side, and the next stage only if all passed."""

    stage: Stage
    suites: tuple[SuitePlan, ...]


@dataclass(frozen=True, slots=True)
class Sharded:
    """Which of several machines' shares a plan is."""

    index: int
    """From 1 on."""
    count: int
    split: str
    """What tells the split from others: equal in all shards, or they do not belong together."""


@dataclass(frozen=True, slots=True)
class Plan:
    """All that will run."""

    project: Project
    request: TestRequest
    stages: tuple[StagePlan, ...]
    notes: tuple[str, ...] = ()
    """What a reader might expect to run and will not, with the reason."""
    shard: Sharded | None = None
    """Whose share it is; None where it is all."""

    @property
    def entries(self) -> tuple[SuitePlan, ...]:
        """All suites, in order."""
        return tuple(entry for stage in self.stages for entry in stage.suites)

    @property
    def picked(self) -> Mapping[SuiteId, tuple[str, ...]]:
        """The suites of which not all is to run, and just which tests, where that is known."""
        if self.request.arguments:
            return {entry.suite.id: () for entry in self.entries}
        return {one.suite.id: one.pick.tests for one in self.entries if one.pick != Pick()}


def make_plan(
    project: Project,
    request: TestRequest,
    affected: Affected | None = None,
    chosen: Mapping[SuiteId, Pick] | None = None,
) -> Plan:
    """Return what a request comes to in a project.

    Args:
        project: The repo.
        request: What was asked for.
        affected: Where only affected suites are to run, which those are: the plan may be empty.
        chosen: Where suites are picked one by one, which those are, and what of them.

    Raises:
        UsageError: A service that isn't one, or a stage that the project doesn't have.
        NothingToRunError: No suite at all is left of what was named.
    """
    check_services(project, request.services)
    for stage in request.stages:
        if stage not in project.layout.stages:
            raise UsageError(
                f"a {project.layout} project has no stage {stage}",
                hint=f"stages: {', '.join(project.layout.stages)}",
            )
    stages = tuple(
        StagePlan(stage, suites)
        for stage in request.stages or project.layout.stages
        if (suites := tuple(_suites(project, request, stage)))
    )
    plan = Plan(project, request, stages, _notes(project, request))
    _refuse_empty(plan)
    if chosen is not None:
        return _picked(plan, chosen)
    return plan if affected is None else _narrowed(plan, affected)


def with_results(plan: Plan, found: Mapping[SuiteId, Stored]) -> Plan:
    """Return a plan in which suites with a stored result are not run."""

    def entry(one: SuitePlan) -> SuitePlan:
        stored = found.get(one.suite.id)
        return one if stored is None else SuitePlan(one.suite, (), stored)

    stages = (replace(one, suites=tuple(map(entry, one.suites))) for one in plan.stages)
    return replace(plan, stages=tuple(stages))


def _picked(plan: Plan, chosen: Mapping[SuiteId, Pick]) -> Plan:
    """Return a plan of the chosen suites alone.

    Raises `NothingToRunError` where a path is given, and none of its suites is planned.
    """
    stages = tuple(
        StagePlan(stage.stage, suites)
        for stage in plan.stages
        if (
            suites := tuple(
                replace(one, pick=chosen[one.suite.id])
                for one in stage.suites
                if one.suite.id in chosen
            )
        )
    )
    if stages:
        return replace(plan, stages=stages)
    request = plan.request
    asked = {"--stage": request.stages, "--service": request.services}
    narrowing = " ".join(f"{option} {','.join(names)}" for option, names in asked.items() if names)
    if request.path:
        raise NothingToRunError(
            f"nothing of {request.path} runs with {narrowing}", hint=f"leave out {narrowing}"
        )
    what = f"test of {narrowing}" if chosen else "test"
    note = f"no {what} was red when it ran last"
    return replace(plan, stages=(), notes=(*plan.notes, note))


def _narrowed(plan: Plan, affected: Affected) -> Plan:
    """Return a plan without what changes can't affect, and with a note of what they do."""
    stages = tuple(
        StagePlan(stage.stage, suites)
        for stage in plan.stages
        if (suites := tuple(one for one in stage.suites if one.suite.id in affected.suites))
    )
    count, of = (sum(len(stage.suites) for stage in some) for some in (stages, plan.stages))
    changes = affected.changes
    if changes.files is None:
        note = f"everything is affected: {changes.reason}"
    elif not stages:
        note = f"nothing is affected since {changes.base}"
    else:
        note = f"{count} of {of} suites are affected since {changes.base}"
    return replace(plan, stages=stages, notes=(*plan.notes, note))


def longest_first(
    suites: Sequence[SuitePlan], durations: Mapping[SuiteId, float]
) -> tuple[SuitePlan, ...]:
    """Return the order in which suites are best begun where not all can run at once.

    One that is begun last and takes long keeps all others waiting; so may one that is not known.
    """
    return tuple(sorted(suites, key=lambda entry: -durations.get(entry.suite.id, inf)))


def check_services(project: Project, names: Sequence[str]) -> None:
    """Raise `UsageError`, with did-you-mean and the list, for a name that is no service's."""
    known = suite_names(project)
    for name in names:
        if name not in known:
            raise UsageError(
                f"no service {name!r}",
                hint=f"{did_you_mean(name, known)}services: {', '.join(known) or 'none'}",
            )


def suite_names(project: Project) -> tuple[str, ...]:
    """Return what `--service` takes: the services, and the project where it has unit tests."""
    own = (suite.id.name for suite in project.suites if suite.id.stage is Stage.UNIT)
    return tuple(dict.fromkeys((*project.service_names(), *own)))


def _suites(project: Project, request: TestRequest, stage: Stage) -> list[SuitePlan]:
    narrowed = _narrows(project, request)
    if narrowed and stage is Stage.INTEGRATION and not request.stages:
        return []  # it is everybody's: it runs only if it is asked for
    picked = []
    for suite in project.suites:
        if suite.id.stage is not stage:
            continue
        if narrowed and stage is not Stage.INTEGRATION and suite.id.name not in request.services:
            continue
        picked.append(SuitePlan(suite, _steps(suite, keep=request.kept)))
    return picked


def _narrows(project: Project, request: TestRequest) -> bool:
    return bool(request.services) and project.layout is Layout.MULTI


def _steps(suite: Suite, *, keep: bool) -> tuple[Step, ...]:
    if suite.stack is None:
        return (Step.ENVIRONMENT, Step.TEST)
    steps = (Step.ENVIRONMENT, Step.BUILD, Step.START, Step.WAIT, Step.TEST)
    return steps if keep else (*steps, Step.STOP)


def _notes(project: Project, request: TestRequest) -> tuple[str, ...]:
    notes = [*project.gaps]
    everybodys = any(suite.id.stage is Stage.INTEGRATION for suite in project.suites)
    if request.services and not request.stages and everybodys and _narrows(project, request):
        notes.append("the integration stage is not run with --service (--stage integration does)")
    return tuple(notes)


def _refuse_empty(plan: Plan) -> None:
    """Raise where nothing would run: silence must not look like green."""
    planned = {entry.suite.id for entry in plan.entries}
    request = plan.request
    gaps = "; ".join(plan.project.gaps)
    if not planned:
        what = " ".join([*request.stages, "tests"] if request.stages else ["tests"])
        where = f" of {', '.join(request.services)}" if request.services else ""
        raise NothingToRunError(
            f"there are no {what}{where} to run" + (f": {gaps}" if gaps else ""),
            hint="`inv services` shows what was found, and where it was looked for",
        )
    for name in request.services:
        if plan.project.layout is Layout.MULTI and name not in {one.name for one in planned}:
            if any(stage is Stage.INTEGRATION for stage in request.stages):
                continue
            raise NothingToRunError(
                f"{name} has no tests at stage {', '.join(request.stages or ('unit, service',))}",
                hint="`inv services` shows what each service has",
            )
