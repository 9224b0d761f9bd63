"""An examiner that says what it is told, for tests."""

from __future__ import annotations

from dataclasses import dataclass

from taskslib.doctor.health.facts import Health


@dataclass(frozen=True, slots=True)
class FakeExaminer:
    """`Examiner` in memory."""

    now: Health

    def health(self) -> Health:
        """Return what it was told."""
        return self.now
