"""The instances on the engine, as a person asks for them; and which of the kept ones can go."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import groupby
from pathlib import Path

from taskslib.stacks.engine import Container, Label
from taskslib.stacks.lock import holder


@dataclass(frozen=True, slots=True)
class Listed:
    """An instance, as its containers' labels and its lock tell of it."""

    name: str
    kind: str
    """`ephemeral` or `kept`."""
    branch: str
    root: str
    host: str
    started: datetime | None
    """When its oldest container was made."""
    owner: str
    """The run that holds it; empty where nobody does."""
    containers: tuple[Container, ...]

    @property
    def state(self) -> str:
        """How many of its containers run as they should, and are done: `2/3 up, 1 done`."""
        done = sum(one.exit_code == 0 for one in self.containers)
        well = sum(one.state == "running" and one.health != "unhealthy" for one in self.containers)
        words = f"{well}/{len(self.containers) - done} up"
        return f"{words}, {done} done" if done else words


@dataclass(frozen=True, slots=True)
class Prunable:
    """A kept instance that nobody needs."""

    name: str
    reason: str


def inventory(project: str, containers: Iterable[Container], locks: Path) -> tuple[Listed, ...]:
    """Return a project's instances in a listing of containers, by name."""

    def name(container: Container) -> str:
        return container.labels.get(Label.NAME, "")

    own = sorted(
        (one for one in containers if one.labels.get(Label.PROJECT) == project),
        key=lambda one: (name(one), one.service),
    )
    return tuple(_listed(key, tuple(members), locks) for key, members in groupby(own, key=name))


def _listed(name: str, members: tuple[Container, ...], locks: Path) -> Listed:
    labels = members[0].labels
    times = [time for one in members if (time := _time(one.created)) is not None]
    # Of another folder of locks, ours says nothing.
    known = labels.get(Label.LOCKS) == str(locks)
    return Listed(
        name,
        labels.get(Label.KIND, ""),
        labels.get(Label.BRANCH, ""),
        labels.get(Label.ROOT, ""),
        labels.get(Label.HOST, ""),
        min(times, default=None),
        holder(locks, name) if known else "",
        members,
    )


def prunable(
    found: Iterable[Listed],
    host: str,
    now: datetime,
    *,
    older: timedelta | None,
    branches: Callable[[Path], frozenset[str] | None],
) -> tuple[Prunable, ...]:
    """Return the kept instances of this host whose worktree or branch is gone, or that are old.

    Args:
        found: The instances.
        host: What this machine is called; of another one's worktrees nothing is known.
        now: The time.
        older: The age from which one is old; None: none is.
        branches: Gives the branches of the repository around a folder; None outside of any.
    """
    kept = (one for one in found if one.kind == "kept" and one.host == host and not one.owner)
    told = ((one, _reason(one, now, older, branches)) for one in kept)
    return tuple(Prunable(one.name, reason) for one, reason in told if reason)


def _reason(
    one: Listed,
    now: datetime,
    older: timedelta | None,
    branches: Callable[[Path], frozenset[str] | None],
) -> str:
    root = Path(one.root)
    if not root.is_dir():
        return f"its worktree is gone: {one.root}"
    known = branches(root)
    if known is not None and one.branch and not _is_commit(one.branch) and one.branch not in known:
        return f"its branch is gone: {one.branch}"
    if older is not None and one.started is not None and now - one.started > older:
        return f"it was started {(now - one.started).days} days ago"
    return ""


def _is_commit(name: str) -> bool:
    """Tell whether a detached HEAD's commit stands where a branch would."""
    return len(name) in {40, 64} and all(one in "0123456789abcdef" for one in name)


def _time(text: str) -> datetime | None:
    """Read what the engine writes: `2026-11-25 10:15:00 +0000 UTC`."""
    try:
        return datetime.strptime(text[:25], "%Y-%m-%d %H:%M:%S %z").astimezone(UTC)
    except ValueError:
        return None
