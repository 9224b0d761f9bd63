"""Events and results without secrets, before anybody shows or stores them. Pure."""

from __future__ import annotations

from dataclasses import replace

from taskslib.events import (
    Event,
    Failure,
    Glimpse,
    Note,
    Output,
    Sink,
    StackUp,
    SuiteResult,
    TestFinished,
    TestStarted,
)
from taskslib.secrets import Mask


def masked_sink(sink: Sink, mask: Mask) -> Sink:
    """Return a sink that hands on what it gets, without secrets."""

    def hand_on(event: Event) -> None:
        match event:
            case Output(suite, text):
                sink(Output(suite, mask(text)))
            case Note(message):
                sink(replace(event, message=mask(message)))
            case StackUp(endpoints=endpoints):
                shown = tuple((name, mask(address)) for name, address in endpoints)
                sink(replace(event, endpoints=shown))
            case TestStarted(test=test) | Glimpse(test=test):
                sink(replace(event, test=mask(test)))
            case TestFinished(test=test, failure=failure):
                told = _failure(failure, mask) if failure is not None else None
                sink(replace(event, test=mask(test), failure=told))
            case _:
                sink(event)

    return hand_on


def masked(result: SuiteResult, mask: Mask) -> SuiteResult:
    """Return a suite's result without secrets."""
    return replace(
        result,
        failures=tuple(_failure(one, mask) for one in result.failures),
        reason=mask(result.reason),
        details=mask(result.details),
        logs=mask(result.logs),
        flaky=tuple(map(mask, result.flaky)),
    )


def _failure(failure: Failure, mask: Mask) -> Failure:
    message, text = mask(failure.message), mask(failure.text)
    return replace(failure, test=mask(failure.test), message=message, text=text)
