"""The life of an instance: lock → build → start → wait → tests → end → verify.

The end is armed before anything starts, since a start that fails leaves containers behind; and
it counts as done only when a listing by label shows that nothing is left.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path

from taskslib.cancellation import Cancellation
from taskslib.errors import EngineError, Interrupted, StackError
from taskslib.project.model import Limits
from taskslib.stacks.engine import ComposeConfig, Container, Engine, Label
from taskslib.stacks.instance import (
    Instance,
    Spec,
    kept_already,
    refuse_foreign,
    running_instance,
)
from taskslib.stacks.isolate import isolate
from taskslib.stacks.limits import out_of_networks
from taskslib.stacks.lock import instance_lock
from taskslib.stacks.reasons import broken_stack
from taskslib.stacks.remarks import remarks
from taskslib.stacks.starting import by_levels, start_in_order
from taskslib.stacks.together import Configurations
from taskslib.stacks.wait import ended_services, find_broken, listed, wait_ready
from taskslib.stacks.watchdog import Guard, Unguarded

_END_TRIES = 5
_BETWEEN = 0.3
"""Seconds between two looks at what is left of an instance."""
_FOR_A_NETWORK = 1.0
"""Seconds between two tries to start where the engine has no network left."""
_IN_FLIGHT = 3
"""Clean listings in a row after a broken start: the daemon finishes creates that are in flight."""


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
    progress: Callable[[str], None] = lambda _: None
    """Told how far a step is: which containers are healthy."""
    guard: Guard = field(default_factory=Unguarded)
    """Ends what is left when this process is killed."""
    limits: Limits = field(default_factory=Limits)
    configurations: Configurations = field(default_factory=Configurations)
    clock: Callable[[], float] = time.monotonic
    rest: Callable[[float], None] = time.sleep
    """Waits between two looks at what is left; not cancelled, since the end must happen."""

    @contextmanager
    def running(self, spec: Spec) -> Iterator[Instance]:
        """Start an instance and end it afterwards, unless it is a kept one that came up.

        Raises:
            UsageError: A kept instance of that name exists already.
            EngineError, BuildError, StackError: It does not come up, or does not go away.
        """
        with self.locked(spec.name, spec.labels.get(Label.BRANCH, "")):
            config, _ = self._configured(spec, self._clear)
            up = False
            self.guard.arm(spec.name)
            try:
                instance = self.up(spec, config, new=True)
                up = True
                if spec.kept:
                    self.guard.disarm(spec.name)
                yield instance
            except BaseException as error:
                if not (spec.kept and up):
                    self._end_failed(spec.name, error, in_flight=not up)
                raise
            if not spec.kept:
                self._stop(spec.name)

    def start(self, spec: Spec) -> Instance:
        """Start a kept instance, or bring a running one up to date.

        A new one that fails leaves nothing; one that was there stays.
        """
        with self.locked(spec.name, spec.labels.get(Label.BRANCH, "")):
            config, existed = self._configured(spec, self._is_there)
            if existed:  # whatever becomes of it, it is not a run's to end
                return self.up(spec, config)
            self.guard.arm(spec.name)
            try:
                instance = self.up(spec, config, new=True)
            except BaseException as error:
                self._end_failed(spec.name, error, in_flight=True)
                raise
            self.guard.disarm(spec.name)
            return instance

    def stop(self, name: str) -> bool:
        """End an instance; return whether there was one."""
        with self.locked(name):
            return self.end(name)

    def end(self, name: str, *, in_flight: bool = False) -> bool:
        """Tear an instance down until listings show nothing of it; also when cancelled.

        Returns whether there was anything.

        Raises `StackError` naming what is left, `Interrupted` where an heir of ours does it.
        """
        tries = clean = 0
        there = False
        while True:
            self.cancellation.check_essential()
            found = False
            if not clean:
                found = self.engine.teardown(name)
                tries += 1
            there |= found
            left = self.engine.leftovers(name) if found or clean else ()
            clean = 0 if left else clean + 1
            if clean >= (_IN_FLIGHT if in_flight else 1):
                return there
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
            try:
                self.end(name, in_flight=in_flight)
                self.guard.disarm(name)
            except Interrupted:
                self.say("asked twice to end: the watchdog ends the stack in the background")
                raise

    def _end_failed(self, name: str, because: BaseException, *, in_flight: bool) -> None:
        """End an instance because of an error, which must not be lost to one in here.

        An engine that went away breaks both, and is told of once.
        """
        try:
            self._stop(name, in_flight=in_flight)
        except EngineError as error:
            if str(error) == str(because):
                return
            self.say(f"{error.message}; {error.hint}" if error.hint else error.message)

    @contextmanager
    def locked(self, name: str, branch: str = "") -> Iterator[None]:
        """Hold an instance's lock: whoever works on one does."""
        pause = self.cancellation.pause
        with instance_lock(self.locks, name, say=self.say, pause=pause, branch=branch):
            yield

    def _configured(self, spec: Spec, look: Callable[[Spec], bool]) -> tuple[ComposeConfig, bool]:
        """Return the configuration, and what a look at the instance, meanwhile, said."""
        with ThreadPoolExecutor(1, "look") as pool:
            looked = pool.submit(look, spec)
            return self._configure(spec), looked.result()

    def _is_there(self, spec: Spec) -> bool:
        there = self.engine.containers(spec.name)
        refuse_foreign(there, spec)
        return bool(there)

    def _clear(self, spec: Spec) -> bool:
        """See to it that nothing is there: what is, an earlier run left, or is somebody else's."""
        if self._is_there(spec) and spec.kept:
            raise kept_already(spec)
        # One listing for the usual case, that of nothing.
        left = not spec.kept and bool(self.engine.leftovers(spec.name))
        return left and self.end(spec.name)

    def _configure(self, spec: Spec) -> ComposeConfig:
        resolved = self.configurations.of(self.engine, spec)
        reach = self.engine.reach()
        isolated = isolate(resolved, spec.name, spec.labels, reach)
        for remark in remarks(resolved, spec, reach):
            self.say(remark)
        return isolated

    def up(self, spec: Spec, config: ComposeConfig, *, new: bool = False) -> Instance:
        """Build, start and wait for what a configuration says. The caller holds the lock.

        `new` says that nothing is there: else Compose has to find out what changed.
        """
        self.step("build")
        self.engine.build(spec.name, spec.stack, config, limit=self.limits.build)
        self.step("start")
        try:
            self._start(spec, config, levels=new and by_levels(config))
        except StackError:
            broken = find_broken(listed(self.engine, spec.name, config), config)
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
            progress=self.progress,
        )
        instance = running_instance(spec, containers, self.engine.reach().host)
        return replace(instance, ended=ended_services(containers, config))

    def _start(self, spec: Spec, config: ComposeConfig, *, levels: bool) -> None:
        """Start the containers: all by Compose, or level by level."""
        limit, pause = self.limits.start, self.cancellation.pause
        by_compose = self.engine.create if levels else self.engine.start
        self._made(spec, partial(by_compose, spec.name, spec.stack, config, limit=limit))
        if levels:
            start_in_order(self.engine, spec.name, config, limit=limit, pause=pause)

    def _made(self, spec: Spec, make: Callable[[], None]) -> None:
        """Have Compose do it; where the engine has no network left, wait for another run's."""
        until = self.clock() + self.limits.start
        told = False
        while True:
            try:
                return make()
            except StackError as error:
                if not out_of_networks(error.details) or self.clock() >= until:
                    raise
            # Kept stacks never go by themselves: there is something to wait for only while others
            # run, and what killed runs left is removed beside us.
            others = [one for one in self.engine.containers("") if _may_end(one, spec)]
            if not others:
                return make()
            if not told:
                told = True
                self.say("the engine has no network left: waiting for another run to end")
            self.cancellation.pause(_FOR_A_NETWORK)


def _may_end(container: Container, spec: Spec) -> bool:
    labels = container.labels
    return labels.get(Label.KIND) == "ephemeral" and labels.get(Label.NAME) != spec.name
