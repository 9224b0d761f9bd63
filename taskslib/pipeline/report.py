"""What a run came to, from the outcomes of its suites. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import reduce

from taskslib.errors import ExitCode, Interrupted, worst
from taskslib.events import Counts, State, SuiteResult
from taskslib.pipeline.slow import SlowTest
from taskslib.pipeline.timeline import Leg

_CODES = {
    State.PASSED: ExitCode.PASSED,
    State.FAILED: ExitCode.FAILED,
    State.CRASHED: ExitCode.FAILED,
    State.TIMED_OUT: ExitCode.FAILED,
    State.NO_TESTS: ExitCode.FAILED,
    State.NONE_FITS: ExitCode.PASSED,
    # What blocked or interrupted it has a code of its own, and an error brings its own.
    State.BLOCKED: ExitCode.PASSED,
    State.ERROR: ExitCode.PASSED,
    State.INTERRUPTED: ExitCode.PASSED,
}


@dataclass(frozen=True, slots=True)
class Report:
    """The whole run."""

    results: tuple[SuiteResult, ...]
    seconds: float
    signum: int = 0
    """The signal that ended it; 0 where none did."""
    critical_path: tuple[Leg, ...] = ()
    """What the run waited for, in order."""
    slow: tuple[SlowTest, ...] = ()
    """Tests that took long, the slowest first."""
    missing: tuple[str, ...] = ()
    """Shards that told nothing: what they ran is not known, and so not green."""

    @property
    def exit_code(self) -> ExitCode:
        """The code of the worst outcome: interrupted > 2 > 3 > 1 > 4 > 0."""
        codes = [_CODES.get(one.state, ExitCode.FAILED) for one in self.results]
        codes += [one.code for one in self.results if not one.state.green]
        if self.missing:
            codes.append(ExitCode.FAILED)
        if self.signum:
            codes.append(Interrupted(self.signum).exit_code)
        return worst(codes)

    @property
    def counts(self) -> Counts:
        """All suites' tests together, and the suites that are red by no test."""
        return total(self.results)

    @property
    def green(self) -> bool:
        """Whether everything passed."""
        return self.exit_code is ExitCode.PASSED


def judged(results: Iterable[SuiteResult]) -> tuple[SuiteResult, ...]:
    """Return what suites came to, now that all have ended: that no test fits in any is red."""
    ended = tuple(results)
    if not none_fits(ended):
        return ended
    return tuple(
        replace(one, state=State.NO_TESTS) if one.state is State.NONE_FITS else one for one in ended
    )


def none_fits(results: Iterable[SuiteResult]) -> bool:
    """Return whether no test ran, because of what was passed through."""
    ended = tuple(results)
    no_test_ran = not any(one.counts.ran for one in ended)
    return no_test_ran and any(one.state is State.NONE_FITS for one in ended)


def total(results: Iterable[SuiteResult]) -> Counts:
    """Return what suites came to together: a red run never reads as none failed."""
    return reduce(lambda counts, one: counts + one.counted, results, Counts())
