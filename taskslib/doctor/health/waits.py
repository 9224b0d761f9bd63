"""What healthchecks cost in seconds before a stack can be ready, from its Compose file. Pure.

The engine looks at a new container first after `start_interval` where it has a `start_period`, else
after `interval`; whoever waits for it to be healthy waits as long, one after the other.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from taskslib.doctor.health.facts import Wait
from taskslib.project.references.values import duration, pairs

_INTERVAL = 30.0
"""Seconds that the engine takes where a healthcheck names none."""
_START_INTERVAL = 5.0


def wait(stack: str, document: Mapping[str, Any]) -> Wait | None:
    """Return the longest chain of services that wait for each other; None without a healthcheck.

    What an image's own healthcheck costs isn't in the file, and isn't counted.
    """
    services = {
        name: one for name, one in (document.get("services") or {}).items() if isinstance(one, dict)
    }
    costs = {name: _first_look(one.get("healthcheck")) for name, one in services.items()}
    known: dict[str, tuple[str, ...]] = {}

    def chain(name: str, above: tuple[str, ...] = ()) -> tuple[str, ...]:
        if name in known or name in above or name not in services:
            return known.get(name, ())
        waited = [chain(other, (*above, name)) for other in _waited_for(services[name])]
        known[name] = (*max(waited, key=seconds, default=()), name)
        return known[name]

    def seconds(names: tuple[str, ...]) -> float:
        return sum(costs[one] for one in names)

    longest = max((chain(name) for name in services), key=seconds, default=())
    shown = tuple(f"{name} {costs[name]:g} s" for name in longest if costs[name])
    return Wait(stack, seconds(longest), shown) if shown else None


def _first_look(check: Any) -> float:
    if (
        not isinstance(check, dict)
        or check.get("disable")
        or check.get("test") in (["NONE"], "NONE")
    ):
        return 0.0
    if duration(check.get("start_period")):
        return duration(check.get("start_interval")) or _START_INTERVAL
    return duration(check.get("interval")) or _INTERVAL


def _waited_for(service: Mapping[str, Any]) -> list[str]:
    return [
        name
        for name, how in pairs(service.get("depends_on")).items()
        if isinstance(how, dict) and how.get("condition") in {"service_healthy", _DONE}
    ]


_DONE = "service_completed_successfully"
