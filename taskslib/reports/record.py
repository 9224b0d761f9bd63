"""A run, gathered from its events: what all reports of a run that has ended are made of."""

from __future__ import annotations

import time
from dataclasses import dataclass, field

from taskslib.errors import ExitCode
from taskslib.events import (
    Event,
    Note,
    Outcome,
    RunFinished,
    RunStarted,
    StackUp,
    StageStarted,
    StepFinished,
    StepStarted,
    SuiteFinished,
    SuiteId,
    SuiteResult,
    TestFinished,
)
from taskslib.pipeline.timeline import Span, Spans


@dataclass(slots=True)
class SuiteRecord:
    """What was told of one suite."""

    id: SuiteId
    result: SuiteResult | None = None
    tests: dict[str, tuple[Outcome, float]] = field(default_factory=dict)
    """Each test's outcome, and the seconds of its call."""
    spans: list[Span] = field(default_factory=list)
    """Its steps, in seconds since the run began."""
    endpoints: dict[str, str] = field(default_factory=dict)
    """What its stack published: `api:8000` → the address."""


class Record:
    """A sink that keeps what a run's reports tell."""

    def __init__(self, project: str) -> None:
        """Begin the record of a run of a project, now."""
        self.project = project
        self.began_at: float = time.time()
        """In seconds since the epoch."""
        self.seconds: float = 0.0
        """From its begin to its last event that tells a time."""
        self.suites: dict[SuiteId, SuiteRecord] = {}
        self.notes: list[str] = []
        self.code: ExitCode | None = None
        """What it ended with; None while it runs, and where it was killed."""
        self.critical: frozenset[tuple[SuiteId, str]] = frozenset()
        """Steps of suites that everything else waited for."""
        self._began = 0.0
        self._spans = Spans()

    def __call__(self, event: Event) -> None:
        """Take in an event."""
        match event:
            case RunStarted(stages, at):
                self._began = at
                for stage in stages:
                    self(stage)
            case StageStarted(_, suites):
                for suite in suites:
                    self._of(suite)
            case StepStarted() | StepFinished():
                self._step(event)
            case Note(message):
                self.notes.append(message)
            case _:
                self._told(event)

    def _told(self, event: Event) -> None:
        match event:
            case StackUp(suite, endpoints):
                self._of(suite).endpoints = dict(endpoints)
            case TestFinished(suite, test, outcome, seconds):
                self._of(suite).tests[test] = (outcome, seconds)
            case SuiteFinished(result):
                self._of(result.suite).result = result
            case RunFinished(at, code, legs):
                self.seconds, self.code = at - self._began, code
                self.critical = frozenset((suite, step) for suite, step, _ in legs)
            case _:
                pass

    def _step(self, event: Event) -> None:
        if (ended := self._spans.add(event)) is not None:
            suite, at = ended
            span = Span(at.step, at.began - self._began, at.ended - self._began)
            self._of(suite).spans.append(span)
            self.seconds = max(self.seconds, span.ended)

    def _of(self, suite: SuiteId) -> SuiteRecord:
        return self.suites.setdefault(suite, SuiteRecord(suite))
