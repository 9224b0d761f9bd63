"""What is remembered of a run, as data, and who gathers it from the events."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import ClassVar

from taskslib.errors import ExitCode
from taskslib.events import (
    Counts,
    Event,
    Outcome,
    Sink,
    State,
    SuiteFinished,
    SuiteId,
    SuiteResult,
    TestFinished,
    TestStarted,
)

_UNTOLD = {State.BLOCKED, State.INTERRUPTED, State.NONE_FITS}
"""States of a suite that others ended, or kept from beginning: they say nothing of it."""


@dataclass(frozen=True, slots=True)
class TestRun:
    """What a test came to, once."""

    __test__: ClassVar[bool] = False

    test: str
    outcome: Outcome
    seconds: float
    """The call alone, without fixtures."""
    flaky: bool = False
    """Whether it was red, and passed when it was run again."""


@dataclass(frozen=True, slots=True)
class SuiteRun:
    """What a suite came to, once."""

    suite: SuiteId
    state: State
    counts: Counts
    seconds: float
    """From its first step to its last: how long it held one of the jobs."""
    tests: tuple[TestRun, ...] = ()
    fingerprint: str = ""
    """The hash of everything that could change the result; empty where it is not known."""
    whole: bool = True
    """Whether it ran with all its tests; not, where arguments selected some."""
    gone: tuple[str, ...] = ()
    """Tests that were asked for, and are not there: under this name no more."""
    broken: bool = False
    """Whether more than its red tests may be wrong with it."""


@dataclass(frozen=True, slots=True)
class Run:
    """One run of the pipeline, as far as it says something of the tests."""

    at: float
    """When it ended, in seconds since the epoch."""
    branch: str
    """Empty on a detached HEAD."""
    commit: str
    suites: tuple[SuiteRun, ...]


class Collector:
    """A sink that remembers what tests and suites come to, and hands every event on."""

    def __init__(self, sink: Sink) -> None:
        self._sink = sink
        self._tests: defaultdict[SuiteId, dict[str, TestRun]] = defaultdict(dict)
        self._began: set[SuiteId] = set()
        self._results: list[SuiteResult] = []

    def __call__(self, event: Event) -> None:
        """Take in an event."""
        match event:
            case TestFinished(suite, test, outcome, seconds, flaky=flaky):
                self._tests[suite][test] = TestRun(test, outcome, seconds, flaky)
            case TestStarted(suite):
                self._began.add(suite)
            case SuiteFinished(result):
                self._results.append(result)
        self._sink(event)

    def suites(
        self,
        fingerprints: Mapping[SuiteId, str],
        picked: Mapping[SuiteId, Collection[str]],
        *,
        arguments: bool = False,
    ) -> tuple[SuiteRun, ...]:
        """Return what is worth remembering: what came to an end of its own.

        Args:
            fingerprints: The hash of all that could change a suite's result, where it is known.
            picked: Suites that ran with some of their tests, and just with which, if it is known.
            arguments: Whether the framework was told more than that, which may be mistaken.
        """
        return tuple(
            SuiteRun(
                one.suite,
                one.state,
                one.counted,
                one.seconds,
                tuple(self._tests[one.suite].values()),
                fingerprints.get(one.suite, ""),
                one.suite not in picked,
                self._gone(one, picked.get(one.suite, ())),
                self._broken(one, whole=one.suite not in picked, arguments=arguments),
            )
            for one in self._results
            if one.state not in _UNTOLD and not one.cached_at
        )

    def _gone(self, result: SuiteResult, asked: Collection[str]) -> tuple[str, ...]:
        if not (result.settled or result.state is State.NO_TESTS):
            return ()  # or not reached
        return tuple(test for test in asked if test not in self._tests[result.suite])

    def _broken(self, result: SuiteResult, *, whole: bool, arguments: bool) -> bool:
        if whole:
            return not result.settled
        if arguments and result.suite not in self._began:
            # What was asked for may be no test or no option at all, which breaks nothing.
            return result.code is ExitCode.ENGINE or result.state is State.TIMED_OUT
        return result.own_failure or result.state in {State.CRASHED, State.TIMED_OUT}
