"""One run on several machines: how long suites take, and which share of a plan is whose."""

from __future__ import annotations

import time
from collections import defaultdict
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from taskslib.api.history import history, remember
from taskslib.api.session import Session, project
from taskslib.errors import UsageError
from taskslib.events import Outcome
from taskslib.pipeline.plan import Plan, StagePlan, SuitePlan
from taskslib.pipeline.request import TestRequest
from taskslib.project.git import Checked
from taskslib.project.model import Suite
from taskslib.project.places import OWN, own_folder

if TYPE_CHECKING:
    from taskslib.events import Sink, SuiteId
    from taskslib.pipeline.durations import SuiteDuration
    from taskslib.pipeline.history import History
    from taskslib.pipeline.sharding import Piece
    from taskslib.reports.merge import Merged


def durations_text(session: Session) -> str:
    """Return how long the project's suites take, as the text of a file for `--durations`."""
    from taskslib.pipeline.durations import encoded

    found = project(session)
    known = history(session, found.name)
    took = known.durations(suite.id for suite in found.suites)
    suites = {
        str(one.id): _duration(known, one, took[one.id]) for one in found.suites if one.id in took
    }
    return encoded(found.name, suites)


def write_durations(session: Session, file: Path) -> None:
    """Write how long the project's suites take into a file. Raises OSError."""
    text = durations_text(session)
    if file.resolve().is_relative_to(session.root.resolve() / OWN):
        own_folder(session.root)
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text, "utf-8")


def _duration(known: History, suite: Suite, seconds: float) -> SuiteDuration:
    """Return how long a suite takes; of files whose tests are all skipped a part can't be made."""
    from taskslib.frameworks.detection import framework_of
    from taskslib.pipeline.durations import SuiteDuration

    framework = framework_of(suite)
    files: defaultdict[str, float] = defaultdict(float)
    for test, outcome, took in known.tests(suite.id) if framework is not None else ():
        file = framework.file_of(test) if framework is not None else ""
        if file and outcome != Outcome.SKIPPED:
            files[file] += took
    return SuiteDuration(seconds, files)


@dataclass(frozen=True, slots=True)
class Joined:
    """The shards of a run as one."""

    plan: Plan
    merged: Merged
    checked: Checked
    """What they were of."""
    broken: tuple[str, ...]
    """Words about files that can't be read."""


def merged_shards(session: Session, folder: Path) -> Joined:
    """Return what the shards below a folder told, as one run.

    Raises `UsageError` where they are not of one run, or this is no checkout of it.
    """
    from taskslib.reports.merge import merge
    from taskslib.reports.shards import read_shards

    found = project(session)
    told, broken = read_shards(folder, found.name)
    document = told[0].document
    order = [suite.id for suite in found.suites]
    merged = merge(told, order, found.slow, time.monotonic())
    ran = {one.suite for one in merged.report.results}
    if unknown := sorted(ran - {suite.id for suite in found.suites}):
        raise UsageError(
            f"{unknown[0]} is no suite of this checkout",
            hint=f"git checkout {document.commit or 'what the shards were run of'}",
        )
    stages = tuple(
        StagePlan(stage, suites)
        for stage in found.layout.stages
        if (
            suites := tuple(
                SuitePlan(suite, ())
                for suite in found.suites
                if suite.id in ran and suite.id.stage is stage
            )
        )
    )
    asked = document.selection
    request = TestRequest(
        services=tuple(asked.services),
        arguments=tuple(asked.arguments),
        affected=asked.affected,
    )
    # What each shard says of its own share is no news of the whole.
    lost = tuple(f"{one} is missing" for one in merged.report.missing)
    plan = Plan(found, request, stages, lost)
    return Joined(plan, merged, Checked(document.commit, document.changes), broken)


def tell_merged(session: Session, joined: Joined, sink: Sink) -> None:
    """Give the events of a joined run to a sink, and remember it as one that was whole."""
    from taskslib.pipeline.history import Collector

    collector = Collector(sink)
    for event in joined.merged.events:
        collector(event)
    if not joined.merged.report.missing:
        known = history(session, joined.plan.project.name)
        given = bool(joined.plan.request.arguments)
        ran = collector.suites({}, joined.plan.picked, arguments=given)
        remember(known, joined.plan, ran)


def share(planned: Plan, shard: tuple[int, int]) -> Plan:
    """Return the part of a plan that one shard runs. Raises `UsageError`, `ConfigError`."""
    from taskslib.frameworks.detection import framework_of
    from taskslib.pipeline.durations import read_durations
    from taskslib.pipeline.sharding import sharded, split

    request, suites = planned.request, {one.suite.id: one.suite for one in planned.entries}
    file = Path(request.durations)
    known = read_durations(file, planned.project.name) if request.durations else {}
    here = {
        name: _splittable(suite, known[name], whole=bool(request.arguments))
        for suite in suites.values()
        if (name := str(suite.id)) in known
    }

    def arguments(suite: SuiteId, piece: Piece) -> tuple[str, ...]:
        framework, one = framework_of(suites[suite]), suites[suite]
        assert framework is not None  # noqa: S101 — it is split by what its framework said
        if piece.without:
            return framework.without(one, piece.without) or ()
        return tuple(word for path in piece.only for word in framework.within(one, path, ""))

    index, count = shard
    planned = sharded(planned, index, split(tuple(suites), count, here), here, arguments)
    if request.durations or count == 1:
        return planned
    hint = "every suite counts the same, and none is split (--durations)"
    return replace(planned, notes=(*planned.notes, hint))


def _splittable(suite: Suite, known: SuiteDuration, *, whole: bool) -> SuiteDuration:
    """Return a suite's duration with the files that are still there, if parts can be made of it.

    With arguments for the framework (`-k price`) that is none: what they leave of a part may be
    nothing, which is red.
    """
    from taskslib.frameworks.detection import framework_of

    framework = framework_of(suite)
    if whole or framework is None or framework.without(suite, ()) is None:
        return replace(known, files={})
    files = {
        path: seconds
        for path, seconds in known.files.items()
        if (suite.folder / path).is_file() and (suite.folder / path).is_relative_to(suite.tests)
    }
    # What is gone takes no time any more, and is nothing that each part needs before.
    return replace(known, seconds=known.before + replace(known, files=files).tests, files=files)
