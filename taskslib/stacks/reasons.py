"""Why a stack did not become ready, as errors with the evidence: probes, logs, what to look at."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from taskslib.errors import StackError
from taskslib.stacks.engine import Container, Watched
from taskslib.stacks.podman import unchecked

SILENT = "not answering"
"""How a container is that has no healthcheck, and of whose published ports one does not answer."""
_PROBE_LINES = 3
"""Of what a healthcheck printed: the end of a traceback says what there is to say."""
_COMPLETES = "others wait for it to complete; how long that may take: {} in [tool.taskslib.limits]"


def broken_stack(engine: Watched, name: str, container: Container) -> StackError:
    """Return the error for a container that ended or turned unhealthy, with the evidence."""
    if container.state == "exited":
        what = f"exited with {container.exit_code}"
    else:
        what = container.health or container.state
    # Of one that has ended the last probes tell no more than that.
    probe = engine.probe_output(container).strip() if container.state == "running" else ""
    probe = "\n".join(probe.splitlines()[-_PROBE_LINES:])
    logs = engine.logs(name, tail=50, service=container.service).strip()
    parts = [f"healthcheck of {container.service}:\n{probe}"] if probe else []
    parts.append(f"logs of {container.service}:\n{logs}" if logs else "it logged nothing")
    return StackError(
        f"{container.service} {what}",
        details="\n\n".join(parts),
        hint=f"check the command, environment and healthcheck of service {container.service!r}",
    )


def completes(once: Iterable[str], limits: str = "`deploy` and `ready`") -> dict[str, str]:
    """Return the hints for services that others wait for to complete.

    Args:
        once: The services.
        limits: What in the configuration decides how long that may take.
    """
    return dict.fromkeys(once, _COMPLETES.format(limits))


def late_stack(
    engine: Watched,
    name: str,
    containers: Iterable[Container],
    waiting: Sequence[str],
    timeout: float,
    once: Mapping[str, str] | None = None,
) -> StackError:
    """Return the error for an instance that is not ready in time, with the evidence.

    Args:
        engine: Where it runs.
        name: The instance's.
        containers: Its containers.
        waiting: What is not ready, each its service and then how it is.
        timeout: The seconds that it had.
        once: From `completes`.
    """
    late = {words.split(" ", 1)[0] for words in waiting}
    slow = next((one for one in containers if one.service in late), None)
    evidence = broken_stack(engine, name, slow).details if slow else ""
    return StackError(
        f"not ready after {timeout:.0f} s: {', '.join(waiting)}",
        details=evidence,
        hint=(once or {}).get(slow.service if slow else "")
        or _hint(engine, slow, silent=any(SILENT in words for words in waiting)),
    )


def _hint(engine: Watched, slow: Container | None, *, silent: bool) -> str:
    if silent and slow and not slow.health:
        return (
            "it has no healthcheck, so what it publishes is to answer: its program has to listen "
            "at that port, on 0.0.0.0 and not on 127.0.0.1; or give it a healthcheck"
        )
    if slow and slow.health == "starting" and not engine.probe_output(slow):
        podman = engine.podman()
        if podman:
            return unchecked(podman)
    return "see its healthcheck; `start_period` with `start_interval` makes a slow start visible"
