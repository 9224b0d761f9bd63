"""What tests import: waiting for a condition instead of sleeping for a guess; pytest's fixtures.

May import the standard library only (the fixtures also pytest), since services import it into
their own environments. Start reading in `waiting.py`; `fixtures.py` is a plugin of pytest's.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from taskslib.testing.waiting import WaitTimeoutError, wait_for, wait_for_async

__all__ = ["WaitTimeoutError", "wait_for", "wait_for_async"]


def __getattr__(name: str) -> Any:
    """Import on first use: pytest imports the fixtures wherever taskslib is installed."""
    if name in __all__:
        from taskslib.testing import waiting

        return getattr(waiting, name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
