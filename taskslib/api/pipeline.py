"""Plan and run the tests."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import AbstractContextManager
from pathlib import Path
from typing import TYPE_CHECKING

from taskslib.api import selection
from taskslib.api.engines import places, specs_by_engine
from taskslib.api.history import durations, failed_before, history, red_before, remember
from taskslib.api.results import fingerprints, forget_answers
from taskslib.api.session import (
    Session,
    engine_of,
    locks_of,
    project,
    specs_of,
)
from taskslib.api.sharding import share
from taskslib.errors import EngineError
from taskslib.pipeline.plan import Plan, make_plan
from taskslib.pipeline.request import TestRequest
from taskslib.project.model import Project, Suite, shown
from taskslib.secrets import mask_of

if TYPE_CHECKING:
    from taskslib.events import Sink
    from taskslib.pipeline.report import Report
    from taskslib.pipeline.results.memory import Memory
    from taskslib.pipeline.selecting import Picks
    from taskslib.stacks.instance import Spec


def plan(session: Session, request: TestRequest) -> Plan:
    """Return what a request would run. Raises `UsageError`, `ConfigError`, `NothingToRunError`."""
    affected = selection.affected(session, request.base) if request.affected else None
    found = project(session)
    planned = make_plan(found, request, affected, _chosen(session, found, request))
    return planned if request.shard is None else share(planned, request.shard)


def _chosen(session: Session, found: Project, request: TestRequest) -> Picks | None:
    """Return the suites that a path or earlier failures pick; None where none are picked so."""
    from taskslib.pipeline.selecting import by_failures, by_path

    if request.path:
        return by_path(found, request.path, Path.cwd())
    if request.failed:
        return by_failures(found, *red_before(history(session, found.name), found.root))
    return None


def test(
    session: Session, planned: Plan, sink: Sink, folder: Path, memory: Memory | None
) -> Report:
    """Run a plan, remember what its suites came to, and return it.

    Args:
        session: Where.
        planned: From `plan`, or from `recall` with what need not run marked.
        sink: Receives every event.
        folder: Where the run's files go, from `run_folder`.
        memory: From `recall`: remembers what passes; None where nothing is to be stored.

    Raises `UsageError`, before anything runs, where a stack that is to be kept is there already.
    """
    from taskslib.pipeline.ahead import Ahead
    from taskslib.pipeline.history import Collector
    from taskslib.pipeline.results.run import Remembering
    from taskslib.pipeline.run import Runner
    from taskslib.pipeline.suite import SuiteRunner
    from taskslib.stacks.together import Configurations

    known = history(session, planned.project.name)
    collector = Collector(sink)
    spec = specs_of(session, planned.project, kept=planned.request.kept)
    specs = specs_by_engine(planned, spec)
    own = [one for some in specs.values() for one in some]
    configurations = Configurations(own)
    if planned.request.keep:
        _refuse_kept(session, own)
    with (
        session.cancellation.on_signals(),
        Ahead(locks_of(session)) as ahead,
        places(session, planned, specs, configurations, ahead) as found,
    ):
        suites = SuiteRunner(
            places=found,
            locks=locks_of(session),
            spec=spec,
            folder=folder,
            request=planned.request,
            mask=mask_of(session.environ),
            limits=planned.project.limits,
            first=failed_before(known, planned),
            configurations=configurations,
        )
        runner = Runner(
            Remembering(suites, memory),
            session.cancellation,
            collector,
            planned.project.jobs,
            planned.project.stacks,
            durations(known, planned),
            ahead.taken,
        )
        report = runner.run(planned)
        if memory is not None:
            memory.store()
            if memory.disproven:
                forget_answers(session, planned)
    ran = collector.suites(
        fingerprints(planned, memory), planned.picked, arguments=bool(planned.request.arguments)
    )
    remember(known, planned, ran)
    return report


def test_specs(session: Session, planned: Plan) -> tuple[Spec, ...]:
    """Return the instances that a plan starts, one per stack."""
    spec = specs_of(session, planned.project, kept=planned.request.kept)
    return tuple(one for some in specs_by_engine(planned, spec).values() for one in some)


def rerun_command(root: Path, suite: Suite, test: str) -> str:
    """Return the command line that runs one test of a suite again, and only it.

    Where its name can't be typed safely, that of the suite.
    """
    from taskslib.frameworks.base import command_line, rerun_line
    from taskslib.frameworks.detection import framework_of

    framework = framework_of(suite)
    line = ""
    if framework is not None:
        file, _, name = test.partition("::")
        own = name and (suite.folder / file).is_relative_to(suite.tests)
        if framework.name == "pytest" and own:
            line = command_line("inv", "test", f"{shown(suite.folder / file, root)}::{name}")
        else:
            line = rerun_line(suite, framework.selection(suite, (test,)))
    return line or rerun_line(suite, ())


def run_folder(session: Session) -> AbstractContextManager[Path]:
    """Return the context of a new folder for a run's files; it removes those of the oldest."""
    from taskslib.reports.runs import run_folder

    return run_folder(session.root)


def _refuse_kept(session: Session, specs: Iterable[Spec]) -> None:
    from taskslib.stacks.instance import kept_already

    engine = engine_of(session)
    try:
        there = [spec for spec in specs if engine.containers(spec.name)]
    except EngineError:
        return  # the suites that need it will say so, and the others run
    if there:
        raise kept_already(there[0])
