"""Red tests that are run again: what passes then is flaky, which is told, counted and never cached.

Pure but for the runs that it is given. Each try is a run of just those tests, in the same
environment and on the same stack.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from taskslib.events import Event, Outcome, Sink, State, SuiteResult, TestFinished
from taskslib.frameworks.verdict import red_counts

Try = Callable[[int, Sequence[str], Sink], SuiteResult]
"""Runs these tests again, given the number of the try, telling a sink of them."""


def with_retries(first: SuiteResult, tries: int, run: Try, sink: Sink) -> SuiteResult:
    """Return what a suite came to when its red tests were run again, at most so many times.

    Only where its red tests are all that is wrong: those that never ran no other try runs, and what
    broke beside them no test makes good. For the same reason a try counts only if nothing else went
    wrong in it, neither a test that was not asked for.

    Args:
        first: What the whole suite came to.
        tries: How often red tests are run again.
        run: Runs tests again.
        sink: Receives how each test ended in the end.
    """
    result = first
    for number in range(1, tries + 1):
        if result.state is not State.FAILED or not result.settled:
            break
        red = [failure.test for failure in result.failures]
        ended: list[Event] = []
        told = run(number, red, ended.append)
        if not told.settled or not {failure.test for failure in told.failures} <= set(red):
            break  # the tests could not be run again: what they came to before stands
        passed = [one for one in ended if isinstance(one, TestFinished) and _mends(one, red)]
        for event in passed:
            sink(replace(event, flaky=True))
        result = _merged(result, [event.test for event in passed])
    return result


def _mends(event: TestFinished, red: Sequence[str]) -> bool:
    # Where a framework can't run some tests alone, others end too.
    return event.outcome is Outcome.PASSED and event.test in red


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
