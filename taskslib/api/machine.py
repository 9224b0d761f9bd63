"""The machine: is it ready, and what was built on it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from taskslib.api.session import Session, project

if TYPE_CHECKING:
    from taskslib.doctor.health.findings import Line
    from taskslib.doctor.images import StandIn


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


def standins(session: Session) -> tuple[StandIn, ...]:
    """Return the base images on the engine that were built here under a public image's name."""
    from taskslib import doctor

    del session
    return doctor.standins()


def doctor(session: Session) -> tuple[Line, ...]:
    """Return what is to say of this machine and the project: whether both are fit to run."""
    from taskslib import doctor

    with session.cancellation.on_signals():
        return doctor.examine(project(session), session.environ, session.cancellation)
