"""Gives each failure of a run a short name, so that people and commands can speak of it. Pure."""

from __future__ import annotations

from dataclasses import replace

from taskslib.events import Event, Failure, SuiteFinished, SuiteId, SuiteResult, TestFinished


class Numbering:
    """Names failures F1, F2, … in the order in which they are told of."""

    def __init__(self) -> None:
        self._numbers: dict[tuple[SuiteId, str], str] = {}

    def event(self, event: Event) -> Event:
        """Return an event whose failures have their names."""
        match event:
            case TestFinished(suite, failure=Failure() as failure):
                return replace(event, failure=self._named(suite, failure))
            case SuiteFinished(result):
                return SuiteFinished(self.result(result))
        return event

    def result(self, result: SuiteResult) -> SuiteResult:
        """Return a result whose failures have their names."""
        if not result.failures:
            return result
        named = tuple(self._named(result.suite, failure) for failure in result.failures)
        return replace(result, failures=named)

    def _named(self, suite: SuiteId, failure: Failure) -> Failure:
        key = (suite, failure.test)
        return replace(failure, id=self._numbers.setdefault(key, f"F{len(self._numbers) + 1}"))
