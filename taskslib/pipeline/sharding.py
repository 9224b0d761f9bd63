"""Splits a plan among machines: every suite runs once, on one of them or in parts. Pure.

Nothing is agreed on between the shards, so all of them must come to the same split. It depends on
the plan, on their number and on the durations of one file that all are given, never on what a
machine remembers. `digest` says whether they did, and `inv merge-reports` refuses where they did
not. What need not run again is looked up only after the split.

A suite that takes longer than a shard should is split by its test files. Only files that are known
from an earlier run are named; one of the parts is everything but these, so that a test that nobody
has seen yet, or that is in no file, runs there.

In a shard the stages are gates as ever. A shard does not wait for another: where service tests are
to run only if all unit tests passed, CI runs the shards of `--stage unit` first.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import chain
from math import ceil
from statistics import median

from taskslib.events import SuiteId
from taskslib.pipeline.durations import Durations, SuiteDuration
from taskslib.pipeline.plan import Pick, Plan, Sharded, StagePlan, SuitePlan

_PLAIN = re.compile(r"\w[\w./ -]*")
"""A path that means itself to every framework, wherever it stands: no option, no pattern."""


@dataclass(frozen=True, slots=True, order=True)
class Piece:
    """A suite, or a part of it; whole where neither names anything."""

    suite: SuiteId
    only: tuple[str, ...] = ()
    """Just these files."""
    without: tuple[str, ...] = ()
    """Everything but these files."""

    @property
    def whole(self) -> bool:
        """Whether it is all of the suite."""
        return not (self.only or self.without)


Split = tuple[tuple[Piece, ...], ...]
"""What each shard runs; a suite is in a shard once at most."""
Timed = tuple[float, Piece]
"""A piece, and how long it takes."""
Arguments = Callable[[SuiteId, Piece], tuple[str, ...]]
"""Returns what a suite's framework is told to run a part."""


def split(suites: Sequence[SuiteId], count: int, known: Durations) -> Split:
    """Return what each of `count` shards runs.

    Args:
        suites: All that is to run.
        count: How many shards there are.
        known: How long suites take, and their files, all of which exist; `files` of those alone
            that can be split. A suite of which nothing is known takes as long as the middle one.
    """
    usual = median([one.seconds for one in known.values()] or [1.0])
    took = {suite: known.get(str(suite), SuiteDuration(usual)) for suite in suites}
    ideal = sum(one.seconds for one in took.values()) / count
    pieces: dict[SuiteId, tuple[Timed, ...]] = {
        suite: ((took[suite].seconds, Piece(suite)),) for suite in suites
    }
    longest, shards = _dealt(pieces.values(), count)
    # What a suite needs before its first test each part needs: not all are worth splitting.
    for suite in sorted(suites, key=lambda one: (-took[one].seconds, one)):
        in_parts = {**pieces, suite: tuple(_parts(suite, took[suite], ideal, count))}
        shorter, others = _dealt(in_parts.values(), count)
        if shorter < longest:
            pieces, longest, shards = in_parts, shorter, others
    return tuple(tuple(one[suite] for suite in suites if suite in one) for one in shards)


def part_of(took: SuiteDuration, piece: Piece) -> SuiteDuration:
    """Return how long a part of a suite takes: its own files, and what each part needs before."""
    files = {
        path: seconds
        for path, seconds in took.files.items()
        if (path in piece.only if piece.only else path not in piece.without)
    }
    return SuiteDuration(took.before + SuiteDuration(0, files).tests, files)


def digest(project: str, parts: Split) -> str:
    """Return what tells one split from another."""
    told = [[[str(one.suite), one.only, one.without] for one in shard] for shard in parts]
    return hashlib.sha256(json.dumps([project, told]).encode()).hexdigest()


def sharded(plan: Plan, index: int, parts: Split, known: Durations, arguments: Arguments) -> Plan:
    """Return the plan of one shard, counted from 1; it may be empty."""
    mine = {piece.suite: piece for piece in parts[index - 1]}

    def narrowed(entry: SuitePlan) -> SuitePlan:
        piece = mine[entry.suite.id]
        if piece.whole:
            return entry
        took = part_of(known[str(entry.suite.id)], piece)
        return replace(entry, pick=Pick(arguments(entry.suite.id, piece), took=took))

    stages = tuple(
        StagePlan(stage.stage, suites)
        for stage in plan.stages
        if (suites := tuple(narrowed(one) for one in stage.suites if one.suite.id in mine))
    )
    shard = Sharded(index, len(parts), digest(plan.project.name, parts))
    return replace(plan, stages=stages, shard=shard, notes=(*plan.notes, _note(plan, index, parts)))


def plain_files(known: Mapping[str, float]) -> dict[str, float]:
    """Return the files that a framework can be told of by their name alone."""
    return {path: seconds for path, seconds in known.items() if _PLAIN.fullmatch(path)}


def _dealt(
    pieces: Iterable[Iterable[Timed]], count: int
) -> tuple[float, list[dict[SuiteId, Piece]]]:
    """Deal pieces out, the longest first; return what the longest shard takes, and each shard."""
    loads = [0.0] * count
    shards: list[dict[SuiteId, Piece]] = [{} for _ in range(count)]
    for seconds, piece in sorted(chain.from_iterable(pieces), key=lambda one: (-one[0], one[1])):
        # By their number too: those that take no time, as far as is known, go to all.
        least = min(range(count), key=lambda shard: (loads[shard], len(shards[shard]), shard))
        loads[least] += seconds
        before = shards[least].get(piece.suite)
        shards[least][piece.suite] = piece if before is None else _together(before, piece)
    return max(loads), shards


def _parts(suite: SuiteId, took: SuiteDuration, ideal: float, count: int) -> Iterator[Timed]:
    """Yield the parts of a suite that takes longer than a shard should; else all of it."""
    files = plain_files(took.files)
    wanted = min(count, len(files), ceil(took.seconds / ideal) if ideal else 1)
    if wanted < 2:  # noqa: PLR2004 — one part is the whole
        yield took.seconds, Piece(suite)
        return
    bins: list[list[str]] = [[] for _ in range(wanted)]
    # What can't be named runs in the first, which is everything but what the others name.
    unnamed = SuiteDuration(0, {one: took.files[one] for one in {*took.files} - {*files}})
    loads = [unnamed.tests, *[0.0] * (wanted - 1)]
    for path in sorted(files, key=lambda one: (-files[one], one)):
        least = min(range(wanted), key=lambda one: (loads[one], len(bins[one]), one))
        bins[least].append(path)
        loads[least] += files[path]
    named = tuple(sorted(path for other in bins[1:] for path in other))
    yield took.before + loads[0], Piece(suite, without=named)
    for paths, seconds in zip(bins[1:], loads[1:], strict=True):
        yield took.before + seconds, Piece(suite, only=tuple(sorted(paths)))


def _together(one: Piece, other: Piece) -> Piece:
    """Return two parts of a suite as one."""
    if one.only and other.only:
        return replace(one, only=tuple(sorted((*one.only, *other.only))))
    rest, named = (one, other) if one.without else (other, one)
    return replace(rest, without=tuple(path for path in rest.without if path not in named.only))


def _note(plan: Plan, index: int, parts: Split) -> str:
    mine = parts[index - 1]
    total = len(plan.entries)
    split_up = sum(not piece.whole for piece in mine)
    words = f"shard {index} of {len(parts)}: {len(mine)} of {total} suites"
    return f"{words}, {split_up} of them in part" if split_up else words
