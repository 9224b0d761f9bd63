"""A deployment, step by step; and back to what ran before where it does not come up.

Nothing of what runs is touched before all images are there. The record is written last: until
then the target knows the version before as the one that runs, and whoever comes next goes on from
there, whatever became of us.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass

from taskslib.cancellation import Cancellation
from taskslib.deploy.lock import held
from taskslib.deploy.plan import Plan, Wanted, levels, plan
from taskslib.deploy.record import Deployment, Who
from taskslib.deploy.running import has_none
from taskslib.deploy.target import Target
from taskslib.errors import EngineError, Interrupted, StackError, TaskslibError
from taskslib.project.model import Limits
from taskslib.secrets import Mask, mask_of
from taskslib.stacks.engine import ComposeConfig, Watched
from taskslib.stacks.wait import broken_stack, find_broken, one_shots, wait_ready

_SETTLE = 5.0
"""Seconds that a container without a healthcheck must have been running."""


@dataclass(frozen=True, slots=True)
class Deployer:
    """What carries out deployments to one target."""

    target: Target
    environment: str
    limits: Limits
    tell: Callable[[str], None] = lambda _: None

    def say(self, words: str) -> None:
        """Tell people something; who listened may have gone, which is no reason to stop halfway."""
        with suppress(OSError):
            self.tell(words)

    def deploy(self, wanted: Wanted, who: Who, *, once: bool = True) -> Plan:
        """Let a release run, and return what that came to.

        Args:
            wanted: The release.
            who: Who deploys.
            once: Whether one-shots, such as migrations, run.

        Raises `StackError` where it does not come up: what ran before does again then, or it is
        said why not. `EngineError` where somebody else deploys, or an image can't be had.
        """
        target = self.target
        with held(target.docker, target.KEEPER, target.name, who, wanted.version, target.client):
            self._fetch(wanted)
            ready = plan(wanted, target.records(), target.running(), who)
            self._carry_out(ready, once=once and not ready.repeats)
            if not ready.repeats:
                self._record(ready)
        return ready

    def _fetch(self, wanted: Wanted) -> None:
        """Have all images and files there, before anything is touched."""
        images = (one["image"] for one in wanted.config["services"].values())
        try:
            if absent := self.target.absent(images):
                self.say(f"pulling {len(absent)} image{'s' if len(absent) > 1 else ''}")
                self.target.pull(absent)
            self.target.send(wanted.uploads)
        except EngineError as error:
            what = f"{error.message}; nothing was changed"
            raise EngineError(what, details=error.details, hint=error.hint) from error
        except Interrupted:
            self.say("nothing was changed")
            raise

    def _record(self, ready: Plan) -> None:
        """Record what runs now; that is no moment to be interrupted."""
        version = ready.deployment.version
        try:
            self.target.under(Cancellation()).record(ready.deployment)
        except EngineError as error:
            what = f"{version} runs in {self.environment}, but {error.message}"
            hint = error.hint or "the same command again, when that is mended"
            raise EngineError(what, details=error.details, hint=hint) from error
        if self.target.cancellation.requested:
            self.say(f"{version} was ready before the interruption: {self.environment} runs it")

    def _carry_out(self, ready: Plan, *, once: bool) -> None:
        try:
            try:
                self._bring(self.target, ready.deployment.config, once=once)
            except TaskslibError as error:
                raise self._failed(ready, error) from error
        except Interrupted:  # also on the way back
            self._interrupted(ready)
            raise

    def _bring(self, target: Target, config: ComposeConfig, *, once: bool) -> None:
        """Bring all services to a configuration, level by level."""
        there = target.running()
        skipped = frozenset() if once else one_shots(config)
        brought: frozenset[str] = frozenset()
        for level in levels(config):
            services = sorted(set(level) - skipped)
            if not services:
                continue
            brought |= set(services)
            waited = frozenset(one for one in brought if not has_none(config["services"][one]))
            # What was ready at the level before need not settle once more.
            watch = target.watch(there, waited)
            self.say(f"bringing up {', '.join(services)}")
            try:
                target.up(config, services, limit=self.limits.start)
                self._wait(target, watch, config)
            except StackError as error:
                raise _with_logs(watch, target.name, config, error) from error
            there = target.running()
        if orphans := {one.container.service for one in there} - config["services"].keys():
            self.say(f"ending {', '.join(sorted(orphans))}, which it has no more")
            target.end(config, sorted(brought), sorted(orphans), limit=self.limits.start)

    def _wait(self, target: Target, watch: Watched, config: ComposeConfig) -> None:
        wait_ready(
            watch,
            target.name,
            config,
            timeout=self.limits.deploy,
            pause=target.cancellation.pause,
            settle=_SETTLE,
        )

    def _failed(self, ready: Plan, error: TaskslibError) -> StackError:
        """Go back, and return the error that says what failed and what runs now."""
        mask = self._mask(ready)
        what = mask(f"{ready.deployment.version} does not come up: {error.message}")
        self.say(what)
        back = mask(self._back(self.target, ready))
        return StackError(f"{what}; {back}", details=mask(error.details), hint=error.hint)

    def _mask(self, ready: Plan) -> Mask:
        configs = (ready.deployment.config, ready.before or {})
        return mask_of(self.target.environ, *(one for some in configs for one in _variables(some)))

    def _interrupted(self, ready: Plan) -> None:
        """Go back because somebody ended the deployment, unless that is ended too."""
        again, was = Cancellation(), _called(ready.current)
        try:
            with again.on_signals():  # before a word of it: who reads that may press it at once
                self.say(f"interrupted: going back to {was}; again: stays as it is")
                self.say(self._mask(ready)(self._back(self.target.under(again), ready)))
        except Interrupted:
            self.say(
                f"{self.environment} was left in the middle of {ready.deployment.version}: "
                f"containers of both versions may run; inv deploy {self.environment} goes on, "
                "with --status says what runs"
            )

    def _back(self, target: Target, ready: Plan) -> str:
        """Let run again what ran before, and return what that came to, in words."""
        was = _called(ready.current)
        try:
            if ready.before is None:
                target.stop()
                return "nothing ran before, so what had been started is stopped; its data stays"
            with suppress(EngineError):  # somebody may have pruned them; else bringing up says it
                images = (one["image"] for one in ready.before["services"].values())
                target.pull(target.absent(images))
            self._bring(target, ready.before, once=False)
        except TaskslibError as error:
            details = f"\n{error.details}" if error.details else ""
            return f"and going back to {was} fails: {error.message}{details}"
        return f"{self.environment} runs {was} again"


def _variables(config: ComposeConfig) -> Iterator[dict[str, str]]:
    """Yield the variables of each service: what containers log may have secrets among them."""
    for service in (config.get("services") or {}).values():
        given = service.get("environment") or {}
        yield {key: value.replace("$$", "$") for key, value in given.items() if value}


def _called(deployment: Deployment | None) -> str:
    return deployment.version if deployment else "what ran before"


def _with_logs(watch: Watched, name: str, config: ComposeConfig, error: StackError) -> StackError:
    """Return why services don't come up, with what each broken one logged."""
    broken = {
        one.service: one for one in watch.containers(name) if find_broken([one], config) is not None
    }
    found = [broken_stack(watch, name, one) for one in broken.values()]
    if not found:
        return error
    told = "\n\n".join(one.details for one in found)
    return StackError(", ".join(one.message for one in found), details=told, hint=found[0].hint)
