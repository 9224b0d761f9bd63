"""How what is shown and reported is called: commands and files, as a reader can use them."""

from __future__ import annotations

from typing import Protocol

from taskslib.events import SuiteId


class Names(Protocol):
    """Knows the repo, which displays and reports don't."""

    def rerun(self, suite: SuiteId, test: str) -> str:
        """Return the command that runs one failed test of a suite again."""

    def place(self, suite: SuiteId, path: str) -> str:
        """Return a file of a suite's, given relative to its folder, as seen from the repo."""
