"""Plan and run the tests."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from typing import TYPE_CHECKING

from taskslib.api import selection
from taskslib.api.history import durations, failed_before, history, red_before, remember
from taskslib.api.results import fingerprints, forget_answers
from taskslib.api.session import (
    Session,
    engine_of,
    locks_of,
    project,
    reaping,
    specs_of,
    watchdog,
)
from taskslib.api.sharding import share
from taskslib.errors import EngineError
from taskslib.pipeline.plan import Plan, make_plan
from taskslib.pipeline.request import TestRequest
from taskslib.project.model import Project, Stack, Suite, shown
from taskslib.secrets import mask_of

if TYPE_CHECKING:
    from taskslib.cancellation import Cancellation
    from taskslib.events import Sink
    from taskslib.pipeline.ahead import Ahead
    from taskslib.pipeline.report import Report
    from taskslib.pipeline.results.memory import Memory
    from taskslib.pipeline.selecting import Picks
    from taskslib.stacks.engine import Engine
    from taskslib.stacks.instance import Spec
    from taskslib.stacks.together import Configurations


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
    from taskslib.stacks.watchdog import Unguarded

    known = history(session, planned.project.name)
    collector = Collector(sink)
    specs = specs_of(session, planned.project, kept=planned.request.kept)
    own = [specs(stack) for stack in _stacks(planned)]
    configurations = Configurations(own)
    if planned.request.keep:
        _refuse_kept(session, own)
    with (
        session.cancellation.on_signals(),
        watchdog(session) if _runs(planned) else nullcontext(Unguarded()) as guard,
        reaping(session, but=own) if own else nullcontext(),
        Ahead(locks_of(session)) as ahead,
        _images(session, planned, own, configurations, ahead),
    ):
        suites = SuiteRunner(
            engine=lambda cancellation: engine_of(session, cancellation),
            locks=locks_of(session),
            spec=specs,
            environ=session.environ,
            folder=folder,
            request=planned.request,
            mask=mask_of(session.environ),
            limits=planned.project.limits,
            first=failed_before(known, planned),
            configurations=configurations,
            guard=guard,
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
    remember(known, planned, collector.suites(fingerprints(planned, memory), planned.picked))
    return report


def _images(
    session: Session,
    planned: Plan,
    own: Sequence[Spec],
    configurations: Configurations,
    ahead: Ahead,
) -> AbstractContextManager[None]:
    """Return what builds all images at once while the first stage's tests run."""
    from taskslib.stacks.together import built_together

    def engine(cancellation: Cancellation) -> Engine:
        return engine_of(session, cancellation)

    if len(own) < 2 or not ahead.taken():  # noqa: PLR2004 — one stack builds its own
        return nullcontext()
    limit = planned.project.limits.build
    return built_together(engine, own, configurations, session.cancellation, limit)


def _runs(planned: Plan) -> bool:
    return any(entry.cached is None for entry in planned.entries)


def test_specs(session: Session, planned: Plan) -> tuple[Spec, ...]:
    """Return the instances that a plan starts, one per stack."""
    specs = specs_of(session, planned.project, kept=planned.request.kept)
    return tuple(specs(stack) for stack in _stacks(planned))


def _stacks(planned: Plan) -> tuple[Stack, ...]:
    suites = (entry.suite for entry in planned.entries if entry.cached is None)
    return tuple(stack for stack in dict.fromkeys(one.stack for one in suites) if stack)


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
