"""The life of an instance: lock → build → start → wait → tests → end → verify.

The end is armed before anything starts, since a start that fails leaves containers behind; and
it counts as done only when a listing by label shows that nothing is left.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from taskslib.errors import EngineError, StackError, UsageError
from taskslib.processes import Cancellation
from taskslib.project.model import Limits, Stack
from taskslib.stacks.endpoints import Endpoint, endpoints, variables
from taskslib.stacks.engine import ComposeConfig, Container, Engine, Label
from taskslib.stacks.isolate import isolate
from taskslib.stacks.lock import instance_lock
from taskslib.stacks.wait import broken_stack, find_broken, wait_ready
from taskslib.stacks.watchdog import Guard, Unguarded

_END_TRIES = 5
_BETWEEN = 0.3
"""Seconds between two looks at what is left of an instance."""
_IN_FLIGHT = 3
"""Clean listings in a row after a broken start: the daemon finishes creates that are in flight."""


@dataclass(frozen=True, slots=True)
class Spec:
    """Which instance of which stack."""

    stack: Stack
    name: str
    """The Compose project name."""
    instance: str
    """The instance id, alike for all stacks of a branch."""
    labels: Mapping[str, str]

    @property
    def kept(self) -> bool:
        """Whether it outlives the run."""
        return self.labels[Label.KIND] == "kept"

    @property
    def variables(self) -> dict[str, str]:
        """What Compose's interpolation and the tests both get."""
        return {"TEST_INSTANCE_ID": self.instance}


@dataclass(frozen=True, slots=True)
class Instance:
    """A running stack."""

    spec: Spec | None = None
    """None for a suite that needs no stack."""
    endpoints: tuple[Endpoint, ...] = ()
    variables: Mapping[str, str] = field(default_factory=dict)
    """What tests get: the ids and one set per endpoint."""


@dataclass(frozen=True, slots=True)
class Lifetime:
    """What starting and ending instances needs besides the engine."""

    engine: Engine
    cancellation: Cancellation
    locks: Path
    """The folder of the lock files."""
    say: Callable[[str], None] = lambda _: None
    """Told what a person should know: whom a lock waits for."""
    step: Callable[[str], None] = lambda _: None
    """Told which step begins: build, start, wait, stop."""
    guard: Guard = field(default_factory=Unguarded)
    """Ends what is left when this process is killed."""
    limits: Limits = field(default_factory=Limits)
    rest: Callable[[float], None] = time.sleep
    """Waits between two looks at what is left; not cancelled, since the end must happen."""

    @contextmanager
    def running(self, spec: Spec) -> Iterator[Instance]:
        """Start an instance and end it afterwards, unless it is a kept one that came up.

        Raises:
            UsageError: A kept instance of that name exists already.
            EngineError, BuildError, StackError: It does not come up, or does not go away.
        """
        with self._locked(spec.name, spec.labels.get(Label.BRANCH, "")):
            config = self._configured_on_clear_ground(spec)
            up = False
            self.guard.arm(spec.name)
            try:
                instance = self._up(spec, config)
                up = True
                if spec.kept:
                    self.guard.disarm(spec.name)
                yield instance
            except BaseException:
                if not (spec.kept and up):
                    self._end_failed(spec.name, in_flight=not up)
                raise
            if not spec.kept:
                self._stop(spec.name)

    def start(self, spec: Spec) -> Instance:
        """Start a kept instance, or bring a running one up to date.

        A new one that fails leaves nothing; one that was there stays.
        """
        with self._locked(spec.name, spec.labels.get(Label.BRANCH, "")):
            there = self.engine.containers(spec.name)
            _refuse_foreign(there, spec)
            existed = bool(there)
            config = self._configure(spec)
            if existed:  # whatever becomes of it, it is not a run's to end
                return self._up(spec, config)
            self.guard.arm(spec.name)
            try:
                instance = self._up(spec, config)
            except BaseException:
                self._end_failed(spec.name, in_flight=True)
                raise
            self.guard.disarm(spec.name)
            return instance

    def stop(self, name: str) -> bool:
        """End an instance; return whether there was one."""
        with self._locked(name):
            if not self.engine.leftovers(name):
                return False
            self.end(name)
            return True

    def end(self, name: str, *, in_flight: bool = False) -> None:
        """Tear an instance down until listings show nothing of it; also when cancelled.

        Raises `StackError` naming what is left.
        """
        tries = clean = 0
        while True:
            if not clean:
                self.engine.teardown(name)
                tries += 1
            left = self.engine.leftovers(name)
            clean = 0 if left else clean + 1
            if clean >= (_IN_FLIGHT if in_flight else 1):
                return
            if left and tries >= _END_TRIES:
                raise StackError(
                    f"could not be removed: {', '.join(left)}",
                    hint=f"`docker compose -p {name} down -v --remove-orphans`, "
                    "then look at what is left",
                )
            self.rest(_BETWEEN)

    def _stop(self, name: str, *, in_flight: bool = False) -> None:
        """Say that it ends, and end it even where nobody can be told (a broken pipe)."""
        try:
            self.step("stop")
        finally:
            if self.cancellation.urgent and self.guard.takes_over:
                self.say("asked twice to end: the watchdog ends the stack in the background")
            else:
                self.end(name, in_flight=in_flight)
                self.guard.disarm(name)

    def _end_failed(self, name: str, *, in_flight: bool) -> None:
        """End an instance because of an error, which must not be lost to one in here."""
        try:
            self._stop(name, in_flight=in_flight)
        except EngineError as error:
            self.say(f"{error.message}; {error.hint}" if error.hint else error.message)

    @contextmanager
    def _locked(self, name: str, branch: str = "") -> Iterator[None]:
        pause = self.cancellation.pause
        with instance_lock(self.locks, name, say=self.say, pause=pause, branch=branch):
            yield

    def _configured_on_clear_ground(self, spec: Spec) -> ComposeConfig:
        """Return the configuration, and meanwhile see to it that nothing of the instance is there.

        What is, an earlier run left behind, or belongs to somebody else.
        """
        with ThreadPoolExecutor(1, "clear") as pool:
            cleared = pool.submit(self._clear, spec)
            config = self._configure(spec)
            cleared.result()
        return config

    def _clear(self, spec: Spec) -> None:
        there = self.engine.containers(spec.name)
        if there and spec.kept:
            raise kept_already(spec)
        _refuse_foreign(there, spec)
        if not spec.kept and self.engine.leftovers(spec.name):
            self.end(spec.name)

    def _configure(self, spec: Spec) -> ComposeConfig:
        resolved = self.engine.config(spec.stack, spec.name, spec.variables)
        return isolate(resolved, spec.name, spec.labels)

    def _up(self, spec: Spec, config: ComposeConfig) -> Instance:
        self.step("build")
        self.engine.build(spec.name, spec.stack, config, limit=self.limits.build)
        self.step("start")
        try:
            self.engine.start(spec.name, spec.stack, config, limit=self.limits.start)
        except StackError:
            broken = find_broken(self.engine.containers(spec.name), config)
            if broken is None:
                raise
            raise broken_stack(self.engine, spec.name, broken) from None
        self.step("wait")
        containers = wait_ready(
            self.engine,
            spec.name,
            config,
            timeout=self.limits.ready,
            pause=self.cancellation.pause,
        )
        return running_instance(spec, containers, self.engine.host())


def running_instance(spec: Spec, containers: tuple[Container, ...], host: str) -> Instance:
    """Return the instance that a listing shows. Raises `ConfigError` for colliding variables."""
    found = endpoints(containers, host)
    ours = {**spec.variables, "TEST_COMPOSE_PROJECT": spec.name}
    return Instance(spec, found, {**ours, **variables(found)})


def _refuse_foreign(there: Iterable[Container], spec: Spec) -> None:
    """Raise where containers of that name are another checkout's, or another machine's."""
    for container in there:
        for label in (Label.HOST, Label.ROOT):
            theirs, ours = container.labels.get(label, ""), spec.labels.get(label, "")
            if theirs != ours:
                raise UsageError(
                    f"{spec.name} is in use by {theirs or 'somebody else'} ({label})",
                    hint="give this run another id: TEST_INSTANCE_ID=…",
                )


def kept_already(spec: Spec) -> UsageError:
    """Return the refusal of a second kept instance under one name."""
    return UsageError(
        f"a kept stack is there already: {spec.name}",
        hint=f"`{down_command(spec.stack.service)}` ends it",
    )


def down_command(service: str) -> str:
    """Return the command that ends a kept instance: the full stack's, or a service's."""
    return f"inv infra-down --service {service}" if service else "inv infra-down"
