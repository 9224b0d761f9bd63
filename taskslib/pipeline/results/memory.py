"""Looks up what needs no second run, and remembers what passed: around a run, in one checkout."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from pathlib import Path

from taskslib.events import Event, Outcome, Sink, State, SuiteId, SuiteResult, TestFinished
from taskslib.pipeline.results.manifest import Manifest, differences
from taskslib.pipeline.results.observe import Observation
from taskslib.pipeline.results.store import Store, Stored
from taskslib.project.model import Suite
from taskslib.project.places import OWN, own_folder, replace_file

Observe = Callable[[Sequence[Suite], Observation | None], Observation]
"""Looks at what suites depend on at this moment, given an earlier look."""

Stamp = tuple[int, ...]
"""Of a file: where it lies, its size and its times."""

_NOTES = "last"
"""The notes' folder."""
_DISPROVEN = (State.FAILED, State.CRASHED, State.TIMED_OUT)
"""States in which a suite's tests have shown that it isn't green."""
_NAMED = 20
"""Differences that are written down of a suite."""


@dataclass(frozen=True, slots=True)
class Last:
    """What is known of a suite's last run in this checkout."""

    key: str = ""
    """Of the manifest that it had when it was run or cached the last time."""
    at: float = 0.0
    passed: bool = False
    because: tuple[str, ...] = ()
    """What had changed since it was run or cached before; empty where it never was."""
    not_stored: tuple[str, ...] = ()
    """Why its result was not stored, where it passed."""
    manifest: Mapping[str, str] = field(default_factory=dict)


class Memory:
    """What one run knows of earlier ones, and leaves for later ones."""

    def __init__(self, store: Store, root: Path, observe: Observe) -> None:
        """Take where results are.

        Args:
            store: Results that all checkouts share.
            root: The checkout, which has notes of its own: one file a suite.
            observe: Looks at what suites depend on now.
        """
        self._store = store
        self._root = root
        self._observe = observe
        self._suites: Sequence[Suite] = ()
        self._before: Mapping[SuiteId, Manifest] = {}
        self._stamps: dict[SuiteId, Mapping[str, Stamp]] = {}
        self.observed: Observation | None = None
        """The last look."""
        self.whole: bool = False
        """Whether all that was looked up is as it was, and stored where it passed."""
        self.disproven: bool = False
        """Whether a suite was red, or not green at once: that it passed before says nothing."""
        self._kept_back = False
        """Whether anything passed that isn't stored."""
        self._passed: list[tuple[Suite, Stored]] = []
        self._ended = False
        """Whether a suite ran to an end of its own."""

    def look_up(self, suites: Sequence[Suite]) -> dict[SuiteId, Stored]:
        """Return what is stored for suites as they are now."""
        self._suites = suites
        self.observed = self._observe(suites, None)
        self._before = self.observed.manifests
        found = {}
        for suite in suites:
            manifest = self._before[suite.id]
            stored = None if manifest.unknown else self._store.find(manifest.key)
            if stored is not None:
                found[suite.id] = stored
        return found

    def watch(self, suites: Iterable[Suite]) -> None:
        """Take note of how the files of suites are before these run; what isn't noted isn't kept.

        Each look at them later is one at their content: it would miss what was there meanwhile.
        """
        for suite in suites:
            self._stamps[suite.id] = self._stamps_of(self._before[suite.id])

    def _stamps_of(self, manifest: Manifest) -> dict[str, Stamp]:
        """Return what changes of a suite's files with each writing, even of what was there."""
        names = (name.removeprefix("file ") for name in manifest.named if name[:5] == "file ")
        return {name: _stamp(f"{self._root}/{name}") for name in names}

    def manifest(self, suite: SuiteId) -> Manifest:
        """Return what a suite that was looked up depends on."""
        return self._before[suite]

    def fingerprint(self, suite: SuiteId) -> str:
        """Return the key of a suite's inputs; empty where not all are known, or some changed.

        After `store` those are seen too that changed while the suites ran: nobody knows which of
        its tests saw what.
        """
        now = self.observed.manifests if self.observed is not None else self._before
        manifest = self._before[suite]
        known = not manifest.unknown and now[suite].key == manifest.key
        return manifest.key if known else ""

    def seen(self, suite: Suite) -> None:
        """Write down with what a suite was cached: that is what the next run differs from."""
        manifest, last = self._before[suite.id], self.last(suite.id)
        if last.key != manifest.key:
            self._note(suite.id, replace(last, key=manifest.key, manifest=manifest.named))

    def began(self, suite: Suite) -> None:
        """Write down that a suite runs, and because of what."""
        manifest = self._before[suite.id]
        last = self.last(suite.id)
        because = tuple(differences(last.manifest, manifest.named)) if last.manifest else ()
        last = Last(manifest.key, time.time(), because=because, manifest=manifest.named)
        self._note(suite.id, last)

    def ended(self, suite: Suite, result: SuiteResult, tests: Iterable[TestFinished]) -> None:
        """Take note of how a suite ended; what passed is stored by `store`, at the end."""
        self._ended = True
        if result.state in _DISPROVEN:
            # It is the same as what passed once, and now did not: nobody is to believe that.
            self._store.forget(self._before[suite.id].key)
            self.disproven = True
        if result.state is not State.PASSED:
            self._kept_back = self._kept_back or result.state.green
            return
        repeated = result.repeated + len(result.flaky)
        if repeated:
            many = f"{repeated} tests" if repeated > 1 else "a test"
            self._explain(suite.id, (f"{many} passed only when run again",))
            self._store.forget(self._before[suite.id].key)
            self.disproven = True
            return
        manifest = self._before[suite.id]
        told = tuple((one.test, one.outcome, round(one.seconds, 6)) for one in tests)
        stored = Stored(
            manifest.key,
            str(suite.id),
            time.time(),
            round(result.seconds, 3),
            result.counts,
            told,
            manifest.named,
        )
        self._passed.append((suite, stored))

    def store(self) -> None:
        """Store what passed, unless what it depends on changed meanwhile."""
        if self._ended:
            self.observed = self._observe(self._suites, self.observed)
        now = self.observed.manifests if self.observed is not None else {}
        for suite, stored in self._passed:
            manifest = self._before[suite.id]
            changed = differences(manifest.named, now[suite.id].named)
            why_not = manifest.unknown or tuple(f"{one} while it ran" for one in changed)
            why_not = why_not or tuple(self._written(suite.id, manifest))
            if not why_not:
                self._store.keep(stored)
            self._explain(suite.id, why_not)
        self._store.tidy()
        self.whole = not (self.disproven or self._kept_back) and all(
            not manifest.unknown and manifest.key == now[suite].key
            for suite, manifest in self._before.items()
        )

    def _written(self, suite: SuiteId, manifest: Manifest) -> Iterator[str]:
        """Yield what was written while a suite ran and is as it was before: it saw another."""
        before = self._stamps.get(suite, {})
        for name, stamp in self._stamps_of(manifest).items():
            if stamp != before.get(name):
                yield f"{name} was written while it ran"

    def _explain(self, suite: SuiteId, why_not: tuple[str, ...]) -> None:
        """Write down that a suite passed, and why its result is not stored."""
        self._kept_back = self._kept_back or bool(why_not)
        last = replace(self.last(suite), passed=True, not_stored=why_not)
        self._note(suite, last)

    def last(self, suite: SuiteId) -> Last:
        """Return what is known of a suite's last run in this checkout."""
        try:
            told = json.loads(self._file(suite).read_text("utf-8"))
            lists = {name: tuple(told[name]) for name in ("because", "not_stored")}
            return Last(**{**told, **lists})
        except (OSError, ValueError, TypeError, KeyError):
            return Last()

    def _note(self, suite: SuiteId, last: Last) -> None:
        told = {
            "key": last.key,
            "at": last.at,
            "passed": last.passed,
            "because": last.because[:_NAMED],
            "not_stored": last.not_stored[:_NAMED],
            "manifest": dict(last.manifest),
        }
        with suppress(OSError):
            (own_folder(self._root) / _NOTES).mkdir(exist_ok=True)
            replace_file(self._file(suite), json.dumps(told).encode())

    def _file(self, suite: SuiteId) -> Path:
        return self._root / OWN / _NOTES / f"{suite.file_name}.json"


def _stamp(file: str) -> Stamp:
    try:
        status = os.lstat(file)
    except OSError:  # gone, or a closed folder: another look says that
        return ()
    return status.st_ino, status.st_size, status.st_mtime_ns, status.st_ctime_ns


class Collecting:
    """A sink that hands events on and keeps how the tests ended."""

    def __init__(self, sink: Sink) -> None:
        """Take where events go."""
        self.tests: list[TestFinished] = []
        self._sink = sink

    def __call__(self, event: Event) -> None:
        """Hand an event on."""
        if isinstance(event, TestFinished):
            self.tests.append(event)
        self._sink(event)


def replayed(stored: Stored, suite: SuiteId, sink: Sink) -> SuiteResult:
    """Tell a sink of a stored suite's tests as if they ran now, and return its result."""
    for test, outcome, seconds in stored.tests:
        sink(TestFinished(suite, test, Outcome(outcome), seconds))
    return SuiteResult(
        suite, State.PASSED, stored.counts, seconds=stored.seconds, cached_at=stored.at
    )
