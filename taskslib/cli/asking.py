"""A question before something is lost."""

from __future__ import annotations

import sys

from taskslib.cli.outcome import cancellation
from taskslib.errors import UsageError


def confirmed(question: str) -> bool:
    """Return whether a person says yes. Raises `UsageError` where there is nobody to ask."""
    if sys.stdin is None or not sys.stdin.isatty():
        raise UsageError(
            f"nobody can be asked, since stdin is no terminal: {question}",
            hint="to say yes beforehand: --yes",
        )
    with cancellation().at_once():
        print(f"{question} [y/N]", end=" ", file=sys.stderr, flush=True)
        try:
            return input().strip().lower() in {"y", "yes"}
        except EOFError:
            return False
