"""The shards of a run as one: its events, as if one machine had run it, and its report. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from taskslib.errors import ExitCode, worst
from taskslib.events import (
    Counts,
    Event,
    Failure,
    Note,
    RunFinished,
    RunStarted,
    StackUp,
    Stage,
    StageStarted,
    State,
    StepFinished,
    StepStarted,
    SuiteFinished,
    SuiteId,
    SuiteResult,
    SuiteStarted,
    TestFinished,
)
from taskslib.frameworks.verdict import red_counts
from taskslib.pipeline.numbering import Numbering
from taskslib.pipeline.report import Report, judged
from taskslib.pipeline.slow import SlowTests
from taskslib.project.model import Slow
from taskslib.reports.document import Reasons
from taskslib.reports.shards import Failed, Suite, Told, missing

_WORST_FIRST = (
    State.INTERRUPTED,
    State.ERROR,
    State.CRASHED,
    State.TIMED_OUT,
    State.FAILED,
    State.NO_TESTS,
    State.BLOCKED,
    State.PASSED,
    State.NONE_FITS,
)
_SIGNALS = {ExitCode.HANGUP: 1, ExitCode.INTERRUPT: 2, ExitCode.TERMINATED: 15}


@dataclass(frozen=True, slots=True)
class Merged:
    """All shards together."""

    events: tuple[Event, ...]
    report: Report
    reasons: Reasons
    """Of suites that one shard ran whole; a part's fingerprint is not its suite's."""


def merge(told: Sequence[Told], order: Sequence[SuiteId], slow: Slow, now: float) -> Merged:
    """Return the shards of a run as one that ended `now`, by the clock of the events.

    Args:
        told: What the shards told.
        order: In which suites are shown; those that are not in it come last.
        slow: From when on a test is.
        now: When it ended.
    """
    parts: dict[SuiteId, list[Suite]] = {suite: [] for suite in order}
    for shard in told:
        for suite in shard.document.suites:
            parts.setdefault(SuiteId(suite.name, suite.stage), []).append(suite)
    parts = {suite: some for suite, some in parts.items() if some}
    codes = [shard.document.exit.code for shard in told]
    # Side by side: it took as long as the longest.
    seconds = max(shard.document.seconds for shard in told)
    began = now - seconds
    numbering, slowest = Numbering(), SlowTests(slow.by_stage)
    joined = judged(_joined(suite, some, codes) for suite, some in parts.items())
    results = {one.suite: numbering.result(one) for one in joined}
    lost = missing(told)
    events = [numbering.event(one) for one in _events(told, parts, results, began)]
    for event in events:
        slowest.add(event)
    signum = next((number for code, number in _SIGNALS.items() if code in codes), 0)
    in_order = tuple(results[one] for stage in Stage for one in results if one.stage is stage)
    report = Report(in_order, seconds, signum, slow=slowest.slowest_first, missing=lost)
    events.append(RunFinished(now, report.exit_code))
    alone = {suite: some[0] for suite, some in parts.items() if len(some) == 1}
    reasons = {suite: (one.fingerprint or "", tuple(one.changed)) for suite, one in alone.items()}
    return Merged(tuple(events), report, reasons)


def _joined(suite: SuiteId, parts: Sequence[Suite], codes: Sequence[ExitCode]) -> SuiteResult:
    """Return what the parts of a suite came to together."""
    state = next(one for one in _WORST_FIRST if any(part.state is one for part in parts))
    counts = sum((part.tested for part in parts), Counts())
    red = [part for part in parts if part.state is state and not state.green]
    reason = "; ".join(dict.fromkeys(part.reason for part in red))
    if state is State.FAILED and len(red) > 1:
        reason = ", ".join(red_counts(counts))
    # A document tells of the whole run's code alone; of a suite only such a state has its own.
    own = [code for code in codes if code in {ExitCode.USAGE, ExitCode.ENGINE}]
    cached = [part.cached.timestamp() if part.cached is not None else 0.0 for part in parts]
    by_tests_alone = all(part.settled or part.state is State.PASSED for part in parts)
    return SuiteResult(
        suite,
        state,
        counts,
        tuple(_failure(one) for part in parts for one in part.failures),
        sum(part.seconds for part in parts),
        reason,
        settled=by_tests_alone,
        hint=next((part.hint for part in red if part.hint), ""),
        details="\n\n".join(part.details for part in parts if part.details),
        logs="\n\n".join(part.logs for part in parts if part.logs),
        code=worst(own) if state is State.ERROR else ExitCode.PASSED,
        flaky=tuple(test for part in parts for test in part.flaky),
        cached_at=max(cached) if all(cached) else 0.0,
        engine=", ".join(dict.fromkeys(part.engine for part in parts if part.engine)),
    )


def _events(
    told: Sequence[Told],
    parts: dict[SuiteId, list[Suite]],
    results: dict[SuiteId, SuiteResult],
    began: float,
) -> Iterator[Event]:
    by_stage = {stage: tuple(one for one in results if one.stage is stage) for stage in Stage}
    stages = tuple(StageStarted(stage, some) for stage, some in by_stage.items() if some)
    yield RunStarted(stages, began)
    for shard in told:
        for note in shard.document.notes:
            yield Note(f"shard {shard.shard.index}: {note}")
    for stage in stages:
        yield stage
        for suite in stage.suites:
            yield from _suite(suite, parts[suite], began)
            yield SuiteFinished(results[suite])


def _suite(suite: SuiteId, parts: Sequence[Suite], began: float) -> Iterator[Event]:
    yield SuiteStarted(suite, began)
    for part in parts:
        for step in part.steps:
            yield StepStarted(suite, step.step, began + step.began)
            yield StepFinished(suite, step.step, began + step.ended)
        if part.endpoints:
            yield StackUp(suite, tuple(part.endpoints.items()))
        failures = {one.test: _failure(one) for one in part.failures}
        for test in part.tests:
            flaky = test.test in part.flaky
            yield TestFinished(
                suite, test.test, test.outcome, test.seconds, failures.get(test.test), flaky=flaky
            )


def _failure(one: Failed) -> Failure:
    return Failure(one.test, one.outcome, one.message, one.text, one.path or "", one.line or 0)
