"""Which tests of a run took long, by the time of the test itself: fixtures are apart. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from taskslib.events import Event, Stage, SuiteFinished, SuiteId, TestFinished


@dataclass(frozen=True, slots=True)
class SlowTest:
    """A test that took longer than one of its stage should."""

    suite: SuiteId
    test: str
    seconds: float


class SlowTests:
    """Finds them in the events of a run. What is cached did not run."""

    def __init__(self, limits: Mapping[Stage, float]) -> None:
        """Take the seconds, by stage, from which a test counts as slow."""
        self._limits = limits
        self._found: dict[tuple[SuiteId, str], SlowTest] = {}

    def add(self, event: Event) -> None:
        """Take in an event."""
        match event:
            case TestFinished(suite, test, _, seconds) if seconds > self._limit(suite):
                self._found[suite, test] = SlowTest(suite, test, seconds)
            case SuiteFinished(result) if result.cached_at:
                for key in [key for key in self._found if key[0] == result.suite]:
                    del self._found[key]

    @property
    def slowest_first(self) -> tuple[SlowTest, ...]:
        """All of them."""
        return tuple(sorted(self._found.values(), key=lambda one: -one.seconds))

    def _limit(self, suite: SuiteId) -> float:
        return self._limits.get(suite.stage, float("inf"))
