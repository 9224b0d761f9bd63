"""Names that a reader of a test can tell from what they are made of."""

from __future__ import annotations

from taskslib.events import SuiteId


class Plain:
    """Names made of nothing but what is asked for."""

    def rerun(self, suite: SuiteId, test: str) -> str:
        """Return suite and test."""
        return f"inv {suite} -- {test}"

    def place(self, suite: SuiteId, path: str) -> str:
        """Return the path below the suite's name."""
        return f"{suite.name}/{path}"
