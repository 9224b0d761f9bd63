"""What a suite came to, decided from its tally and from how its process ended. No I/O.

Green only if the exit code is 0 and the end event is there and nothing failed, broke in collection
or was unhandled and no test is left open and at least one test came to something (a skip counts).
Each of these was seen alone: a test that calls `os._exit(0)`, a plugin that fails a run in which
all tests pass, a run in which nothing was selected. Everything else is red, and says why.
"""

from __future__ import annotations

import signal
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass

from taskslib.events import Counts, State, SuiteResult
from taskslib.frameworks.messages import Unhandled
from taskslib.frameworks.tally import Tally

NOTHING_COLLECTED = 5
"""pytest's exit code for it; who reads other frameworks puts it into the end event."""
_TESTS_FAILED = 1
"""pytest's exit code for it. Others announce none: theirs may be any."""


@dataclass(frozen=True, slots=True)
class Exit:
    """How a suite's process ended."""

    code: int | None
    """None where it was interrupted; negative: the signal that killed it."""
    seconds: float = 0.0
    timed_out: float | None = None
    """The limit that ended it, if one did."""
    interrupted: bool = False
    """Whether we ended it, because the whole run was to end."""


def verdict(
    tally: Tally, end: Exit, output: str = "", *, passed_through: bool = False
) -> SuiteResult:
    """Return what the suite came to.

    Args:
        tally: What its events told.
        end: How its process ended.
        output: The end of its raw output, kept as evidence.
        passed_through: Whether it got arguments that were meant for all suites of the run.
    """
    state, reason = _decide(tally, end)
    # They leave out all that this suite has. Where they leave out nothing, it has no tests.
    if passed_through and state is State.NO_TESTS and tally.deselected and not tally.done:
        state = State.NONE_FITS
    explained = state in (State.PASSED, State.INTERRUPTED) or (
        state is State.FAILED and tally.counts.failed + tally.counts.errors > 0
    )
    evidence = [] if explained else [output.strip("\n")]
    evidence += [_beside(reason, unhandled) for unhandled in tally.unhandled]
    return SuiteResult(
        tally.suite,
        state,
        tally.counts,
        tally.failures,
        end.seconds,
        reason,
        settled=state is State.PASSED or (state is State.FAILED and _by_tests_alone(tally, end)),
        details="\n\n".join(text for text in evidence if text),
        repeated=len(tally.repeated),
    )


def _decide(tally: Tally, end: Exit) -> tuple[State, str]:
    counts = tally.counts
    if end.interrupted:
        return State.INTERRUPTED, "interrupted" + _during(tally)
    if end.timed_out is not None:
        return State.TIMED_OUT, f"did not end within {end.timed_out:g} s" + _during(tally)
    if tally.ended is not None and (counts.failed or counts.errors):
        return State.FAILED, _red(tally, counts)
    if broken := _broken(tally, end):
        return State.CRASHED, broken
    return _by_exit_code(tally, end)


def red_counts(counts: Counts) -> Iterator[str]:
    """Yield how many tests failed and how many errors there were, without zeros."""
    if counts.failed:
        yield f"{counts.failed} failed"
    if counts.errors:
        yield f"{counts.errors} error{_s(counts.errors)}"


def _red(tally: Tally, counts: Counts) -> str:
    parts = list(red_counts(counts))
    if tally.unhandled:
        parts.append(_unhandled(tally) + _during(tally))
    missing = (tally.total or 0) - tally.done
    if missing > 0:
        parts.append(f"{missing} not run")
    return ", ".join(parts)


def _by_tests_alone(tally: Tally, end: Exit) -> bool:
    """Return whether a red run is red because of its red tests, and would be green without."""
    red = tally.counts.failed + tally.counts.errors
    announced = tally.ended == _TESTS_FAILED == end.code or tally.ended == 0
    return (
        announced
        and not _broken(tally, end)
        and tally.done >= (tally.total or 0)
        and len(tally.failures) == red > 0
    )


def _broken(tally: Tally, end: Exit) -> str:
    """Return what is wrong with a run, whatever its tests came to; empty if it is in order."""
    how, during = _ended_by(end.code), _during(tally)
    checks = (
        (not tally.framework, f"{how} before any test was collected"),
        (tally.ended is None, f"{how} in the middle of the run{during}"),
        (tally.unhandled, _before_any(tally, how) + _unhandled(tally) + during),
        (tally.stopped, f"stopped by {tally.stopped}{during}"),
        (tally.open, f"the run ended{during}"),
        (tally.unreadable, f"{tally.unreadable} unreadable event{_s(tally.unreadable)}"),
        (end.code is None or end.code < 0, f"{how} after its last test"),
    )
    return next((reason for wrong, reason in checks if wrong), "")


def _by_exit_code(tally: Tally, end: Exit) -> tuple[State, str]:
    """Decide about an orderly run without a red test."""
    code = end.code or tally.ended
    if NOTHING_COLLECTED in (code, tally.ended):
        nothing_ran = tally.counts.ran == 0
    else:
        nothing_ran = code == 0 and tally.done == 0
    if nothing_ran:
        return State.NO_TESTS, _nothing(tally)
    if code == 0:
        return State.PASSED, ""
    return State.FAILED, f"no test failed, but {tally.framework} ended with exit code {code}"


def _nothing(tally: Tally) -> str:
    if files := tally.files:
        return f"no test ran: {files} file{_s(files)} skipped in collection"
    if tally.done:
        return f"no test ran: {tally.done} skipped"
    if tally.deselected:
        return f"no test ran: {tally.deselected} deselected"
    if tally.total:
        return f"no test ran: {tally.total} collected"
    return "no test was collected"


def _during(tally: Tally) -> str:
    """Return ` during TEST`: the test that was running, the likely cause."""
    # Of several at once (xdist) the oldest: it has had the most time to go wrong.
    return f" during {_first(tally.open)}" if tally.open else ""


def _beside(reason: str, unhandled: Unhandled) -> str:
    """Return what is to be said of it that the reason does not."""
    message, text = unhandled.message, unhandled.text.strip("\n")
    if message in reason:
        return text.removeprefix(message).strip("\n")
    return text if message in text else f"{message}\n{text}".strip("\n")


def _before_any(tally: Tally, how: str) -> str:
    return f"{how}: " if tally.total is None and not tally.done else ""


def _unhandled(tally: Tally) -> str:
    return _first([unhandled.message for unhandled in tally.unhandled])


def _first(texts: Sequence[str]) -> str:
    others = f" (and {len(texts) - 1} more)" if len(texts) > 1 else ""
    return f"{texts[0]}{others}" if texts else ""


def _ended_by(code: int | None) -> str:
    if code is None:
        return "ended"
    if code < 0:
        with suppress(ValueError):
            return f"killed by {signal.Signals(-code).name}"
    return f"ended with exit code {code}"


def _s(number: int) -> str:
    return "" if number == 1 else "s"
