"""What a suite's messages add up to. No input or output: the same messages give the same tally.

Each test counts once, by the worst of its phases: a test that passed and whose teardown failed is
an error, subtests belong to their test, and attempts that are repeated do not count.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

from taskslib.events import (
    Counts,
    Event,
    Failure,
    Outcome,
    SuiteId,
    TestFinished,
    TestsCollected,
    TestStarted,
)
from taskslib.frameworks.messages import (
    Begun,
    Collected,
    Deselected,
    Ended,
    Finished,
    Message,
    Repeated,
    Reported,
    Started,
    Stopped,
    Unhandled,
    Unreadable,
)

_BADNESS = {outcome: rank for rank, outcome in enumerate(Outcome)}
"""`Outcome` lists its members from good to bad."""


class Tally:
    """Everything that is known of a suite's run so far."""

    def __init__(self, suite: SuiteId) -> None:
        self.suite = suite
        self.framework: str = ""
        """Empty until the plugin has spoken."""
        self.deselected: int = 0
        self.unhandled: list[Unhandled] = []
        self.stopped: str = ""
        """Why the framework stopped early, where it did."""
        self.repeated: set[str] = set()
        """Tests that failed and were run again."""
        self.ended: int | None = None
        """The exit code announced by the end event; None until there is one."""
        self.unreadable: int = 0
        self._collected: int | None = None
        self._extra: set[str] = set()
        """Files that came to something in collection: shown, but not among the collected tests."""
        self._open: dict[str, None] = {}
        self._shown: set[str] = set()
        self._outcomes: dict[str, Outcome] = {}
        self._seconds: dict[str, float] = {}
        self._failures: dict[str, Failure] = {}

    @property
    def total(self) -> int | None:
        """How many tests there are in all, as far as is known; None before the collection."""
        return None if self._collected is None else self._collected + len(self._extra)

    @property
    def done(self) -> int:
        """How many tests came to something."""
        return len(self._outcomes)

    @property
    def files(self) -> int:
        """How many files came to something in collection."""
        return len(self._extra)

    @property
    def open(self) -> tuple[str, ...]:
        """The tests that started and did not finish, the oldest first."""
        return tuple(self._open)

    @property
    def failures(self) -> tuple[Failure, ...]:
        """The red tests, in the order in which they turned red."""
        return tuple(self._failures.values())

    @property
    def counts(self) -> Counts:
        """How many tests came to what."""
        seen = Counter(self._outcomes.values())
        return Counts(
            passed=seen[Outcome.PASSED],
            failed=seen[Outcome.FAILED],
            errors=seen[Outcome.ERROR],
            skipped=seen[Outcome.SKIPPED],
            xfailed=seen[Outcome.XFAILED],
            xpassed=seen[Outcome.XPASSED],
        )

    def add(self, message: Message, at: float = 0.0) -> list[Event]:
        """Take in a message that was read at a time; return what it means to a display."""
        match message:
            case Started(test):
                return self._start(test, at)
            case Finished():
                return self._finish(message)
            case Reported():
                return self._report(message)
            case Collected(total):
                before = self.total
                self._collected = max(total, self._collected or 0)
                return self._announce(before)
            case _:
                self._note(message)
                return []

    def _note(self, message: Message) -> None:
        """Take in what is no test."""
        match message:
            case Begun(framework):
                self.framework = framework
            case Deselected(count):
                self.deselected += count
            case Unhandled():
                self.unhandled.append(message)
            case Stopped(reason):
                self.stopped = reason
            case Repeated(test):
                self.repeated.add(test)
            case Ended(code):
                self.ended = code
            case Unreadable():
                self.unreadable += 1
            case _:
                pass

    def _start(self, test: str, at: float) -> list[Event]:
        self._open[test] = None
        if test in self._shown:
            return []
        self._shown.add(test)
        return [TestStarted(self.suite, test, at)]

    def _report(self, message: Reported) -> list[Event]:
        self._count(message.test, message.outcome, message.seconds)
        if message.outcome.red:
            self._blame(message)
        if not message.final:
            return []
        before = self.total
        if message.test not in self._shown:
            self._extra.add(message.test)
        return self._announce(before) + self._close(message.test)

    def _finish(self, message: Finished) -> list[Event]:
        if message.outcome is not None:
            self._count(message.test, message.outcome, message.seconds)
        return self._close(message.test)

    def _close(self, test: str) -> list[Event]:
        self._open.pop(test, None)
        outcome = self._outcomes.get(test)
        if outcome is None:
            # An attempt that will be repeated.
            return []
        failure = self._failures.get(test)
        return [TestFinished(self.suite, test, outcome, self._seconds[test], failure)]

    def _announce(self, before: int | None) -> list[Event]:
        if self.total is None or self.total == before:
            return []
        return [TestsCollected(self.suite, self.total)]

    def _count(self, test: str, outcome: Outcome, seconds: float) -> None:
        known = self._outcomes.get(test)
        if known is None or _BADNESS[outcome] > _BADNESS[known]:
            self._outcomes[test] = outcome
        self._seconds[test] = seconds or self._seconds.get(test, 0.0)

    def _blame(self, message: Reported) -> None:
        """Keep one failure a test: the first message and place, everything that was reported."""
        outcome = self._outcomes[message.test]
        first = self._failures.get(message.test)
        if first is None:
            self._failures[message.test] = Failure(
                message.test, outcome, message.message, message.text, message.path, message.line
            )
        else:
            text = f"{first.text}\n\n{message.text}" if message.text else first.text
            self._failures[message.test] = replace(first, outcome=outcome, text=text)
