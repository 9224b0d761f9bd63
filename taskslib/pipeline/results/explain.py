"""Why a suite ran, or need not: two manifests compared by name. Pure but for the memory's files."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from taskslib.events import SuiteId
from taskslib.pipeline.results.manifest import differences
from taskslib.pipeline.results.memory import Last, Memory
from taskslib.project.model import Suite


@dataclass(frozen=True, slots=True)
class Explained:
    """One suite."""

    suite: SuiteId
    last: Last
    """Its last run in this checkout."""
    cached_at: float = 0.0
    """When it passed with just what it depends on now; 0 where it never did."""
    inputs: int = 0
    """How many things it depends on."""
    changed: tuple[str, ...] = ()
    """What changed since the last run."""
    unknown: tuple[str, ...] = ()
    """Why its results are never stored."""


def explain(memory: Memory, suites: Sequence[Suite]) -> tuple[Explained, ...]:
    """Return what there is to say of suites, in order."""
    return tuple(_explained(memory, suites))


def _explained(memory: Memory, suites: Sequence[Suite]) -> Iterator[Explained]:
    found = memory.look_up(suites)
    for suite in suites:
        last, manifest = memory.last(suite.id), memory.manifest(suite.id)
        stored = found.get(suite.id)
        yield Explained(
            suite.id,
            last,
            stored.at if stored is not None else 0.0,
            len(manifest.named),
            tuple(differences(last.manifest, manifest.named)) if last.manifest else (),
            manifest.unknown,
        )
