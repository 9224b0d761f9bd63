"""What a deployment would meet, asked beforehand for a dry run: nothing is changed by it."""

from __future__ import annotations

from collections.abc import Iterator

from taskslib.deploy.lock import under_way
from taskslib.deploy.plan import Wanted
from taskslib.deploy.target import LOST, Target, refuse_lost
from taskslib.errors import EngineError
from taskslib.release.refusal import host_of
from taskslib.release.registry import Registry


def met(target: Target, wanted: Wanted, *, remote: bool) -> Iterator[str]:
    """Yield a line for each thing that carrying it out may be refused for.

    Args:
        target: Where it is to run.
        wanted: What is to run.
        remote: Whether the engine is another machine's, which may reach registries that we don't.

    Raises `EngineError` for an image that can't be had.
    """
    if (there := target.holder()) is not None:
        yield under_way(target.name, there)
    registry = Registry(target.docker)
    for image in target.absent(one["image"] for one in wanted.config["services"].values()):
        refuse_lost(image)
        try:
            published = registry.look(image)
        except EngineError as error:
            # An engine can have a mirror for Docker's own registry, and for no other.
            if not remote and host_of(image):
                raise
            yield f"{error.message}, asked from here; the engine may get it"
            continue
        if published is None:
            raise EngineError(f"neither the engine nor its registry has {image}", hint=LOST)
