"""The history: what runs came to is written after each, and read before the next."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict, dataclass
from functools import cached_property
from math import isfinite
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from taskslib.events import Stage, SuiteId
from taskslib.pipeline.history import sql
from taskslib.pipeline.history.records import Run, SuiteRun, TestRun

if TYPE_CHECKING:
    import sqlite3

    from taskslib.pipeline.history.database import Database


@dataclass(frozen=True, slots=True)
class Bounds:
    """How much is remembered; what is older is removed whenever something is written."""

    runs: int = 50
    """Of one suite."""
    rows: int = 200_000
    """Of suites and tests together: some twenty megabytes."""
    name: int = 4096
    """Characters of a test's name; a test with a longer one is not remembered."""


@dataclass(frozen=True, slots=True)
class FailedTest:
    """A test that was red when it ran last."""

    __test__: ClassVar[bool] = False

    suite: SuiteId
    test: str


@dataclass(frozen=True, slots=True)
class TestTime:
    """How long a test usually takes."""

    __test__: ClassVar[bool] = False

    suite: SuiteId
    test: str
    seconds: float


@dataclass(frozen=True, slots=True)
class FlakyTest:
    """A test that came to different things with nothing changed."""

    __test__: ClassVar[bool] = False

    suite: SuiteId
    test: str
    red: int
    """How many of these runs were red, or red at first."""
    runs: int
    """How many runs are known of the inputs with which it did so."""
    at: float
    """When that was seen last, in seconds since the epoch."""


@dataclass(frozen=True, slots=True)
class PastRun:
    """What a test came to, once."""

    suite: SuiteId
    test: str
    at: float
    """When its run ended, in seconds since the epoch."""
    outcome: str
    """As in events; `flaky` where it passed only when it was run again."""
    seconds: float
    branch: str


@dataclass(frozen=True, slots=True)
class PastTotal:
    """What all suites of an earlier run came to together."""

    at: float
    """When it ended, in seconds since the epoch."""
    seconds: float
    """Of its suites together: side by side, they took less."""
    passed: int
    failed: int
    green: bool


class History:
    """What is known of a project's earlier runs. No method raises; what can't be done is not.

    Args:
        folder: Where the file is; several projects may share it.
        project: Whose runs are meant.
        say: Told, once at most, what is wrong with the file.
        bounds: How much is remembered.
    """

    def __init__(
        self,
        folder: Path,
        project: str,
        *,
        say: Callable[[str], None] = lambda _: None,
        bounds: Bounds | None = None,
    ) -> None:
        self.file: Path = folder / sql.FILE
        self._project = _storable(project)
        self._say = say
        self._bounds = bounds or Bounds()

    def record(self, run: Run) -> None:
        """Remember what a run came to."""
        if run.suites:
            self._database.write(lambda file: self._record(file, run))

    def durations(self, suites: Iterable[SuiteId]) -> Mapping[SuiteId, float]:
        """Return how long suites usually take: the median of their last whole, passed runs.

        A suite of which none is known is not in it.
        """
        from statistics import median

        wanted = tuple(suites)

        def read(file: sqlite3.Connection) -> dict[SuiteId, float]:
            found = {suite: self._seconds(file, suite) for suite in wanted}
            return {suite: median(seconds) for suite, seconds in found.items() if seconds}

        return self._database.read(read) or {}

    def tests(self, suite: SuiteId) -> tuple[tuple[str, str, float], ...]:
        """Return the tests of a suite's last whole, passed run: name, outcome, seconds."""

        def read(file: sqlite3.Connection) -> tuple[tuple[str, str, float], ...]:
            rows = file.execute(sql.TESTS, {"project": self._project, **_key(suite)})
            return tuple((test, outcome, seconds) for test, outcome, seconds in rows)

        return self._database.read(read) or ()

    def failed(self, branch: str) -> tuple[FailedTest, ...]:
        """Return the tests that were red when they last ran on a branch.

        What the last whole run of a suite did not have any more is not among them, nor what was
        asked for later and was not there.
        """

        def read(file: sqlite3.Connection) -> tuple[FailedTest, ...]:
            rows = file.execute(sql.FAILED, {"project": self._project, "branch": _storable(branch)})
            return tuple(
                FailedTest(SuiteId(name, Stage(stage)), test) for name, stage, test in rows
            )

        return self._database.read(read) or ()

    def broken(self, branch: str) -> tuple[SuiteId, ...]:
        """Return the suites of which more than the red tests may be wrong, on a branch.

        That is so until one runs with all its tests, and all of them come to something: of what
        crashed, was stopped or broke beside its tests nobody knows what is left to run.
        """

        def read(file: sqlite3.Connection) -> tuple[SuiteId, ...]:
            rows = file.execute(sql.BROKEN, {"project": self._project, "branch": _storable(branch)})
            return tuple(SuiteId(name, Stage(stage)) for name, stage in rows)

        return self._database.read(read) or ()

    def slowest(self, count: int) -> tuple[TestTime, ...]:
        """Return the tests that take longest, by the last passed run of each suite."""

        def read(file: sqlite3.Connection) -> tuple[TestTime, ...]:
            rows = file.execute(sql.SLOWEST, {"project": self._project, "count": count})
            return tuple(
                TestTime(SuiteId(name, Stage(stage)), test, seconds)
                for name, stage, test, seconds in rows
            )

        return self._database.read(read) or ()

    def own_seconds(self) -> Mapping[SuiteId, float]:
        """Return how long the tests of suites took by themselves, in the last whole, passed run."""

        def read(file: sqlite3.Connection) -> dict[SuiteId, float]:
            rows = file.execute(sql.OWN_SECONDS, {"project": self._project})
            return {SuiteId(name, Stage(stage)): seconds for name, stage, seconds in rows}

        return self._database.read(read) or {}

    def flaky(self) -> tuple[FlakyTest, ...]:
        """Return the tests that came to different things with nothing changed, the last ones first.

        That is: they were red and passed when they were run again, or two runs of one fingerprint
        disagree on them. What they come to with other inputs does not count, nor where they are
        skipped.
        """

        def read(file: sqlite3.Connection) -> tuple[FlakyTest, ...]:
            rows = file.execute(sql.FLAKY_TESTS, {"project": self._project})
            return tuple(
                FlakyTest(SuiteId(name, Stage(stage)), test, red, runs, at)
                for name, stage, test, red, runs, at in rows
            )

        return self._database.read(read) or ()

    def outcomes(self, test: str, count: int) -> tuple[PastRun, ...]:
        """Return how tests ended whose name contains a text, the last runs first."""

        def read(file: sqlite3.Connection) -> tuple[PastRun, ...]:
            key = {"project": self._project, "test": _storable(test), "count": count}
            rows = file.execute(sql.OUTCOMES, key)
            return tuple(
                PastRun(SuiteId(name, Stage(stage)), test, at, outcome, seconds, branch)
                for name, stage, test, at, outcome, seconds, branch in rows
            )

        return self._database.read(read) or ()

    def trend(self, count: int) -> tuple[PastTotal, ...]:
        """Return what the last runs came to, the last one first."""

        def read(file: sqlite3.Connection) -> tuple[PastTotal, ...]:
            rows = file.execute(sql.TREND, {"project": self._project, "count": count})
            return tuple(
                PastTotal(at, seconds, passed, failed, green=not red)
                for at, seconds, passed, failed, red in rows
            )

        return self._database.read(read) or ()

    @cached_property
    def _database(self) -> Database:
        from taskslib.pipeline.history.database import Database

        return Database(self.file, sql.VERSION, sql.SCHEMA, self._say)

    def _record(self, file: sqlite3.Connection, run: Run) -> None:
        for one in run.suites:
            self._insert(file, run, one)
            key = {"project": self._project, **_key(one.suite), "runs": self._bounds.runs}
            file.execute(sql.FORGET_OF_SUITE, key)
        file.execute(sql.FORGET, {"rows": self._bounds.rows})

    def _insert(self, file: sqlite3.Connection, run: Run, one: SuiteRun) -> None:
        tests = {_storable(test.test): test for test in one.tests}
        kept = [(name, test) for name, test in tests.items() if len(name) <= self._bounds.name]
        row = {
            "project": self._project,
            **_key(one.suite),
            "at": run.at,
            "branch": _storable(run.branch),
            "hash": run.commit,
            "whole": one.whole,
            "broken": one.broken,
            "fingerprint": one.fingerprint,
            "state": str(one.state),
            "seconds": _number(one.seconds),
            **asdict(one.counts),
            "tests": len(kept) + len(one.gone),
        }
        columns, values = ", ".join(row), ", ".join(f":{name}" for name in row)
        inserted = file.execute(f"INSERT INTO suites ({columns}) VALUES ({values})", row)  # noqa: S608
        rows = [
            (inserted.lastrowid, name, _outcome(test), _number(test.seconds)) for name, test in kept
        ]
        rows += [(inserted.lastrowid, name, sql.GONE, 0.0) for name in one.gone]
        file.executemany("INSERT INTO tests VALUES (?, ?, ?, ?)", rows)

    def _seconds(self, file: sqlite3.Connection, suite: SuiteId) -> list[float]:
        rows = file.execute(sql.DURATIONS, {"project": self._project, **_key(suite)})
        return [seconds for (seconds,) in rows]


def _outcome(test: TestRun) -> str:
    return sql.FLAKY if test.flaky else str(test.outcome)


def _key(suite: SuiteId) -> dict[str, str]:
    return {"name": _storable(suite.name), "stage": str(suite.stage)}


def _storable(text: str) -> str:
    """Return a text without what UTF-8 lacks: half of a pair, bytes of a strange file name."""
    return text.encode("utf-8", "replace").decode("utf-8")


def _number(seconds: float) -> float:
    """Return what a suite said, where it is a number at all."""
    return float(seconds) if isfinite(seconds) else 0.0
