"""What happens during a run, as data: the only link between what runs and what shows.

The pipeline emits these; displays and reports consume them. One queue orders all of them, so
that two consumers never count differently. Times are seconds of a monotonic clock; paths and
texts are what the suites said, unchanged and untrusted.

Three of the names begin with `Test`; `__test__` tells pytest that they are none.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum
from typing import ClassVar

from taskslib.errors import ExitCode


class Stage(StrEnum):
    """The stages of the pipeline, in the order in which they run."""

    UNIT = "unit"
    SERVICE = "service"
    INTEGRATION = "integration"


class State(StrEnum):
    """What a suite came to."""

    PASSED = "passed"
    FAILED = "failed"
    """Tests failed, or could not be set up or collected."""
    CRASHED = "crashed"
    """The suite's process died, or ended without its end event."""
    TIMED_OUT = "timed out"
    NO_TESTS = "no tests"
    """The suite ran and executed not one test (all deselected, or none there)."""
    NONE_FITS = "no test fits"
    """Likewise, of what was passed through to the frameworks; in another suite a test may fit."""
    ERROR = "error"
    """The suite could not run: engine, stack or environment."""
    INTERRUPTED = "interrupted"
    BLOCKED = "blocked"
    """Not run, because an earlier stage failed."""

    @property
    def green(self) -> bool:
        """Whether the next stage may follow."""
        return self in {State.PASSED, State.NONE_FITS}


class Outcome(StrEnum):
    """What a test came to: the worst of its phases."""

    PASSED = "passed"
    SKIPPED = "skipped"
    XFAILED = "xfailed"
    XPASSED = "xpassed"
    FAILED = "failed"
    ERROR = "error"
    """Set-up, teardown or collection failed."""

    @property
    def red(self) -> bool:
        """Whether one such test makes its suite red."""
        return self in (Outcome.FAILED, Outcome.ERROR)


@dataclass(frozen=True, slots=True, order=True)
class SuiteId:
    """One service's (or the project's) tests at one stage; printed as `api:unit`."""

    name: str
    stage: Stage

    def __str__(self) -> str:
        return f"{self.name}:{self.stage}"

    @property
    def file_name(self) -> str:
        """What files and folders about it are called."""
        return f"{self.name}-{self.stage}"


@dataclass(frozen=True, slots=True)
class Failure:
    """A test (or a file that cannot be collected) that is red, with the framework's own report."""

    test: str
    outcome: Outcome
    message: str
    """One line: the assertion or exception."""
    text: str = ""
    """The framework's report of it, in full."""
    path: str = ""
    """Where it failed, relative to the suite's folder; empty where unknown."""
    line: int = 0
    """1-based; 0 where unknown."""
    id: str = ""
    """What it is called in this run: `F1`."""


@dataclass(frozen=True, slots=True)
class Counts:
    """How many tests of a suite came to what; each test counts once, by its worst outcome."""

    passed: int = 0
    failed: int = 0
    errors: int = 0
    """Tests whose set-up or teardown failed, and files that could not be collected."""
    skipped: int = 0
    xfailed: int = 0
    xpassed: int = 0

    def __add__(self, other: Counts) -> Counts:
        return Counts(
            self.passed + other.passed,
            self.failed + other.failed,
            self.errors + other.errors,
            self.skipped + other.skipped,
            self.xfailed + other.xfailed,
            self.xpassed + other.xpassed,
        )

    @property
    def ran(self) -> int:
        """Tests that were executed, red or green."""
        return self.passed + self.failed + self.errors + self.xfailed + self.xpassed


@dataclass(frozen=True, slots=True)
class SuiteResult:
    """What a suite came to, whole: enough to show it, to report it and to decide what follows."""

    suite: SuiteId
    state: State
    counts: Counts = field(default_factory=Counts)
    failures: tuple[Failure, ...] = ()
    seconds: float = 0.0
    reason: str = ""
    """One line that says why, for every state but passed."""
    settled: bool = False
    """Whether it is known of all its tests what they came to, and nothing else counts."""
    hint: str = ""
    """The command that mends it, where there is one."""
    details: str = ""
    """Evidence for a state that no single test explains: raw output, a build's last lines."""
    logs: str = ""
    """The tail of the logs of the containers involved, for a red suite with a stack."""
    code: ExitCode = ExitCode.PASSED
    """What it adds to the exit code: 2 for its configuration, 3 for its stack or environment."""
    withheld: tuple[str, ...] = ()
    """Names of environment variables that the suite did not get; for a red suite only."""
    repeated: int = 0
    """Tests that failed, were run again by the framework, and passed then or not."""
    flaky: tuple[str, ...] = ()
    """Tests that were red, and passed when they were run again by us."""
    cached_at: float = 0.0
    """When it passed, in seconds since the epoch, if it was not run again now; else 0."""
    engine: str = ""
    """The Docker context of the engine that its stack was on; empty for the usual one."""

    @property
    def own_failure(self) -> bool:
        """Whether it is red by no test: a crash, a time limit, no tests, no stack."""
        if self.state in {State.BLOCKED, State.INTERRUPTED}:
            return False
        return not self.state.green and not (self.counts.failed + self.counts.errors)

    @property
    def counted(self) -> Counts:
        """How many came to what, wherever that is added up: itself is an error if no test is."""
        return self.counts + Counts(errors=int(self.own_failure))


@dataclass(frozen=True, slots=True)
class StageStarted:
    """A stage begins; `suites` is everything it will run."""

    stage: Stage
    suites: tuple[SuiteId, ...]


@dataclass(frozen=True, slots=True)
class RunStarted:
    """A run begins: all stages that it may come to, in order, with their suites."""

    stages: tuple[StageStarted, ...]
    at: float


@dataclass(frozen=True, slots=True)
class SuiteStarted:
    """A suite begins (its environment or stack first, its tests later)."""

    suite: SuiteId
    at: float
    engine: str = ""
    """The Docker context of the engine that its stack comes up on; empty for the usual one."""


@dataclass(frozen=True, slots=True)
class StepStarted:
    """A suite enters a step: `environment`, `build`, `start`, `wait`, `test`, `stop`."""

    suite: SuiteId
    step: str
    at: float


@dataclass(frozen=True, slots=True)
class StepFinished:
    """A suite leaves a step."""

    suite: SuiteId
    step: str
    at: float


@dataclass(frozen=True, slots=True)
class StepProgress:
    """How far a step of a suite is, in words: which containers of its stack are healthy."""

    suite: SuiteId
    words: str
    limit: float = 0.0
    """Seconds that the step may take; 0 where there is no limit."""


@dataclass(frozen=True, slots=True)
class StackUp:
    """A suite's stack is ready; where it is reached, as pairs: `api:8000`, the address."""

    suite: SuiteId
    endpoints: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class TestsCollected:
    """How many tests the suite will run, as far as is known now."""

    __test__: ClassVar[bool] = False

    suite: SuiteId
    total: int


@dataclass(frozen=True, slots=True)
class TestStarted:
    """A test begins."""

    __test__: ClassVar[bool] = False

    suite: SuiteId
    test: str
    at: float


@dataclass(frozen=True, slots=True)
class TestFinished:
    """A test has ended, teardown included."""

    __test__: ClassVar[bool] = False

    suite: SuiteId
    test: str
    outcome: Outcome
    seconds: float
    """The call alone, without fixtures."""
    failure: Failure | None = None
    flaky: bool = False
    """Whether it was red, and passed when it was run again."""


@dataclass(frozen=True, slots=True)
class Glimpse:
    """What a suite's command prints of its tests while it runs. For show: none of it counts.

    The truth is told when there is a report, which may call the tests otherwise.
    """

    suite: SuiteId
    test: str = ""
    """Which begins or ends."""
    at: float = 0.0
    """When it begins; 0 where it ends."""
    total: int = 0
    """How many there are; 0 where this is of one."""


@dataclass(frozen=True, slots=True)
class Output:
    """Lines that a suite's framework printed, unaltered; for `--verbose` only."""

    suite: SuiteId
    text: str


@dataclass(frozen=True, slots=True)
class SuiteFinished:
    """A suite has ended, its stack included.

    It comes once more where only the end of all suites tells what one came to: `judged`.
    """

    result: SuiteResult


@dataclass(frozen=True, slots=True)
class RunFinished:
    """A run has ended; what it waited for, in order: suite, step, seconds."""

    at: float
    code: ExitCode
    critical_path: tuple[tuple[SuiteId, str, float], ...] = ()


@dataclass(frozen=True, slots=True)
class Note:
    """Something a person should know that is no failure: a warning, a wait, an address."""

    message: str
    suite: SuiteId | None = None


Event = (
    RunStarted
    | StageStarted
    | SuiteStarted
    | StepStarted
    | StepFinished
    | StepProgress
    | StackUp
    | TestsCollected
    | TestStarted
    | TestFinished
    | Glimpse
    | Output
    | SuiteFinished
    | RunFinished
    | Note
)
Sink = Callable[[Event], None]
"""What consumes events. Called from one thread at a time, in order."""
