"""What a red suite's containers have to say, taken before they are gone."""

from __future__ import annotations

from collections import defaultdict
from pathlib import Path

from taskslib.secrets import Mask
from taskslib.stacks.engine import Container, Engine

_SHOWN = 20
"""Lines of each container's log that are shown."""
_STORED = 10_000
"""Lines of each container's log that are stored."""


def gather(engine: Engine, name: str, folder: Path, mask: Mask) -> str:
    """Store all that an instance's containers tell, and return what matters of it.

    Stored are `containers.log`, and `containers.txt`: their states, exit codes and health probes.
    Returned: which containers are not well, and the last lines of each log.

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
    return unwell + last_of_each(log, _SHOWN)


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
