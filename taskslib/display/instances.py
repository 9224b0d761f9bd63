"""Running stacks as lines: what `infra-ps` prints. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta

from taskslib.doctor.images import StandIn
from taskslib.stacks.inventory import Listed, Prunable
from taskslib.typed import as_typed

_DAY, _HOUR, _MINUTE = 86_400, 3_600, 60


def instance_lines(
    instances: Iterable[Listed], unneeded: Iterable[Prunable], now: datetime
) -> Iterator[str]:
    """Yield the instances: a line each, where it comes from, and a line per container.

    Of those that are `unneeded`, it is said why.
    """
    reasons = {one.name: one.reason for one in unneeded}
    found = list(instances)
    if not found:
        yield "no stack of this project is up"
    for one in found:
        age = f"  {_age(now - one.started)}" if one.started else ""
        owner = f"  held by {one.owner}" if one.owner else ""
        yield f"{one.name}  {one.kind}  {one.state}{age}{owner}"
        yield f"  {one.branch or 'no branch'}  {one.root}"
        if reason := reasons.get(one.name):
            yield as_typed(f"  {reason}; inv infra-prune --yes ends it")
        for container in one.containers:
            yield f"  {container.service:16} {container.status}"


def standin_lines(standins: Iterable[StandIn]) -> Iterator[str]:
    """Yield, in a line, the base images that were built here because no registry gave them."""
    if names := ", ".join(one.reference for one in standins):
        yield f"stand-ins, built here from deploy/offline: {names}"


def _age(age: timedelta) -> str:
    """Return an age by its largest unit: `3 days`, `5 h`, `12 min`, `40 s`."""
    seconds = max(0, int(age.total_seconds()))
    for unit, name in ((_DAY, "days"), (_HOUR, "h"), (_MINUTE, "min")):
        if seconds >= unit:
            return f"{seconds // unit} {'day' if seconds // unit == 1 and name == 'days' else name}"
    return f"{seconds} s"
