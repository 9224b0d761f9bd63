"""Files that become other ones: shown or written, and what is said of that."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from taskslib.cli.asking import confirmed
from taskslib.cli.outcome import cancellation, say, tell
from taskslib.errors import Interrupted, UsageError

if TYPE_CHECKING:
    from taskslib.scaffold.changes import Changes


def ask_to_overwrite(changes: Changes, *, yes: bool) -> None:
    """Raise `UsageError` unless somebody says yes to files becoming other ones."""
    listed = "\n".join(changes.overwritten)
    refusal = UsageError(
        f"{changes.root} has files that would be other ones; nothing was written",
        details=listed,
        hint="--dry-run shows how, --overwrite does it all the same",
    )
    if yes or sys.stdin is None or not sys.stdin.isatty():
        raise refusal
    say(listed)
    if not confirmed("write over these?"):
        raise refusal


def written(changes: Changes, *, dry_run: bool) -> None:
    """Write changes, or show them, and say what was done."""
    if dry_run:
        tell(changes.tree())
        tell(changes.difference())
        _tell_notes(changes)
        return
    with nothing_written():
        changes.write(cancellation().check)
    tell_written(changes)


@contextmanager
def nothing_written() -> Iterator[None]:
    """Say of a signal that ends the block that it left nothing behind."""
    try:
        yield
    except Interrupted as stopped:
        raise Interrupted(stopped.signum, "nothing was written") from None


def tell_written(changes: Changes) -> None:
    """Say what was written, and what a person should know besides."""
    _tell_notes(changes)
    if changes.files:
        say("\n".join(changes.tree()))


def _tell_notes(changes: Changes) -> None:
    for one in changes.notes:
        say(f"note: {one}")
    if not changes.files:
        say("nothing to change")
