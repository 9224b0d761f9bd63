"""What the shards of a run reported, read and held against each other.

The documents of `inv test --shard … --json` have all that their runs came to: JUnit XML and the
page are made of them again.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime
from itertools import pairwise
from pathlib import Path

import msgspec

from taskslib.errors import ExitCode, UsageError
from taskslib.events import Counts, Outcome, Stage, State
from taskslib.pipeline.plan import Sharded
from taskslib.reports.document import SCHEMA


class Exit(msgspec.Struct):
    """What a shard ended with."""

    code: ExitCode


class Selection(msgspec.Struct):
    """What a shard was asked for."""

    services: list[str]
    arguments: list[str]
    affected: bool
    notes: list[str]
    shard: Sharded | None = None


class Step(msgspec.Struct):
    """A step of a suite, in seconds since the shard's run began."""

    step: str
    began: float
    ended: float


class Test(msgspec.Struct):
    """A test."""

    test: str
    outcome: Outcome
    seconds: float


class Failed(msgspec.Struct):
    """A failure."""

    test: str
    outcome: Outcome
    message: str
    path: str | None
    line: int | None
    text: str


class Suite(msgspec.Struct):
    """A suite, or the part of it that a shard ran."""

    name: str
    stage: Stage
    state: State
    reason: str
    settled: bool
    hint: str
    cached: datetime | None
    fingerprint: str | None
    changed: list[str]
    seconds: float
    counts: Counts
    steps: list[Step]
    engine: str | None
    endpoints: dict[str, str]
    tests: list[Test]
    failures: list[Failed]
    flaky: list[str]
    details: str
    logs: str

    @property
    def tested(self) -> Counts:
        """What its tests came to, without itself: red by no test, it counts as an error."""
        told = self.failures or any(test.outcome.red for test in self.tests)
        if told or self.state.green or self.state in {State.BLOCKED, State.INTERRUPTED}:
            return self.counts
        return replace(self.counts, errors=max(0, self.counts.errors - 1))


class Document(msgspec.Struct):
    """A run's document, as far as it matters here."""

    schema: int
    taskslib: str
    project: str
    commit: str
    changes: str
    seconds: float
    exit: Exit
    selection: Selection
    notes: list[str]
    suites: list[Suite]


class Told(msgspec.Struct, frozen=True):
    """What one shard told, and where."""

    file: Path
    shard: Sharded
    document: Document


def read_shards(folder: Path, project: str) -> tuple[tuple[Told, ...], tuple[str, ...]]:
    """Return what the shards below a folder told, in order, and words about files that are broken.

    Raises `UsageError` where there is no folder, or none in it, two of one shard, or shards of
    different runs.
    """
    if folder.is_file():
        raise UsageError(
            f"{folder} is a file: the reports of all shards are read from a folder",
            hint=f"inv merge-reports {folder.parent}",
        )
    if not folder.is_dir():
        raise UsageError(
            f"there is no folder {folder}: the reports of all shards are read from one",
            hint="inv merge-reports FOLDER",
        )
    found: list[Told] = []
    broken: list[str] = []
    for file in sorted(folder.rglob("*.json")):
        try:
            document = msgspec.json.decode(file.read_bytes(), type=Document)
        except (msgspec.DecodeError, UnicodeDecodeError, ValueError) as error:
            if isinstance(error, msgspec.ValidationError):
                continue  # JSON of something else
            broken.append(f"{file}: no whole document: {error}")
            continue
        if document.selection.shard is not None and document.schema == SCHEMA:
            found.append(Told(file, document.selection.shard, document))
    if not found:
        raise UsageError(
            "; ".join([f"no shard's report is in {folder}", *broken]),
            hint=f"inv test --shard 1/2 --json > {folder / '1.json'}",
        )
    found.sort(key=lambda one: one.shard.index)
    _refuse_strangers(found, project)
    return tuple(found), tuple(broken)


def missing(told: Sequence[Told]) -> tuple[str, ...]:
    """Return the shards that told nothing."""
    count, there = told[0].shard.count, {one.shard.index for one in told}
    return tuple(f"shard {one} of {count}" for one in range(1, count + 1) if one not in there)


def _refuse_strangers(told: Sequence[Told], project: str) -> None:
    first = told[0]
    if first.document.project != project:
        raise UsageError(
            f"{first.file} is of the project {first.document.project}, not of {project}",
            hint="inv merge-reports in a checkout of that project",
        )
    for one, other in pairwise(told):
        if one.shard.index == other.shard.index:
            raise UsageError(
                f"{one.file} and {other.file} are both of shard {one.shard.index}",
                hint="remove what is left of an earlier run",
            )
    for other in told[1:]:
        for what, mine, theirs in _identities(first, other):
            if mine != theirs:
                raise UsageError(
                    f"{first.file} and {other.file} are of different {what}: "
                    f"{mine or 'none'}, {theirs or 'none'}",
                    hint="give all shards one commit, one selection and one file of --durations",
                )


def _identities(one: Told, other: Told) -> Iterator[tuple[str, object, object]]:
    """Yield what must be the same in all shards of a run, by what it is called."""
    for what, name in (
        ("projects", "project"),
        ("versions of taskslib", "taskslib"),
        ("commits", "commit"),
        ("changes to files", "changes"),
    ):
        yield what, getattr(one.document, name), getattr(other.document, name)
    yield "numbers of shards", one.shard.count, other.shard.count
    mine, theirs = one.document.selection, other.document.selection
    yield "services", mine.services, theirs.services
    yield "arguments", mine.arguments, theirs.arguments
    yield "splits", one.shard.split, other.shard.split
