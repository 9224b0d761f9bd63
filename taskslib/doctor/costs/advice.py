"""From what tests cost to what would make them faster. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from taskslib.doctor.costs.measured import FixtureCost, Measured
from taskslib.doctor.health.findings import Line, ok, warning
from taskslib.events import Stage
from taskslib.pipeline.history import TestTime
from taskslib.project.model import Slow

_FIXTURE = 0.5
"""Seconds that a wider scope must save to be worth a word."""
_SLEEP = 0.1
_PARALLEL = 10.0
"""Seconds of tests from which several processes gain more than they cost to start."""
_STARTS = 1.0
"""Seconds that xdist takes to start and to collect once more."""
_SHOWN = 5
_WIDER = {"function": "module", "class": "module", "module": "session", "package": "session"}


def slow_lines(slowest: Iterable[TestTime], slow: Slow) -> Iterator[Line]:
    """Yield the tests of earlier runs that are slow for their stage."""
    found = [one for one in slowest if one.seconds >= slow.by_stage[Stage(one.suite.stage)]]
    for one in found[:_SHOWN]:
        words = f"{one.suite}: {one.test} takes {one.seconds:.1f} s"
        yield warning("slow tests", words, f"inv doctor --tests --service {one.suite.name}")
    if len(found) > _SHOWN:
        words = f"{len(found) - _SHOWN} more are slow for their stage"
        yield warning("slow tests", words, "inv slowest")
    if not found:
        yield ok("slow tests", "none that is known")


def cost_lines(one: Measured, processors: int) -> Iterator[Line]:
    """Yield the advice for a suite; where there is none, that nothing costs much."""
    if one.red:
        words = f"{one.suite} is red: what did not run is not in here"
        yield warning("suite", words, "inv test")
    found = [*_sleeps(one), *_fixtures(one), *_xdist(one, processors)]
    yield from found
    if not found and not one.red:
        total = sum(one.tests.values())
        yield ok("suite", f"{one.suite}: {len(one.tests)} tests in {total:.1f} s, nothing to save")


def _sleeps(one: Measured) -> Iterator[Line]:
    found = sorted((s for s in one.sleeps if s.seconds >= _SLEEP), key=lambda s: -s.seconds)
    for sleep in found[:_SHOWN]:
        yield warning(
            "fixed sleep",
            f"{one.suite}: {sleep.test} spends {sleep.seconds:.1f} s in {sleep.call} "
            f"at {sleep.place}",
            "wait for what it is waiting for: taskslib.testing.wait_for",
        )
    if len(found) > _SHOWN:
        seconds = sum(sleep.seconds for sleep in found[_SHOWN:])
        words = f"{one.suite}: {len(found) - _SHOWN} more tests, {seconds:.1f} s together"
        yield warning("fixed sleep", words, "mend these, then inv doctor --tests again")


def _fixtures(one: Measured) -> Iterator[Line]:
    found = sorted(
        (fixture for fixture in one.fixtures if _saved(fixture) >= _FIXTURE),
        key=lambda fixture: -_saved(fixture),
    )
    for fixture in found[:_SHOWN]:
        place = f" of {fixture.where}" if fixture.where else ""
        yield warning(
            "fixture",
            f"{one.suite}: {fixture.name}{place} (scope {fixture.scope}) is set up "
            f"{fixture.count} times, {fixture.seconds:.1f} s",
            f'scope="{_WIDER[fixture.scope]}" saves up to {_saved(fixture):.1f} s, '
            "where tests leave it as it was",
        )


def _saved(fixture: FixtureCost) -> float:
    """Return what is saved at most where a fixture is set up once."""
    if fixture.scope not in _WIDER or not fixture.count:
        return 0.0
    return fixture.seconds * (fixture.count - 1) / fixture.count


def _xdist(one: Measured, processors: int) -> Iterator[Line]:
    total = sum(one.tests.values())
    if one.parallel or processors < 2 or total < _PARALLEL:  # noqa: PLR2004 — one alone is none
        return
    # Sleeps and waits overlap too, so that the longest test is the floor.
    least = max(total / processors, *one.tests.values()) + _STARTS
    if least < total * 0.8:
        yield warning(
            "xdist",
            f"{one.suite}: {len(one.tests)} tests take {total:.1f} s one after the other, and "
            f"about {least:.1f} s on {processors} processors",
            'add pytest-xdist to its dev group, and addopts = ["--numprocesses=auto"]',
        )
