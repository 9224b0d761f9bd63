"""Whether a checkout is still what was looked at: builds and tests take their time."""

from __future__ import annotations

from taskslib.errors import UsageError
from taskslib.project.commits import Git
from taskslib.release.resolve import differing

_SHOWN = 10
"""Files that are named."""


def refuse_changed(git: Git, commit: str, message: str, hint: str) -> None:
    """Raise `UsageError`, with what is other, where a checkout is no longer a commit as it is.

    Args:
        git: Git in the repo.
        commit: The full hash of what was looked at.
        message: What is wrong then.
        hint: What mends it.
    """
    head, files = git.commit("HEAD"), differing(git)
    told = list(files[:_SHOWN])
    if len(files) > _SHOWN:
        told.append(f"and {len(files) - _SHOWN} more")
    if head != commit:
        told.insert(0, f"checked out is {(head or 'nothing')[:12]}, and was {commit[:12]}")
    if told:
        raise UsageError(message, details="\n".join(told), hint=hint)
