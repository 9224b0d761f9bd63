"""A deployment, step by step; and back to what ran before where it does not come up.

Nothing of what runs is touched before all images are there. The record is written last: until
then the target knows the version before as the one that runs, and whoever comes next goes on from
there, whatever became of us.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass

from taskslib.cancellation import Cancellation
from taskslib.deploy.lock import held
from taskslib.deploy.masking import mask_for
from taskslib.deploy.oneshots import still_going
from taskslib.deploy.plan import Kind, Plan, Wanted, levels, plan
from taskslib.deploy.reasons import Reasons
from taskslib.deploy.record import Deployment, Who, refuse_outdated
from taskslib.deploy.running import Running, has_none
from taskslib.deploy.status import status_of
from taskslib.deploy.target import Target
from taskslib.deploy.trial import Trial, remove_trials, tried
from taskslib.deploy.watching import with_logs
from taskslib.errors import EngineError, Interrupted, StackError, TaskslibError
from taskslib.project.model import Limits
from taskslib.secrets import Mask
from taskslib.stacks.engine import ComposeConfig, Watched
from taskslib.stacks.wait import one_shots, wait_ready

_SETTLE = 5.0
"""Seconds that a container without a healthcheck must have been running."""


@dataclass(slots=True)
class _Standing:
    """Whether what a deployment goes back to runs as it did, untouched."""

    untouched: bool = False


@dataclass(frozen=True, slots=True)
class Deployer:
    """What carries out deployments to one target."""

    target: Target
    environment: str
    where: str
    """The command without what is to run."""
    command: str
    """The command."""
    limits: Limits
    tell: Callable[[str], None] = lambda _: None

    def say(self, words: str) -> None:
        """Tell people something; who listened may have gone, which is no reason to stop halfway."""
        with suppress(OSError):
            self.tell(words)

    def deploy(self, wanted: Wanted, who: Who, shown: int, *, forward: bool = True) -> Plan:
        """Let a release run, and return what that came to.

        Args:
            wanted: The release.
            who: Who deploys.
            shown: The number of what was recorded last when the plan was shown; 0 for nothing.
            forward: Whether it is no way back: one-shots, such as migrations, run, and what is to
                start first is tried.

        Raises `StackError` where it does not come up: what ran before does again then, or it is
        said why not. `EngineError` where somebody else deploys, or an image can't be had;
        `UsageError` where somebody has since the plan was shown.
        """
        target = self.target
        with held(target.docker, target.KEEPER, target.name, who, wanted.version, target.client):
            records = target.records()
            refuse_outdated(records, shown)
            if target.TRIES and remove_trials(target):
                self.say("removed what a deployment that was killed had tried")
            self._fetch(wanted)
            there = target.running()
            ready = plan(wanted, records, there, who)
            standing = _Standing(self._runs(ready, there))
            self._carry_out(ready, standing, forward=forward and not ready.repeats)
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

    def _runs(self, ready: Plan, there: tuple[Running, ...]) -> bool:
        """Return whether what failing goes back to runs just now, as far as it is known here."""
        if not self.target.TRIES or ready.before is None:
            return False
        if ready.current is None:
            return True  # it is whatever runs
        recorded = (ready.current,)
        return status_of(self.environment, self.target.name, recorded, there, None).well

    def _carry_out(self, ready: Plan, standing: _Standing, *, forward: bool) -> None:
        try:
            try:
                if not forward:
                    self._stop_one_shots(self.target, ready.deployment.config, ready.before)
                self._bring(self.target, ready.deployment.config, standing, forward=forward)
                self._end(self.target, ready.services(Kind.GONE), standing)
            except TaskslibError as error:
                if not isinstance(error, StackError):  # who has lost the engine does not know
                    standing.untouched = False
                raise self._failed(ready, standing, error) from error
        except Interrupted:  # also on the way back
            self._interrupted(ready, standing)
            raise

    def _bring(
        self, target: Target, config: ComposeConfig, standing: _Standing, *, forward: bool
    ) -> None:
        """Bring all services to a configuration, level by level."""
        there = target.running()
        once = one_shots(config)
        brought: frozenset[str] = frozenset()
        for level in levels(config):
            services = sorted(set(level) if forward else set(level) - once)
            if not services:
                continue
            if target.TRIES and forward:
                self._try(target, config, tried(config, services, there))
            untouched, standing.untouched = standing.untouched, False
            brought |= set(services)
            waited = frozenset(one for one in brought if not has_none(config["services"][one]))
            # What was ready at the level before need not settle once more.
            self._bring_level(target, config, services, target.watch(there, waited))
            before, there = there, target.running()
            # Nobody goes back to one-shots.
            standing.untouched = untouched and _ids(before, once) == _ids(there, once)

    def _stop_one_shots(
        self, target: Target, config: ComposeConfig | None, other: ComposeConfig | None
    ) -> None:
        """Stop a migration that goes on for what is not to run any more."""
        if going := still_going(target.running(), config or {}, other or {}):
            self.say(f"stopping {', '.join(sorted(going))}, which goes on for another version")
            target.stop(going)

    def _end(self, target: Target, services: frozenset[str], standing: _Standing) -> None:
        """End those of some services that are there."""
        there = {one.container.service for one in target.running()}
        if ended := sorted(services & there):
            standing.untouched = False
            self.say(f"ending {', '.join(ended)}, which it has no more")
            target.end(ended, limit=self.limits.start)

    def _try(self, target: Target, config: ComposeConfig, services: tuple[str, ...]) -> None:
        """See services become ready beside what runs, which is not touched."""
        if not services:
            return
        self.say(f"trying {', '.join(services)} beside what runs")
        trial = Trial(target, (), frozenset(services))
        with trial.removed():
            try:
                trial.start(config, limit=self.limits.start)
                self._wait(target, trial, config)
            except StackError as error:
                raise with_logs(trial, target.name, config, error) from error

    def _bring_level(
        self, target: Target, config: ComposeConfig, services: list[str], watch: Watched
    ) -> None:
        self.say(f"bringing up {', '.join(services)}")
        try:
            target.up(config, services, limit=self.limits.start)
            self._wait(target, watch, config)
        except StackError as error:
            raise with_logs(watch, target.name, config, error) from error

    def _wait(self, target: Target, watch: Watched, config: ComposeConfig) -> None:
        wait_ready(
            watch,
            target.name,
            config,
            timeout=self.limits.deploy,
            pause=target.cancellation.pause,
            progress=Reasons(self.say),
            settle=_SETTLE,
        )

    def _failed(self, ready: Plan, standing: _Standing, error: TaskslibError) -> StackError:
        """Go back, and return the error that says what failed and what runs now."""
        mask = self._mask(ready)
        what = mask(f"{ready.deployment.version} does not come up: {error.message}")
        self.say(what)
        back = mask(self._back(self.target, ready, standing))
        return StackError(f"{what}; {back}", details=mask(error.details), hint=error.hint)

    def _mask(self, ready: Plan) -> Mask:
        return mask_for(self.target.environ, ready.deployment.config, ready.before or {})

    def _interrupted(self, ready: Plan, standing: _Standing) -> None:
        """Go back because somebody ended the deployment, unless that is ended too."""
        again, was = Cancellation(), _called(ready.current)
        try:
            with again.on_signals():  # before a word of it: who reads that may press it at once
                self.say(f"interrupted: going back to {was}; again: stays as it is")
                went = self._back(self.target.under(again), ready, standing)
                self.say(self._mask(ready)(went))
        except Interrupted:
            self.say(
                f"{self.environment} was left in the middle of {ready.deployment.version}: "
                f"containers of both versions may run; {self.command} goes on, "
                f"{self.where} --status says what runs"
            )

    def _back(self, target: Target, ready: Plan, standing: _Standing) -> str:
        """Let run again what ran before, and return what that came to, in words."""
        was, begun = _called(ready.current), ready.services(Kind.NEW)
        try:
            if ready.before is not None:
                self._stop_one_shots(target, ready.before, ready.deployment.config)
            if standing.untouched:
                self._end(target, begun, _Standing())
                return f"{self.environment} runs {was} again"
            if ready.before is None:
                target.stop(begun)
                what = f"nothing of it ran before, so what had been started is {target.STOPS}"
                return f"{what}; its data stays"
            with suppress(EngineError):  # somebody may have pruned them; else bringing up says it
                images = (one["image"] for one in ready.before["services"].values())
                target.pull(target.absent(images))
            self._bring(target, ready.before, _Standing(), forward=False)
            self._end(target, begun, _Standing())
        except TaskslibError as error:
            details = f"\n{error.details}" if error.details else ""
            return f"and going back to {was} fails: {error.message}{details}"
        return f"{self.environment} runs {was} again"


def _ids(running: Iterable[Running], without: frozenset[str]) -> set[str]:
    """Return the ids of containers, but for those of some services."""
    return {one.container.id for one in running if one.container.service not in without}


def _called(deployment: Deployment | None) -> str:
    return deployment.version if deployment else "what ran before"
