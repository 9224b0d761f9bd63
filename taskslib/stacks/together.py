"""All images of a run in one build, from the beginning, whatever stack's turn it is.

It fills the build cache and no more: each stack then builds its own images, which carry its name
and labels and go with it, and finds all layers there. So a layer that several need is made once,
all are made in parallel, and a killed run leaves no image that nobody would look for.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from threading import Lock
from typing import Any

from taskslib.cancellation import Cancellation
from taskslib.errors import Interrupted, TaskslibError
from taskslib.stacks.engine import ComposeConfig, Engine
from taskslib.stacks.instance import Spec

_OF_THE_FILE = ("secrets", "ssh")
"""Refer to other parts of a Compose file, or of the machine: the stack's own build has them."""
_DROPPED = ("cache_to", "labels", "tags")


class Configurations:
    """What Compose makes of the stacks of one run: asked once of each, whoever wants it first."""

    def __init__(self, specs: Iterable[Spec] = ()) -> None:
        """Take the instances that several may ask for; of others nothing is kept."""
        self._locks = {spec.name: Lock() for spec in specs}
        self._known: dict[str, ComposeConfig] = {}

    def of(self, engine: Engine, spec: Spec) -> ComposeConfig:
        """Return a stack as Compose resolves it. Raises as `Engine.config` does."""
        lock = self._locks.get(spec.name)
        if lock is None:
            return engine.config(spec.stack, spec.name, spec.variables)
        with lock:
            if spec.name not in self._known:
                config = engine.config(spec.stack, spec.name, spec.variables)
                self._known[spec.name] = config
            return self._known[spec.name]


def bake(configs: Iterable[ComposeConfig]) -> ComposeConfig:
    """Return one Compose configuration with each image that several ones build; pure."""
    found: dict[str, dict[str, Any]] = {}
    for config in configs:
        for service in (config.get("services") or {}).values():
            build = service.get("build")
            if not build or any(build.get(key) for key in _OF_THE_FILE):
                continue
            kept = {key: one for key, one in build.items() if key not in _DROPPED}
            found.setdefault(json.dumps(kept, sort_keys=True), kept)
    return {"services": {f"image-{n}": {"build": one} for n, one in enumerate(found.values())}}


@contextmanager
def built_together(
    engine: Callable[[Cancellation], Engine],
    specs: Sequence[Spec],
    configurations: Configurations,
    cancellation: Cancellation,
    limit: float,
) -> Iterator[None]:
    """Build the images of several stacks in the background, until the block ends.

    Where that fails, nothing is said: the stack whose image it is says it, if it comes to that.

    Args:
        engine: Returns the engine, whose calls end when that is cancelled.
        specs: The stacks.
        configurations: Where their configurations are asked for.
        cancellation: The run's.
        limit: Seconds.
    """
    ours = cancellation.child()
    with ThreadPoolExecutor(1, "images") as pool:
        done = pool.submit(_build, engine(ours), specs, configurations, limit)
        try:
            yield
        finally:
            ours.request(0)
    done.result()


def _build(
    engine: Engine, specs: Sequence[Spec], configurations: Configurations, limit: float
) -> None:
    try:
        together = bake([configurations.of(engine, spec) for spec in specs])
        if len(together["services"]) > 1:
            engine.prebuild(together, limit=limit)
    except (Interrupted, TaskslibError):
        return
