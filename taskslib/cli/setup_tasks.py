"""The task that makes a machine ready."""

from __future__ import annotations

from invoke.context import Context
from invoke.tasks import task

from taskslib import api
from taskslib.cli.session import command, session


@task(
    auto_shortflags=False,
    help={
        "install-engine": "install and start the container engine (Debian and Ubuntu, as root)",
        "offline-images": "build base images that can't be pulled, from deploy/offline",
        "dry-run": "only print what would be done",
    },
)
@command
def setup(
    context: Context,
    install_engine: bool = False,
    offline_images: bool = False,
    dry_run: bool = False,
) -> None:
    """Make this machine ready to run the tests.

    Says what it does before it does it.
    Without options it changes nothing: it checks the engine, or says what to install.

    Example: inv setup --install-engine --offline-images --dry-run
    """
    api.setup(
        session(context),
        install_engine=install_engine,
        offline_images=offline_images,
        dry_run=dry_run,
    )


TASKS = (setup,)
