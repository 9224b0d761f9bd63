"""Runs again what a saved file affects, on stacks that stay up until it ends."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from taskslib.api.pipeline import plan, test_specs
from taskslib.api.results import memory_of
from taskslib.api.session import Session, engine_of, lifetime_of, watchdog
from taskslib.cancellation import Cancellation
from taskslib.disk import DROPPINGS, is_dropped
from taskslib.errors import EngineError
from taskslib.pipeline.plan import Plan, with_results
from taskslib.pipeline.request import TestRequest

if TYPE_CHECKING:
    from taskslib.events import SuiteId
    from taskslib.pipeline.report import Report
    from taskslib.pipeline.results.store import Stored

_LOOK = 500
"""Milliseconds between two looks at whether it is to end."""
_SETTLED = 50
"""Milliseconds of quiet after which a save is over."""


class Watching:
    """What was green at which state of the files, and the stacks that were started for it."""

    def __init__(self, session: Session, request: TestRequest) -> None:
        """Take where it works, and what is asked for in every round."""
        self._session = session
        self._request = replace(request, watch=True)
        self._green: dict[SuiteId, Stored] = {}
        self._keys: dict[SuiteId, str] = {}
        self._there: set[str] | None = None
        """Stacks that were up before, which are not ours to end."""
        self._started: dict[str, str] = {}
        """Names of stacks that we use, with the service whose own they are."""

    def plan(self) -> Plan:
        """Return the next round: what passed with just these inputs is marked as known.

        Raises what `plan` raises: a file can be saved half-way.
        """
        planned = plan(self._session, self._request)
        suites = [entry.suite for entry in planned.entries]
        memory = memory_of(self._session, planned.project, self._request.arguments)
        stored = memory.look_up(suites)
        found = {} if self._request.picks or self._request.force else stored
        self._keys = {suite.id: memory.manifest(suite.id).key for suite in suites}
        found |= {
            suite: one for suite, one in self._green.items() if self._keys.get(suite) == one.key
        }
        planned = with_results(planned, found)
        self._note_stacks(planned)
        return planned

    def ran(self, report: Report) -> None:
        """Take note of what a round came to."""
        from taskslib.pipeline.results.store import Stored

        for result in report.results:
            if not result.state.green:
                self._green.pop(result.suite, None)
            elif not result.cached_at:
                key = self._keys[result.suite]
                self._green[result.suite] = Stored(
                    key, str(result.suite), time.time(), result.seconds, result.counts
                )

    def wait(self) -> tuple[str, ...]:
        """Wait until files are saved and return them, from the repo on; nothing at the end."""
        from watchfiles import watch

        ending = _Ending(self._session.cancellation)
        root = self._session.root
        for changes in watch(
            root,
            watch_filter=lambda _, path: self._counts(path),
            stop_event=ending,
            step=_SETTLED,
            rust_timeout=_LOOK,
            raise_interrupt=False,
        ):
            paths = sorted({path for _, path in changes})
            return tuple(path.removeprefix(f"{root}/").removeprefix(f"{root}\\") for path in paths)
        return ()

    def end(self) -> Iterator[str]:
        """End the stacks that were started, and yield their names. Raises `EngineError`."""
        # The one that ended the watching would end this too.
        session = replace(self._session, cancellation=Cancellation())
        ours = [name for name in self._started if name not in (self._there or ())]
        if not ours:
            return
        with session.cancellation.on_signals(), watchdog(session) as guard:
            lifetime = lifetime_of(session, guard)
            yield from (name for name in ours if lifetime.stop(name))

    def _note_stacks(self, planned: Plan) -> None:
        specs = test_specs(self._session, planned)
        if self._there is None and specs:
            try:
                listed = engine_of(self._session).containers("")
            except EngineError:
                return  # who needs the engine says what is wrong with it
            names = {spec.name for spec in specs}
            self._there = {one.labels.get("taskslib.name", "") for one in listed} & names
        self._started |= {spec.name: spec.stack.service for spec in specs}

    def _counts(self, path: str) -> bool:
        inside = path.removeprefix(str(self._session.root))
        parts = inside.replace("\\", "/").split("/")
        return not any(is_dropped(part, DROPPINGS) for part in parts)


@dataclass(frozen=True, slots=True)
class _Ending:
    """What watchfiles asks whether to go on."""

    cancellation: Cancellation

    def is_set(self) -> bool:
        return self.cancellation.requested
