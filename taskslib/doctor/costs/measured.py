"""What the plugin wrote of one suite's run, added up over its processes."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any


@dataclass(frozen=True, slots=True)
class FixtureCost:
    """What setting up a fixture took, all times together, without what it needs itself."""

    name: str
    scope: str
    where: str
    """The folder, file or class that it belongs to, as pytest has it."""
    count: int
    seconds: float


@dataclass(frozen=True, slots=True)
class Sleep:
    """The seconds that a test slept at one place."""

    test: str
    place: str
    """`tests/test_a.py:12`."""
    call: str
    """`time.sleep` or `asyncio.sleep`."""
    seconds: float


@dataclass(frozen=True, slots=True)
class Measured:
    """What a suite's tests cost."""

    suite: str
    tests: Mapping[str, float] = field(default_factory=dict)
    """Seconds of each, fixtures included."""
    fixtures: tuple[FixtureCost, ...] = ()
    sleeps: tuple[Sleep, ...] = ()
    parallel: bool = False
    """Whether xdist ran it on several processes."""
    red: bool = False


def measured(suite: str, folder: Path, *, red: bool) -> Measured:
    """Read what the processes of a run wrote into a folder."""
    documents = [json.loads(file.read_text("utf-8")) for file in sorted(folder.glob("*.json"))]
    return added(suite, documents, red=red)


def added(suite: str, documents: Iterable[Mapping[str, Any]], *, red: bool = False) -> Measured:
    """Return what several processes measured as one. Pure."""
    tests: dict[str, float] = {}
    fixtures: dict[tuple[str, str, str], tuple[int, float]] = {}
    sleeps: list[Sleep] = []
    parallel = False
    for one in documents:
        parallel |= bool(one["parallel"])
        tests |= one["tests"]
        sleeps += [Sleep(*entry) for entry in one["sleeps"]]
        for name, scope, where, count, seconds in one["fixtures"]:
            before = fixtures.get((name, scope, where), (0, 0.0))
            fixtures[name, scope, where] = (before[0] + count, before[1] + seconds)
    costs = tuple(FixtureCost(*key, *value) for key, value in fixtures.items())
    return Measured(suite, tests, costs, tuple(sleeps), parallel, red)
