"""Runs again what a saved file affects, on stacks that stay up until it ends."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from taskslib.api.pipeline import plan, test_specs
from taskslib.api.results import memory_of
from taskslib.api.session import Session, engine_of, lifetime_of, watchdog
from taskslib.cancellation import Cancellation
from taskslib.disk import DROPPINGS, is_dropped
from taskslib.errors import EngineError, TaskslibError
from taskslib.pipeline.plan import Plan, with_results
from taskslib.pipeline.request import TestRequest

if TYPE_CHECKING:
    from taskslib.events import SuiteId
    from taskslib.pipeline.report import Report
    from taskslib.pipeline.results.store import Stored

_LOOK = 0.2
"""Seconds between two looks at whether it is to end."""
_BEGINS = 10.0
"""Seconds in which it listens; it takes some hundredths."""
_SETTLED = 50
"""Milliseconds of quiet after which a save is over."""


class Watching:
    """What was green at which state of the files, and the stacks that were started for it."""

    def __init__(self, session: Session, request: TestRequest) -> None:
        """Take where it works, and what is asked for in every round."""
        self._session = session
        self._request = replace(request, watch=True)
        self._saves = Saves(session.root.resolve(), session.cancellation)
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
        self._keys = {}  # where that is so, nothing is as it was when a round ran
        planned = plan(self._session, self._request)
        stored, self._keys = self._looked_up(planned)
        found = {} if self._request.picks or self._request.force else stored
        found |= {
            suite: one for suite, one in self._green.items() if self._keys.get(suite) == one.key
        }
        planned = with_results(planned, found)
        self._note_stacks(planned)
        return planned

    def _looked_up(self, planned: Plan) -> tuple[dict[SuiteId, Stored], dict[SuiteId, str]]:
        """Return what is stored of a plan's suites, and the key of each."""
        suites = [entry.suite for entry in planned.entries]
        memory = memory_of(self._session, planned.project, self._request.arguments)
        found = memory.look_up(suites)
        return found, {suite.id: memory.manifest(suite.id).key for suite in suites}

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
        """Wait until files are saved, or removed, that a suite depends on; nothing at the end.

        Returns them, from the repo on. What was saved while a round ran counts too.
        """
        while not self._session.cancellation.requested:
            saved = self._saves.taken()
            if saved and self._differs():
                there = {one for one in saved if (self._session.root / one).exists()}
                return tuple(sorted(there or saved))  # an editor's own are gone already
            self._saves.wait(_LOOK)
        return ()

    def _differs(self) -> bool:
        """Return whether what a suite depends on is not as it was when the round began."""
        try:
            return self._keys != self._looked_up(plan(self._session, self._request))[1]
        except TaskslibError:
            return True  # the next round says what is wrong

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


class Saves:
    """The files that are saved below a folder, as a thread of its own hears of them."""

    def __init__(self, root: Path, cancellation: Cancellation) -> None:
        """Begin to listen; returns when it does."""
        self._root = root
        self._ending = _Ending(cancellation)
        self._paths: set[str] = set()
        self._lock = threading.Lock()
        self._heard = threading.Event()
        listens = threading.Event()
        thread = threading.Thread(target=self._listen, args=(listens,), name="saves", daemon=True)
        thread.start()
        listens.wait(_BEGINS)

    def taken(self) -> set[str]:
        """Return what was saved since the last time."""
        with self._lock:
            paths, self._paths = self._paths, set()
            self._heard.clear()
        return paths

    def wait(self, seconds: float) -> bool:
        """Wait for a save, but not for ever; return whether there is one."""
        return self._heard.wait(seconds)

    def _listen(self, listens: threading.Event) -> None:
        from watchfiles import watch

        for changes in watch(
            self._root,
            watch_filter=lambda _, path: self._counts(path),
            stop_event=self._ending,
            step=_SETTLED,
            rust_timeout=int(_LOOK * 1000),
            yield_on_timeout=True,
            raise_interrupt=False,
        ):
            listens.set()  # the first time at the latest after the time-out
            if changes:
                with self._lock:
                    self._paths |= {self._inside(path) for _, path in changes}
                    self._heard.set()

    def _inside(self, path: str) -> str:
        return path.removeprefix(str(self._root)).replace("\\", "/").lstrip("/")

    def _counts(self, path: str) -> bool:
        return not any(is_dropped(part, DROPPINGS) for part in self._inside(path).split("/"))


@dataclass(frozen=True, slots=True)
class _Ending:
    """What watchfiles asks whether to go on."""

    cancellation: Cancellation

    def is_set(self) -> bool:
        return self.cancellation.requested
