"""Which step a suite is in, told as it goes from one to the next."""

from __future__ import annotations

import time

from taskslib.events import Sink, StepFinished, StepProgress, StepStarted, SuiteId
from taskslib.pipeline.plan import Step


class Steps:
    """Tells which step a suite is in, and how far it came before its stack was ended."""

    def __init__(self, suite: SuiteId, emit: Sink) -> None:
        """Take the suite, and who is told."""
        self.reached: Step = Step.ENVIRONMENT
        """The last one but for its end: where it broke."""
        self._current = Step.ENVIRONMENT
        self._suite = suite
        self._emit = emit
        self._open = False
        self._told = ""

    def begin(self, step: Step) -> None:
        """End the step before, and begin one."""
        self.end()
        self._current = step
        if step is not Step.STOP:
            self.reached = step
        self._open = True
        self._emit(StepStarted(self._suite, step, time.monotonic()))

    def tell(self, words: str, limit: float) -> None:
        """Tell how far the step is, where that has changed."""
        if words != self._told:
            self._told = words
            self._emit(StepProgress(self._suite, words, limit))

    def end(self) -> None:
        """End the step, where one has begun."""
        if self._open:
            self._open = False
            self._emit(StepFinished(self._suite, self._current, time.monotonic()))
