"""How a run is told of: the display, the files that it always leaves, and the reports asked for."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Self

from taskslib import api
from taskslib.cli.given import Wanted
from taskslib.cli.outcome import say, worded
from taskslib.display import Display, display_for
from taskslib.display.clean import clean
from taskslib.errors import ExitCode, UsageError, worst
from taskslib.events import Event, Sink, SuiteId
from taskslib.pipeline.plan import Plan
from taskslib.project.git import Checked, checked_out
from taskslib.quick import ci_seen
from taskslib.reports.annotations import add_summary, annotation_lines, job_summary
from taskslib.reports.failures import FailureFiles
from taskslib.reports.runs import EVENTS
from taskslib.secrets import mask_of
from taskslib.typed import as_typed

if TYPE_CHECKING:
    from taskslib.pipeline.report import Report
    from taskslib.pipeline.results.memory import Memory
    from taskslib.reports.document import Reasons
    from taskslib.reports.lines import EventLines
    from taskslib.reports.record import Record


class Telling(ExitStack):
    """A sink for one run's events, and what is told at its end."""

    def __init__(
        self,
        wanted: Wanted,
        plan: Plan,
        folder: Path,
        environ: Mapping[str, str] = os.environ,
        checked: Checked | None = None,
    ) -> None:
        """Take what is wanted, the plan, and the folder for the run's files.

        `checked` is what the run was of, where it is not what is checked out now.

        Raises `UsageError` where what is asked for can't be written there.
        """
        super().__init__()
        if wanted.junit:
            with _writing("--junit", wanted.junit):
                Path(wanted.junit).mkdir(parents=True, exist_ok=True)
        self._wanted = wanted
        self._plan = plan
        self._folder = folder
        self._environ = environ
        self._names = Names(plan)
        self._stream = sys.stderr if wanted.json else sys.stdout
        self._record = self._recorded()
        if checked is None and wanted.json:
            checked = checked_out(plan.project.root)
        self._checked = checked or Checked()
        self._sinks: list[Sink] = [FailureFiles(folder, self._names)]
        with suppress(OSError):  # no room for what nobody asked for
            self._sinks.append(self._lines(folder / EVENTS))
        self._events: EventLines | None = None
        if wanted.events:
            with _writing("--events", wanted.events):
                self._events = self._lines(Path(wanted.events))
            self._sinks.append(self._events)
        if self._record is not None:
            self._sinks.append(self._record)
        # The last one: nothing that is refused leaves a terminal that is drawn on.
        self._display: Display = display_for(
            self._stream, self._names, environ, slow=plan.project.slow, plain=wanted.plain
        )
        self.callback(self._display.close)

    def __enter__(self) -> Self:
        return self

    def __call__(self, event: Event) -> None:
        """Take in an event."""
        self._display(event)
        for sink in self._sinks:
            sink(event)

    def end(
        self,
        report: Report,
        memory: Memory | None,
        *more: Iterable[str],
        reasons: Reasons | None = None,
    ) -> ExitCode:
        """Tell what the run came to, and return the exit code that this has in the end.

        Args:
            report: The run.
            memory: What is known of earlier ones.
            more: Lines that people are told besides. The last line is the one with the counts.
            reasons: Why its suites ran, where no memory tells it.

        What can't be found out or written costs only itself: it is said, and is in the code.
        """
        self._display.close()
        codes = [report.exit_code]
        steps: list[Callable[[], ExitCode | None]] = []
        if self._record is not None:
            if self._wanted.json:
                steps.append(partial(self._write_json, report, self._record, memory, reasons))
            if self._wanted.junit:
                steps.append(partial(self._write_junit, self._record))
        if self._events is not None:
            steps.append(partial(self._check_events, self._events))
        steps += (partial(self._tell, map(clean, lines)) for lines in more)
        if ci_seen(self._environ):
            steps.append(partial(self._tell, annotation_lines(report, self._names)))
            steps.append(partial(self._summarise, report))
        steps.append(partial(self._display.summary, report, self._folder))

        def take(step: Callable[[], ExitCode | None]) -> None:
            codes.append(worded(step))

        with ExitStack() as rest:  # also where one is broken, the others are taken
            for step in reversed(steps):
                rest.callback(take, step)
        return worst(codes)

    def _tell(self, lines: Iterable[str]) -> None:
        encoding = self._stream.encoding or "utf-8"
        for line in map(as_typed, lines):
            print(line.encode(encoding, "replace").decode(encoding), file=self._stream, flush=True)

    def _recorded(self) -> Record | None:
        if not (self._wanted.json or self._wanted.junit):
            return None
        from taskslib.reports.record import Record

        return Record(self._plan.project.name)

    def _lines(self, file: Path) -> EventLines:
        from taskslib.reports.lines import EventLines

        about = {"project": self._plan.project.name, "root": str(self._plan.project.root)}
        return self.enter_context(EventLines(file, about))

    def _check_events(self, events: EventLines) -> ExitCode | None:
        try:
            events.check()
        except OSError as error:  # also of a pipe: that is not our output
            say(f"error: --events {self._wanted.events}: {error.strerror}; the rest is missing")
            return ExitCode.ENGINE
        return None

    def _summarise(self, report: Report) -> None:
        file = self._environ.get("GITHUB_STEP_SUMMARY")
        if file and (report.results or report.missing):
            try:
                add_summary(Path(file), job_summary(report, self._names))
            except OSError as error:
                say(f"note: {file}: {error.strerror}")

    def _write_json(
        self, report: Report, record: Record, memory: Memory | None, reasons: Reasons | None
    ) -> None:
        from taskslib.reports.document import document, encoded

        reasons = api.reasons(self._plan, memory) if reasons is None else reasons
        mask = mask_of(os.environ)
        told = document(self._plan, report, record, reasons, mask, self._checked)
        sys.stdout.buffer.write(encoded(told).encode() + b"\n")
        sys.stdout.flush()

    def _write_junit(self, record: Record) -> None:
        from taskslib.reports.junit import write_junit

        write_junit(Path(self._wanted.junit), record)


@contextmanager
def _writing(option: str, place: str) -> Iterator[None]:
    """Raise `UsageError` for a place that an option names, and that can't be written."""
    try:
        yield
    except OSError as error:
        raise UsageError(f"{option} {place}: {error.strerror}") from error


class Names:
    """How a plan's tests, files and commands are called."""

    def __init__(self, plan: Plan) -> None:
        """Take the plan of a run."""
        self._project = plan.project
        self._suites = {entry.suite.id: entry.suite for entry in plan.entries}

    def rerun(self, suite: SuiteId, test: str) -> str:
        """Return the command that runs one test again."""
        return as_typed(api.rerun_command(self._project.root, self._suites[suite], test))

    def place(self, suite: SuiteId, path: str) -> str:
        """Return a file of a suite's as seen from the repo."""
        return self._project.shown(self._suites[suite].folder / path)
