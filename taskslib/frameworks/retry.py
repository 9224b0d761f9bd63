"""Red tests that are run again: what passes then is flaky, which is told, counted and never cached.

Pure but for the runs that it is given. Each try is a run of just those tests, in the same
environment and on the same stack.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from taskslib.events import Counts, Event, Outcome, Sink, State, SuiteResult, TestFinished
from taskslib.frameworks.verdict import red_counts

Try = Callable[[int, Sequence[str], Sink], SuiteResult]
"""Runs these tests again, given the number of the try, telling a sink of them."""


def with_retries(first: SuiteResult, tries: int, run: Try, sink: Sink) -> SuiteResult:
    """Return what a suite came to when its red tests were run again, at most so many times.

    Only what ended in order is tried again: after a crash nobody knows what is left to run.

    Args:
        first: What the whole suite came to.
        tries: How often red tests are run again.
        run: Runs tests again.
        sink: Receives how each test ended in the end.
    """
    result = first
    for number in range(1, tries + 1):
        red = [failure.test for failure in result.failures]
        if result.state is not State.FAILED or not red or len(red) != _red(result.counts):
            break
        again = _Again(sink, frozenset(red))
        told = run(number, red, again)
        if told.state not in (State.PASSED, State.FAILED):
            break  # the tests could not be run again: what they came to before stands
        result = _merged(result, again.passed)
    return result


class _Again:
    """A sink for a try: hands on what red tests came to now, and as flaky what passes."""

    def __init__(self, sink: Sink, wanted: frozenset[str]) -> None:
        self.passed: list[str] = []
        self._sink = sink
        self._wanted = wanted

    def __call__(self, event: Event) -> None:
        if not isinstance(event, TestFinished) or event.test not in self._wanted:
            return  # of a framework that can't run one test alone
        if event.outcome is Outcome.PASSED:
            self.passed.append(event.test)
            self._sink(replace(event, flaky=True))


def _merged(result: SuiteResult, passed: Sequence[str]) -> SuiteResult:
    flaky = tuple(failure for failure in result.failures if failure.test in passed)
    left = tuple(failure for failure in result.failures if failure.test not in passed)
    errors = sum(failure.outcome is Outcome.ERROR for failure in flaky)
    counts = replace(
        result.counts,
        passed=result.counts.passed + len(flaky),
        failed=result.counts.failed - (len(flaky) - errors),
        errors=result.counts.errors - errors,
    )
    return replace(
        result,
        state=State.FAILED if left else State.PASSED,
        counts=counts,
        failures=left,
        reason=", ".join(red_counts(counts)),
        flaky=(*result.flaky, *(failure.test for failure in flaky)),
    )


def _red(counts: Counts) -> int:
    return counts.failed + counts.errors
