"""What runs left on the engine that nobody will come back for. Deciding is pure.

An ephemeral instance belongs to a run that holds its lock. One whose lock is free has lost its run
and its watchdog (the machine was switched off): every later run removes it. The lock says so only
on the machine, and in the folder of locks, of its own; of any other nothing is touched.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path

from taskslib.stacks.engine import Label
from taskslib.stacks.lifetime import Lifetime
from taskslib.stacks.lock import lock_if_free


def candidates(
    belongings: Iterable[Mapping[str, str]], host: str, locks: Path, *, but: Iterable[str] = ()
) -> tuple[str, ...]:
    """Return the names of ephemeral instances of this host and folder of locks.

    Args:
        belongings: The labels of everything of ours on the engine.
        host: What this machine is called.
        locks: The folder of the lock files.
        but: Names that their own run looks after.
    """
    ours = {Label.KIND: "ephemeral", Label.HOST: host, Label.LOCKS: str(locks)}
    names = {one[Label.NAME] for one in belongings if ours.items() <= one.items()}
    return tuple(sorted(names - set(but)))


def reap(lifetime: Lifetime, names: Iterable[str]) -> tuple[str, ...]:
    """End the instances whose lock is free; return their names. Raises `EngineError`."""
    ended = []
    for name in names:
        with lock_if_free(lifetime.locks, name) as free:
            if free and lifetime.end(name):
                ended.append(name)
    return tuple(ended)
