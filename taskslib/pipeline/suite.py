"""One suite from its first step to its last: environment, stack, tests, stack away."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING

from taskslib.cancellation import Cancellation
from taskslib.errors import EnvironmentFailure, ExitCode, Interrupted, TaskslibError
from taskslib.events import (
    Note,
    Output,
    Sink,
    StackUp,
    State,
    SuiteId,
    SuiteResult,
    SuiteStarted,
)
from taskslib.frameworks.base import Framework, Prepared
from taskslib.frameworks.covering import FOLDER
from taskslib.frameworks.detection import framework_of
from taskslib.frameworks.retry import with_retries
from taskslib.frameworks.run import Options, run_suite
from taskslib.frameworks.variables import suite_variables, told_variables
from taskslib.pipeline.evidence import FirstRed, gather
from taskslib.pipeline.masking import masked, masked_sink
from taskslib.pipeline.plan import Pick, Spread, Step, SuitePlan
from taskslib.pipeline.request import TestRequest
from taskslib.pipeline.steps import Steps
from taskslib.pipeline.turns import Turn
from taskslib.project.model import Limits, Stack, Suite, shown
from taskslib.secrets import Mask
from taskslib.stacks.engine import Engine
from taskslib.stacks.instance import Instance, Spec
from taskslib.stacks.together import Configurations
from taskslib.stacks.watchdog import Guard, Unguarded

if TYPE_CHECKING:
    from taskslib.stacks.lifetime import Lifetime


@dataclass(frozen=True, slots=True)
class Place:
    """An engine, and what a suite whose stack is there needs besides."""

    engine: Callable[[Cancellation], Engine]
    """Returns the engine, whose calls end when that is cancelled."""
    environ: Mapping[str, str]
    """The environment of its suites, in which Docker's variables lead to it."""
    guard: Guard = field(default_factory=Unguarded)
    """Ends the stacks when this process is killed."""


@dataclass(frozen=True, slots=True)
class SuiteRunner:
    """Runs suites; called from several threads at once."""

    places: Mapping[str, Place]
    """By the engine's name in a plan; the usual one has none."""
    locks: Path
    spec: Callable[[Stack], Spec]
    """Which instance a suite's stack is in this run."""
    folder: Path
    """Where the run's files go."""
    request: TestRequest
    mask: Mask
    """Takes secrets out of all that is shown and stored."""
    limits: Limits = field(default_factory=Limits)
    first: Mapping[SuiteId, tuple[str, ...]] = field(default_factory=dict)
    """Tests of suites that go first: they were red the last time."""
    configurations: Configurations = field(default_factory=Configurations)
    """Where the stacks' configurations are asked for."""

    def __call__(self, entry: SuitePlan, emit: Sink, turn: Turn) -> SuiteResult:
        """Run one suite and return what it came to; every expected error is a result.

        `turn` says when its stack may come up, and when its tests may begin.
        """
        began = time.monotonic()
        suite = entry.suite
        emit = masked_sink(emit, self.mask)
        emit(SuiteStarted(suite.id, began, entry.engine))
        steps = Steps(suite.id, emit)
        try:
            result = self._run(entry, emit, steps, turn)
        except Interrupted:
            result = SuiteResult(suite.id, State.INTERRUPTED, reason=f"during {steps.reached}")
        except TaskslibError as error:
            result = _error(suite.id, error)
        except OSError as error:
            if error.filename is None:
                raise  # no file of the suite's: a fault of ours, or of who is told
            reason = f"{error.filename}: {error.strerror}"
            result = _error(suite.id, EnvironmentFailure(reason))
        finally:
            steps.end()
        result = self._without_secrets(suite.id, result)
        seconds = time.monotonic() - began - turn.waited
        return replace(masked(result, self.mask), seconds=seconds, engine=entry.engine)

    def _run(self, entry: SuitePlan, emit: Sink, steps: Steps, turn: Turn) -> SuiteResult:
        suite = entry.suite
        framework = framework_of(suite)
        if framework is None:
            where = shown(suite.tests / suite.glob, suite.folder)
            return SuiteResult(suite.id, State.NO_TESTS, reason=f"no test file in {where}")
        place = self.places[entry.engine]
        job = _Job(suite, place, framework, FirstRed(emit), steps, turn, entry.pick, entry.spread)
        if suite.stack is None:
            with turn.testing():
                steps.begin(Step.ENVIRONMENT)
                prepared = self._prepared(job)
                return self._test(job, prepared, Instance())
        with turn.stack():
            steps.begin(Step.ENVIRONMENT)
            # Before minutes go into an environment that can't be used.
            place.engine(turn.cancellation).check()
            return self._on_stack(job, self._prepared(job), suite.stack)

    @contextmanager
    def _running(self, job: _Job, stack: Stack) -> Iterator[Instance]:
        """Have a stack up; one of several rounds stays."""
        lifetime, spec = self._lifetime(job), self.spec(stack)
        if self.request.watch:
            yield lifetime.start(spec)
        else:
            with lifetime.running(spec) as instance:
                yield instance

    def _prepared(self, job: _Job) -> Prepared:
        coverage = self.request.coverage
        return job.framework.prepare(job.suite, job.turn.cancellation, coverage=coverage)

    def _on_stack(self, job: _Job, prepared: Prepared, stack: Stack) -> SuiteResult:
        """Run a suite on a stack of its own; what breaks at the stack's end is told too."""
        result: SuiteResult | None = None
        try:
            with self._running(job, stack) as instance:
                job.steps.begin(Step.READY)
                job.emit(StackUp(job.suite.id, _addresses(instance)))
                with job.turn.testing():
                    result = self._test(job, prepared, instance)
                if not result.state.green:
                    result = replace(result, logs=self._logs(job, instance))
                job.turn.tested(green=result.state.green)
        except TaskslibError as error:
            if result is None:
                raise
            if result.state.green:
                return replace(_error(job.suite.id, error), counts=result.counts)
            # The tests were red before the stack would not go: say both.
            job.emit(Note(f"{job.suite.id}: {error.message}", job.suite.id))
            result = replace(result, code=ExitCode(error.exit_code), hint=error.hint)
        return result

    def _test(self, job: _Job, prepared: Prepared, instance: Instance) -> SuiteResult:
        job.steps.begin(Step.TEST)
        suite = job.suite
        told = told_variables(suite)
        ours = {**told, **instance.variables, "TEST_ARTIFACTS": str(self._artifacts(suite.id))}
        selected = suite_variables(job.place.environ, suite.pass_env, ours)

        def run(only: Sequence[str], output: str, sink: Sink) -> SuiteResult:
            return run_suite(
                job.framework,
                suite,
                prepared,
                variables=selected.variables,
                output=self._file(suite.id, output),
                sink=sink,
                cancellation=job.turn.cancellation,
                options=self._options(job, tuple(only)),
            )

        def again(number: int, tests: Sequence[str], sink: Sink) -> SuiteResult:
            try:
                return run(tests, f"output-again-{number}.txt", sink)
            except (TaskslibError, OSError) as error:
                job.emit(Note(f"{suite.id}: its red tests can't be run again: {error}", suite.id))
                return SuiteResult(suite.id, State.ERROR)

        result = run(job.pick.tests, "output.txt", job.emit)
        result = with_retries(result, self.request.retries, again, job.emit)
        return result if result.state.green else replace(result, withheld=selected.withheld)

    def _lifetime(self, job: _Job) -> Lifetime:
        from taskslib.stacks.lifetime import Lifetime

        return Lifetime(
            job.place.engine(job.turn.cancellation),
            job.turn.cancellation,
            self.locks,
            say=lambda words: job.emit(Note(f"{job.suite.id}: {words}", job.suite.id)),
            step=lambda name: job.steps.begin(Step(name)),
            progress=lambda words: job.steps.tell(words, self.limits.ready),
            guard=job.place.guard,
            limits=self.limits,
            configurations=self.configurations,
        )

    def _logs(self, job: _Job, instance: Instance) -> str:
        """Store what a red suite's containers tell, and return what matters; not if cancelled.

        Evidence that can't be had (a full disk) must not cost the result that it is for.
        """
        if instance.spec is None or job.turn.cancellation.requested:
            return ""
        engine, name = job.place.engine(job.turn.cancellation), instance.spec.name
        try:
            folder = self._file(job.suite.id, "containers.log").parent
            return gather(engine, name, folder, self.mask, since=job.emit.since)
        except OSError as error:
            said = f"{job.suite.id}: the containers' logs can't be stored: {error.strerror}"
            job.emit(Note(said, job.suite.id))
            return ""

    def _without_secrets(self, suite: SuiteId, result: SuiteResult) -> SuiteResult:
        """Take secrets out of the suite's files; what they can't be taken out of is removed."""
        try:
            self._mask_files(suite)
        except OSError as error:
            for file in self._file(suite, "output.txt").parent.glob("output*"):
                file.unlink(missing_ok=True)
            return replace(result, details=f"{result.details}\noutput lost: {error.strerror}")
        return result

    def _mask_files(self, suite: SuiteId) -> None:
        """Take secrets out of what the suite's process wrote down itself."""
        for file in sorted(self._file(suite, "output.txt").parent.glob("output*")):
            text = file.read_bytes().decode("utf-8", "surrogateescape") if file.is_file() else ""
            hidden = self.mask(text)
            if hidden != text:
                file.write_bytes(hidden.encode("utf-8", "surrogateescape"))

    def _options(self, job: _Job, only: tuple[str, ...]) -> Options:
        suite, verbose = job.suite.id, self.request.verbose
        live = (lambda text: job.emit(Output(suite, text))) if verbose else None
        picked = () if only else job.pick.arguments
        given = (*picked, *self.request.arguments)
        first = () if only or picked else self.first.get(suite, ())
        coverage = self.folder / FOLDER if self.request.coverage else None
        workers = 0 if given or only or job.spread is None else job.spread.workers
        limit = self.limits.suite
        return Options(given, verbose, limit, first, only, coverage, live, workers=workers)

    def _file(self, suite: SuiteId, name: str) -> Path:
        folder = self.folder / suite.file_name
        folder.mkdir(parents=True, exist_ok=True)
        return folder / name

    def _artifacts(self, suite: SuiteId) -> Path:
        """Return the folder for what tests keep of themselves: screenshots, traces."""
        folder = self._file(suite, "artifacts")
        folder.mkdir(exist_ok=True)
        return folder


@dataclass(frozen=True, slots=True)
class _Job:
    """One suite under way."""

    suite: Suite
    place: Place
    framework: Framework
    emit: FirstRed
    steps: Steps
    turn: Turn
    pick: Pick
    """What of it is to run."""
    spread: Spread | None = None


def _addresses(instance: Instance) -> tuple[tuple[str, str], ...]:
    return tuple(
        (f"{one.service}:{one.container_port}", one.url or f"{one.host}:{one.port}")
        for one in instance.endpoints
    )


def _error(suite: SuiteId, error: TaskslibError) -> SuiteResult:
    return SuiteResult(
        suite,
        State.ERROR,
        reason=error.message,
        hint=error.hint,
        details=error.details,
        code=ExitCode(error.exit_code),
    )
