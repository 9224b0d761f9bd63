"""Is this machine, and this repo, fit to run? `setup` makes it so.

May import everything below `api` but `display`; thin doing is in `machine`, everything else is
decided in pure code. Start reading at `run`, then `plan`.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from taskslib.cancellation import Cancellation

if TYPE_CHECKING:
    from taskslib.doctor.images import StandIn

__all__ = ["setup", "standins"]


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
