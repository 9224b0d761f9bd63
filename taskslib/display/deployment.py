"""Deployments as lines: what one would change, and how an environment is. Pure."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from typing import Any

from taskslib.ages import ago
from taskslib.deploy.plan import Kind, Plan
from taskslib.deploy.record import Deployment
from taskslib.deploy.status import Status
from taskslib.stacks.wait import one_shots

_HEADS = ("service", "version", "digest", "health", "since", "by")
_WORDS = {
    Kind.NEW: "is new",
    Kind.CHANGED: "is replaced",
    Kind.SAME: "stays",
    Kind.GONE: "is ended",
}


def plan_lines(plan: Plan, *, back: bool = False) -> Iterator[str]:
    """Yield what a deployment would change: a line a service, with the image that it gets.

    On the way `back` no one-shots run.
    """
    width = max((len(change.service) for change in plan.changes), default=0)
    idle = one_shots(plan.deployment.config) if back else frozenset()
    for change in plan.changes:
        image = change.after or change.before
        words = "is not run" if change.service in idle else _WORDS[change.kind]
        yield f"{change.service:{width}}  {words:11}  {image}"


def plan_words(environment: str, plan: Plan) -> str:
    """Return what a deployment is, in a line: `prod: 1.2.3 → 1.2.4 (deployment 7)`."""
    new = plan.deployment
    if plan.repeats:
        return f"{environment}: {new.version} is what was deployed last"
    if plan.current is not None:
        was = plan.current.version
    else:
        was = "what runs, of which nothing is recorded" if plan.unrecorded else "nothing"
    return f"{environment}: {was} → {new.version} (deployment {new.number})"


def status_lines(status: Status, now: datetime) -> Iterator[str]:
    """Yield how an environment is: a table of its services, then what is wrong."""
    if status.current is not None:
        yield f"{status.environment} ({status.name}): {_described(status.current)}"
    if status.previous is not None:
        yield f"before: {_described(status.previous)}"
    if status.holder is not None:
        held = status.holder
        yield f"under way: {held.what}, by {held.by} from {held.host}, since {held.at}"
    rows = [
        (
            one.service,
            one.version,
            one.digest,
            one.health,
            _age(one.since, now),
            _by(one.by, one.host),
        )
        for one in status.rows
    ]
    yield from _table([_HEADS, *(tuple(cell or "-" for cell in row) for row in rows)])
    for one in status.rows:
        if one.drift:
            yield f"drift: {one.service}: {one.drift}"
        if one.note:
            yield f"note: {one.service}: {one.note}"


def status_json(status: Status) -> str:
    """Return how an environment is, for programs."""
    told = {
        "environment": status.environment,
        "name": status.name,
        "well": status.well,
        "deployment": _document(status.current),
        "previous": _document(status.previous),
        "under_way": asdict(status.holder) if status.holder else None,
        "services": [asdict(one) for one in status.rows],
    }
    return json.dumps(told, indent=2)


def _document(deployment: Deployment | None) -> dict[str, Any] | None:
    """Return a deployment without its configuration, which holds secrets."""
    if deployment is None:
        return None
    images = {name: one["image"] for name, one in deployment.config["services"].items()}
    names = ("number", "version", "commit", "by", "host", "at")
    return {**{name: getattr(deployment, name) for name in names}, "images": images}


def _described(one: Deployment) -> str:
    commit = f" from {one.commit[:12]}" if one.commit else ""
    return f"{one.version}{commit}, deployment {one.number}, {one.at}, by {_by(one.by, one.host)}"


def _by(by: str, host: str) -> str:
    return f"{by}@{host}" if by else ""


def _age(at: str, now: datetime) -> str:
    try:
        then = datetime.fromisoformat(at)
        return ago(then.replace(tzinfo=then.tzinfo or UTC).timestamp(), now.timestamp())
    except ValueError:
        return at


def _table(rows: Sequence[tuple[str, ...]]) -> Iterator[str]:
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    for row in rows:
        yield "  ".join(f"{cell:{width}}" for cell, width in zip(row, widths, strict=True)).rstrip()
