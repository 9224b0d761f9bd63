"""Run a prepared suite: start its process, follow its events, decide what it came to."""

from __future__ import annotations

import shutil
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from taskslib.cancellation import Cancellation
from taskslib.errors import EnvironmentFailure, Interrupted
from taskslib.events import (
    Event,
    Glimpse,
    Sink,
    SuiteResult,
    TestFinished,
    TestsCollected,
    TestStarted,
)
from taskslib.frameworks.base import Framework, Invocation, Prepared
from taskslib.frameworks.messages import Message
from taskslib.frameworks.reading import Reader
from taskslib.frameworks.stacks import stacks_folder, where_it_hung
from taskslib.frameworks.tail import Tail, last_lines
from taskslib.frameworks.tally import Tally
from taskslib.frameworks.verdict import Exit, verdict
from taskslib.processes import Command, run
from taskslib.project.model import Suite


@dataclass(frozen=True, slots=True)
class Options:
    """How a suite is to be run."""

    arguments: tuple[str, ...] = ()
    """What the user passed through to the framework."""
    verbose: bool = False
    """Whether the framework's own output is to say more."""
    timeout: float | None = None
    """Seconds after which the suite is ended."""
    first: tuple[str, ...] = ()
    """Tests that are to go first."""
    only: tuple[str, ...] = ()
    """Just these tests, as far as the framework can do that."""
    coverage: Path | None = None
    """The folder for what the tests cover, where that is to be measured."""
    on_output: Callable[[str], None] | None = None
    """Gets each line of the raw output as soon as it is there."""
    clock: Callable[[], float] = time.monotonic
    """Seconds, for the times in events."""
    workers: int = 0
    """In how many processes tests are to run, where the suite leaves it to us."""


def run_suite(
    framework: Framework,
    suite: Suite,
    prepared: Prepared,
    *,
    variables: Mapping[str, str],
    output: Path,
    sink: Sink,
    cancellation: Cancellation,
    options: Options | None = None,
) -> SuiteResult:
    """Run a suite to its end and return what it came to, telling `sink` of each test on the way.

    A cancelled run is a result too (`State.INTERRUPTED`, with all that is known): the caller
    treats it as any other, and its next wait raises `Interrupted`. Raises `EnvironmentFailure`
    where the framework cannot be started.

    Args:
        framework: What the suite's tests are written for.
        suite: The suite.
        prepared: Its environment, from `framework.prepare`.
        variables: The whole environment of the tests, but for what the framework adds.
        output: The file for the raw output; the events lie beside it (`.events`).
        sink: Receives `TestsCollected`, `TestStarted` and `TestFinished`, and each `Glimpse`.
        cancellation: Ends the suite's processes when it is requested.
        options: Arguments, time limit, live output.
    """
    options = options or Options()
    invocation = Invocation(
        suite,
        prepared,
        output,
        variables,
        options.arguments,
        options.verbose,
        options.coverage,
        options.first,
        options.only,
        options.workers,
    )
    events = invocation.events
    output.parent.mkdir(parents=True, exist_ok=True)
    stacks = stacks_folder(events)
    # Those of an earlier run would be taken for this one's.
    for file in (events, output):
        file.unlink(missing_ok=True)
    shutil.rmtree(stacks, ignore_errors=True)
    command = framework.command(invocation)
    follower = _Follower(suite, framework.reader(invocation), output, sink, options)
    end = _run(replace(command, timeout=options.timeout), follower, cancellation, output)
    follower.finish(cut_off=end.interrupted or end.timed_out is not None)
    hung = where_it_hung(stacks, suite.folder) if end.timed_out is not None else ""
    told = "\n\n".join(filter(None, (last_lines(output), hung)))
    return verdict(follower.tally, end, told, passed_through=bool(options.arguments))


def _run(
    command: Command,
    follower: _Follower,
    cancellation: Cancellation,
    output: Path,
) -> Exit:
    begin = time.monotonic()
    try:
        completed = run(command, cancellation, while_running=follower.follow, output=output)
    except Interrupted:
        return Exit(None, time.monotonic() - begin, interrupted=True)
    except OSError as error:
        raise EnvironmentFailure(f"{command.argv[0]} cannot be started: {error}") from error
    limit = command.timeout if completed.timed_out else None
    return Exit(completed.code, time.monotonic() - begin, timed_out=limit)


class _Follower:
    """Reads what the suite writes as it is written: results to tally and sink, output live."""

    def __init__(
        self, suite: Suite, reader: Reader, output: Path, sink: Sink, options: Options
    ) -> None:
        self.tally = Tally(suite.id)
        self._reader = reader
        self._output = Tail(output)
        self._sink = sink
        self._on_output = options.on_output
        self._clock = options.clock
        self._began = self._clock()

    def follow(self) -> None:
        """Take in what is new."""
        sink = self._glimpsed if self._reader.provisional else self._sink
        self._add(self._reader.follow(), sink, self._clock())
        if self._on_output is not None:
            for line in self._output.lines():
                self._on_output(_readable(line))

    def finish(self, *, cut_off: bool) -> None:
        """Take in the rest, once nobody writes any more; of a run that was `cut_off`, what is."""
        self.follow()
        if not self._reader.provisional:
            self._add(self._reader.finish(), self._sink, self._clock())
        elif not cut_off:
            # A report says of no test when it began.
            self.tally = Tally(self.tally.suite)
            self._add(self._reader.finish(), self._sink, self._began)
        if self._on_output is not None and self._output.rest():
            self._on_output(_readable(self._output.rest()))

    def _add(self, messages: Iterable[Message], sink: Sink, at: float) -> None:
        for message in messages:
            for event in self.tally.add(message, at):
                sink(event)

    def _glimpsed(self, event: Event) -> None:
        """Hand on what is only for show."""
        match event:
            case TestsCollected(suite, total):
                self._sink(Glimpse(suite, total=total))
            case TestStarted(suite, test, at):
                self._sink(Glimpse(suite, test, at))
            case TestFinished(suite, test):
                self._sink(Glimpse(suite, test))


def _readable(line: bytes) -> str:
    return line.decode("utf-8", "replace").removesuffix("\r")
