"""Is this machine, and this repo, fit to run? `setup` makes it so.

May import everything below `api` but `display`; thin doing is in `machine`, everything else is
decided in pure code. Start reading at `run`, then `plan`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from taskslib.cancellation import Cancellation

if TYPE_CHECKING:
    from taskslib.doctor.health.findings import Line
    from taskslib.doctor.images import StandIn
    from taskslib.project.model import Project

__all__ = ["examine", "setup", "standins"]


def examine(
    project: Project, environ: Mapping[str, str], cancellation: Cancellation
) -> tuple[Line, ...]:
    """Look whether this machine and a project are fit to run, and return a line about each thing.

    It changes nothing, and needs no engine.
    """
    from taskslib.doctor.health.checks import health_lines
    from taskslib.doctor.health.examine import Examination
    from taskslib.doctor.machine import ThisMachine

    machine = ThisMachine(cancellation)
    return health_lines(Examination(project, environ, cancellation, machine.ask).health())


def setup(
    root: Path,
    *,
    install_engine: bool,
    offline_images: bool,
    dry_run: bool,
    say: Callable[[str], None],
    cancellation: Cancellation,
) -> None:
    """Make this machine ready to run the project at `root`, saying first what will be done.

    Raises EngineError where a person has to install or start something, and ConfigError where a
    recipe in `deploy/offline/` is wrong.
    """
    from taskslib.doctor.machine import ThisMachine
    from taskslib.doctor.plan import Options
    from taskslib.doctor.recipes import read_recipes
    from taskslib.doctor.run import run

    options = Options(install_engine, offline_images, dry_run)
    run(ThisMachine(cancellation), read_recipes(root), options, say)


def standins() -> tuple[StandIn, ...]:
    """Return the images on the engine that a recipe made under a public image's name."""
    from taskslib.doctor import images

    return images.standins()
