"""Which run of this machine begins stages ahead: one at a time, or all would be slower.

Eight runs at once that each bring up what they need later overload a machine so far that
healthchecks time out. The lock is of those that the system frees when its holder dies.
"""

from __future__ import annotations

from contextlib import ExitStack
from pathlib import Path


class Ahead(ExitStack):
    """A run's right to begin stages ahead, taken when it is first wanted, kept until it ends."""

    def __init__(self, locks: Path) -> None:
        """Take the folder of the lock files."""
        super().__init__()
        self._locks = locks
        self._held = False

    def taken(self) -> bool:
        """Return whether this run has the right, or can take it now."""
        import filelock

        if not self._held:
            lock = filelock.FileLock(self._locks / "ahead.lock")
            try:
                self._locks.mkdir(parents=True, exist_ok=True)
                lock.acquire(timeout=0)
            except (OSError, NotImplementedError):  # somebody has it, or here are no locks
                return False
            self.callback(lock.release)
            self._held = True
        return True
