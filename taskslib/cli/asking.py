"""A question before something is lost."""

from __future__ import annotations

import signal
import sys
from types import FrameType

from taskslib.errors import Interrupted, UsageError


def confirmed(question: str) -> bool:
    """Return whether a person says yes. Raises `UsageError` where there is nobody to ask."""
    if sys.stdin is None or not sys.stdin.isatty():
        raise UsageError(
            f"nobody can be asked, since stdin is no terminal: {question}",
            hint="to say yes beforehand: --yes",
        )

    def stop(signum: int, _frame: FrameType | None) -> None:
        # What a task does otherwise, to note it and go on, would leave the question standing.
        raise Interrupted(signum)

    before = {one: signal.signal(one, stop) for one in (signal.SIGINT, signal.SIGTERM)}
    try:
        print(f"{question} [y/N]", end=" ", file=sys.stderr, flush=True)
        return input().strip().lower() in {"y", "yes"}
    except EOFError:
        return False
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
