"""Where a call works, and what every other function here makes of it."""

from __future__ import annotations

import os
import platform
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from taskslib.cancellation import Cancellation
from taskslib.errors import EngineError, Interrupted
from taskslib.project import find_root, load
from taskslib.project.model import Limits, Project, Stack

if TYPE_CHECKING:
    from taskslib.quick import Looked
    from taskslib.stacks.client import DockerClient
    from taskslib.stacks.engine import Engine
    from taskslib.stacks.instance import Spec
    from taskslib.stacks.lifetime import Lifetime
    from taskslib.stacks.progress import Progress
    from taskslib.stacks.watchdog import Guard


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
    prefix: str = ""
    """What stands before the names of our tasks in the repo's tasks.py: workflows run these."""
    looked: Looked | None = None
    """The repo's files, where they were looked at a moment ago; the first look at them is that."""
    waiting: Callable[[str], None] | None = None
    """Told what a start that takes long is at; None where nobody waits before a terminal."""

    def __post_init__(self) -> None:
        """Have the root whole: commands run in other folders, and are told paths below it."""
        object.__setattr__(self, "root", self.root.absolute())


def project(session: Session) -> Project:
    """Return the repo as data. Raises `ConfigError`."""
    return load(session.root, session.overrides)


def engine_of(session: Session, cancellation: Cancellation | None = None) -> Engine:
    """Return the container engine, whose calls end with the session or a part of it."""
    from taskslib.stacks.docker import DockerEngine

    return DockerEngine(cancellation or session.cancellation, session.environ)


def client_of(session: Session) -> DockerClient:
    """Return Docker's own client, for what it alone knows."""
    from taskslib.stacks.client import DockerClient

    return DockerClient(session.cancellation, session.environ)


def locks_of(session: Session) -> Path:
    """Return the folder of the lock files."""
    from taskslib.project.places import cache_root

    return cache_root(session.environ) / "locks"


def specs_of(session: Session, found: Project, *, kept: bool) -> Callable[[Stack], Spec]:
    """Return what says which instance a stack is in this checkout."""
    from taskslib.project.git import checkout
    from taskslib.stacks.specs import spec

    place = checkout(found.root)
    locks = locks_of(session)
    return lambda stack: spec(found, place, stack, session.environ, kept=kept, locks=locks)


def lifetime_of(
    session: Session,
    guard: Guard | None = None,
    limits: Limits | None = None,
    progress: Progress | None = None,
) -> Lifetime:
    """Return what starts and ends instances."""
    from taskslib.stacks.lifetime import Lifetime
    from taskslib.stacks.watchdog import Unguarded

    return Lifetime(
        engine_of(session),
        session.cancellation,
        locks_of(session),
        say=session.say,
        step=progress.step if progress else lambda _: None,
        progress=progress.far if progress else lambda _: None,
        guard=guard or Unguarded(),
        limits=limits or Limits(),
    )


@contextmanager
def progress_of(session: Session, spec: Spec) -> Iterator[Progress | None]:
    """Have it said what the start of an instance is at, where somebody waits for it."""
    from taskslib.stacks.progress import Progress

    if session.waiting is None:
        yield None
        return
    engine = partial(engine_of, session)
    progress = Progress(spec.name, engine, session.waiting, session.cancellation)
    with progress.watching():
        yield progress


def watchdog(session: Session) -> AbstractContextManager[Guard]:
    """Return a context in which a watchdog ends what is left if this process is killed."""
    from taskslib.stacks.watchdog.process import Watchdog

    return Watchdog(locks_of(session), session.environ, session.cancellation).watching()


@contextmanager
def reaping(session: Session, *, but: Iterable[Spec]) -> Iterator[None]:
    """Remove, beside what runs in this context, what runs that were killed left behind."""
    from concurrent.futures import ThreadPoolExecutor

    with ThreadPoolExecutor(1, "reap") as pool:
        pool.submit(_reap, session, tuple(spec.name for spec in but))
        yield


def _reap(session: Session, but: tuple[str, ...]) -> None:
    from taskslib.stacks.reap import candidates, reap

    lifetime = lifetime_of(session)
    try:
        found = candidates(lifetime.engine.belongings(), platform.node(), lifetime.locks, but=but)
        for name in reap(lifetime, found):
            session.say(f"removed what an ended run left behind: {name}")
    except (EngineError, Interrupted):
        return  # who needs the engine says what is wrong with it, and the next run reaps
