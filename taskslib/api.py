"""What the tasks do, as plain typed functions: a task is a few lines around one of these.

Every function takes a `Session`, which says where it works; expected errors are raised as
`TaskslibError`, a signal as `Interrupted`.
"""

from __future__ import annotations

import os
import shutil
import time
from collections.abc import Callable, Iterable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from taskslib.errors import EngineError, NoInstanceError, UsageError, did_you_mean
from taskslib.pipeline.plan import Plan, TestRequest, make_plan
from taskslib.processes import Cancellation
from taskslib.project import find_root, load
from taskslib.project.model import Project, Stack, Suite

if TYPE_CHECKING:
    from taskslib.doctor.images import StandIn
    from taskslib.events import Sink
    from taskslib.pipeline.report import Report
    from taskslib.stacks.engine import Container, Engine
    from taskslib.stacks.lifetime import Instance, Lifetime, Spec
    from taskslib.stacks.watchdog import Guard

SUITE_TIMEOUT = 3600.0
"""Seconds after which a suite is ended."""
_KEPT_RUNS = 20
"""Folders under `.taskslib/runs` that are kept."""


@dataclass(frozen=True, slots=True)
class Session:
    """Where a call works, and what can end it."""

    root: Path = field(default_factory=lambda: find_root(Path.cwd()))
    """The repo's top folder."""
    overrides: Mapping[str, object] = field(default_factory=dict)
    """Configuration that wins over `[tool.taskslib]`."""
    environ: Mapping[str, str] = field(default_factory=lambda: dict(os.environ))
    cancellation: Cancellation = field(default_factory=Cancellation)
    say: Callable[[str], None] = lambda _: None
    """Told what a person should know on the way."""


def project(session: Session) -> Project:
    """Return the repo as data. Raises `ConfigError`."""
    return load(session.root, session.overrides)


def plan(session: Session, request: TestRequest) -> Plan:
    """Return what a request would run. Raises `UsageError`, `ConfigError`, `NothingToRunError`."""
    return make_plan(project(session), request)


def test(session: Session, planned: Plan, sink: Sink, folder: Path) -> Report:
    """Run a plan and return what it came to.

    Args:
        session: Where.
        planned: From `plan`.
        sink: Receives every event.
        folder: Where the run's files go, from `run_folder`.

    Raises `UsageError`, before anything runs, where a stack that is to be kept is there already.
    """
    from taskslib.pipeline.run import Runner
    from taskslib.pipeline.suite import SuiteRunner

    if planned.request.keep:
        _refuse_kept(session, test_specs(session, planned))
    specs = _specs(session, planned.project, kept=planned.request.keep)
    with session.cancellation.on_signals(), _watchdog(session) as guard:
        suites = SuiteRunner(
            engine=_engine(session),
            cancellation=session.cancellation,
            locks=_locks(session),
            spec=specs,
            environ=session.environ,
            folder=folder,
            request=planned.request,
            timeout=SUITE_TIMEOUT,
            guard=guard,
        )
        runner = Runner(suites, session.cancellation, sink, planned.project.jobs)
        return runner.run(planned)


def test_specs(session: Session, planned: Plan) -> tuple[Spec, ...]:
    """Return the instances that a plan starts, one per stack."""
    specs = _specs(session, planned.project, kept=planned.request.keep)
    suites = (entry.suite for stage in planned.stages for entry in stage.suites)
    return tuple(specs(stack) for stack in dict.fromkeys(one.stack for one in suites) if stack)


def rerun_command(suite: Suite, test: str) -> str:
    """Return the command line that runs one test of a suite again, and only it."""
    from taskslib.frameworks import framework_of

    framework = framework_of(suite)
    return framework.rerun(suite, test) if framework else ""


def up(session: Session, service: str = "") -> Instance:
    """Start the kept instance of the full stack (or a service's own), or bring it up to date.

    Raises `UsageError` for a stack that isn't there, `EngineError` and its kin.
    """
    spec = kept_spec(session, service)
    with session.cancellation.on_signals(), _watchdog(session) as guard:
        return _lifetime(session, guard).start(spec)


def down(session: Session, service: str = "") -> bool:
    """End the kept instance; return whether there was one."""
    spec = kept_spec(session, service)
    with session.cancellation.on_signals(), _watchdog(session) as guard:
        return _lifetime(session, guard).stop(spec.name)


def running(session: Session, service: str = "") -> Instance:
    """Return the kept instance that is up. Raises `NoInstanceError` where there is none."""
    from taskslib.stacks.lifetime import running_instance

    spec = kept_spec(session, service)
    engine = _engine(session)
    containers = engine.containers(spec.name)
    if not any(container.state == "running" for container in containers):
        flag = f" --service {service}" if service else ""
        raise NoInstanceError(
            f"no stack is up for this branch ({spec.name})", hint=f"start it: inv infra-up{flag}"
        )
    return running_instance(spec, containers, engine.host())


def logs(session: Session, service: str = "", *, tail: int = 100) -> str:
    """Return the last lines that the kept instance's containers logged."""
    instance = running(session, service)
    assert instance.spec is not None  # noqa: S101 — it came from one
    return _engine(session).logs(instance.spec.name, tail=tail)


def instances(session: Session) -> tuple[Container, ...]:
    """Return the containers of all instances of this project, of every branch and worktree."""
    from taskslib.stacks.engine import Label

    name = project(session).name
    found = _engine(session).containers("")
    return tuple(one for one in found if one.labels.get(Label.PROJECT) == name)


def standins(session: Session) -> tuple[StandIn, ...]:
    """Return the base images on the engine that were built here under a public image's name."""
    from taskslib import doctor

    del session
    return doctor.standins()


def instance_id(session: Session) -> str:
    """Return `TEST_INSTANCE_ID` of this branch and worktree."""
    from taskslib.project.git import checkout
    from taskslib.stacks import ids

    found = checkout(session.root)
    place = ids.Place(str(session.root.resolve()), found.branch, found.commit)
    return ids.instance_id(place, session.environ)


def setup(session: Session, *, install_engine: bool, offline_images: bool, dry_run: bool) -> None:
    """Make this machine ready, saying first what will be done. Raises `EngineError`."""
    from taskslib import doctor

    with session.cancellation.on_signals():
        doctor.setup(
            session.root,
            install_engine=install_engine,
            offline_images=offline_images,
            dry_run=dry_run,
            say=session.say,
            cancellation=session.cancellation,
        )


def kept_spec(session: Session, service: str = "") -> Spec:
    """Return which instance `infra-up` starts. Raises `UsageError` for a stack that isn't there."""
    found = project(session)
    return _specs(session, found, kept=True)(_stack(found, service))


def run_folder(session: Session) -> Path:
    """Make and return a new folder for a run's files; the oldest ones are removed."""
    from taskslib.project.places import own_folder

    runs = own_folder(session.root) / "runs"
    runs.mkdir(exist_ok=True)
    earlier = sorted(folder for folder in runs.iterdir() if folder.is_dir())
    for folder in earlier[: max(0, len(earlier) - _KEPT_RUNS + 1)]:
        shutil.rmtree(folder, ignore_errors=True)
    name = f"{time.strftime('%Y%m%d-%H%M%S')}-{os.getpid()}"
    folder = runs / name
    folder.mkdir(exist_ok=True)
    return folder


def _refuse_kept(session: Session, specs: Iterable[Spec]) -> None:
    from taskslib.stacks.lifetime import kept_already

    engine = _engine(session)
    try:
        there = [spec for spec in specs if engine.containers(spec.name)]
    except EngineError:
        return  # the suites that need it will say so, and the others run
    if there:
        raise kept_already(there[0])


def _stack(found: Project, service: str) -> Stack:
    if not service:
        if found.stack is None:
            raise UsageError(
                f"{found.name} has no full stack: there is no Compose file in deploy/test",
                hint="a service's own stack: inv infra-up --service NAME",
            )
        return found.stack
    stack = found.service_stack(service)
    if stack is not None:
        return stack
    with_stack = [name for name in found.service_names() if found.service_stack(name)]
    listed = f"services with a stack: {', '.join(with_stack) or 'none'}"
    if service in found.service_names():
        raise UsageError(f"{service} has no test stack of its own", hint=listed)
    raise UsageError(
        f"no service {service!r}", hint=f"{did_you_mean(service, found.service_names())}{listed}"
    )


def _specs(session: Session, found: Project, *, kept: bool) -> Callable[[Stack], Spec]:
    from taskslib.project.git import checkout
    from taskslib.stacks.specs import spec

    place = checkout(found.root)
    return lambda stack: spec(found, place, stack, session.environ, kept=kept)


def _engine(session: Session) -> Engine:
    from taskslib.stacks.docker import DockerEngine

    return DockerEngine(session.cancellation, session.environ)


def _locks(session: Session) -> Path:
    from taskslib.project.places import cache_root

    return cache_root(session.environ) / "locks"


def _watchdog(session: Session) -> AbstractContextManager[Guard]:
    from taskslib.stacks.watchdog.process import Watchdog

    return Watchdog(_locks(session), session.environ, session.cancellation).watching()


def _lifetime(session: Session, guard: Guard) -> Lifetime:
    from taskslib.stacks.lifetime import Lifetime

    return Lifetime(
        _engine(session), session.cancellation, _locks(session), say=session.say, guard=guard
    )
