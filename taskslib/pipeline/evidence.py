"""What a red suite's containers have to say, taken before they are gone."""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Callable
from pathlib import Path

from taskslib.events import Event, Sink, TestFinished, TestStarted
from taskslib.secrets import Mask
from taskslib.stacks.engine import Container, Engine

_SHOWN = 10
"""Lines of each container's log that are shown."""
_NOTICED = 1.0
"""Seconds, at most, after which a test's begin is noticed; what it did first is in the logs."""
_STORED = 10_000
"""Lines of each container's log that are stored."""


class FirstRed:
    """A sink that hands events on and notes when the first test that went wrong began."""

    def __init__(self, sink: Sink, clock: Callable[[], float] = time.monotonic) -> None:
        """Take where events go, and the clock of their times."""
        self._sink = sink
        self._clock = clock
        self._began: dict[str, float] = {}
        self._red: float | None = None

    def __call__(self, event: Event) -> None:
        """Take note of an event, and hand it on."""
        match event:
            case TestStarted(_, test, at):
                self._began[test] = at
            case TestFinished(_, test, outcome):
                began = self._began.pop(test, None)
                if outcome.red and self._red is None:
                    self._red = began
        self._sink(event)

    @property
    def since(self) -> float:
        """When it began, in seconds since the epoch; else what still runs; 0 where nothing does."""
        at = min(self._began.values(), default=None) if self._red is None else self._red
        return 0.0 if at is None else time.time() - (self._clock() - at) - _NOTICED


def gather(engine: Engine, name: str, folder: Path, mask: Mask, *, since: float = 0.0) -> str:
    """Store all that an instance's containers tell, and return what matters of it.

    Stored are `containers.log`, and `containers.txt`: their states, exit codes and health probes.
    Returned: which containers are not well, and the last lines of each log since a time (seconds
    since the epoch).

    Raises `EngineError`.
    """
    containers = engine.containers(name)
    log = mask(engine.logs(name, tail=_STORED))
    _write(folder / "containers.log", log)
    states = [f"{one.name}  {one.state}  {one.status}" for one in containers]
    probes = [
        f"\nhealthcheck of {one.service}:\n{mask(output.strip())}"
        for one in containers
        if (output := engine.probe_output(one))
    ]
    _write(folder / "containers.txt", "\n".join([*states, *probes, ""]))
    unwell = "".join(f"{words}\n" for one in containers if (words := _unwell(one)))
    shown = mask(engine.logs(name, tail=_SHOWN, since=since)) if since else log
    return unwell + last_of_each(shown, _SHOWN)


def last_of_each(log: str, lines: int) -> str:
    """Return the last lines of each container in a log of several (`web-1  | text`)."""
    left: dict[str, int] = defaultdict(lambda: lines)
    kept = []
    for line in reversed(log.splitlines(keepends=True)):
        container = line.partition("|")[0]
        if left[container] > 0:
            left[container] -= 1
            kept.append(line)
    return "".join(reversed(kept))


def _unwell(container: Container) -> str:
    """Return what is wrong with a container after the tests; empty if nothing is."""
    if container.state == "exited" and container.exit_code:
        return f"{container.service} exited with {container.exit_code}"
    if container.health == "unhealthy" or container.state in {"dead", "restarting"}:
        return f"{container.service} is {container.health or container.state}"
    return ""


def _write(file: Path, text: str) -> None:
    file.write_text(text, "utf-8", errors="replace")
