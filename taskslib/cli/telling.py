"""How a run is told of: the display, the files that it always leaves, and the reports asked for."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Self

from taskslib import api
from taskslib.cli.given import Wanted
from taskslib.cli.outcome import say
from taskslib.display import Display, display_for
from taskslib.errors import UsageError
from taskslib.events import Event, Sink, SuiteId
from taskslib.pipeline.plan import Plan
from taskslib.quick import ci_seen
from taskslib.reports.annotations import add_summary, annotation_lines, job_summary
from taskslib.reports.failures import FailureFiles
from taskslib.reports.runs import EVENTS
from taskslib.secrets import mask_of

if TYPE_CHECKING:
    from taskslib.pipeline.report import Report
    from taskslib.pipeline.results.memory import Memory
    from taskslib.reports.record import Record


class Telling(ExitStack):
    """A sink for one run's events, and what is told at its end."""

    def __init__(
        self,
        wanted: Wanted,
        plan: Plan,
        folder: Path,
        environ: Mapping[str, str] = os.environ,
    ) -> None:
        """Take what is wanted, the plan, and the folder for the run's files.

        Raises `UsageError` where the file for the events can't be written.
        """
        super().__init__()
        self._wanted = wanted
        self._plan = plan
        self._folder = folder
        self._environ = environ
        self._names = Names(plan)
        self._stream = sys.stderr if wanted.json else sys.stdout
        self._display: Display = display_for(self._stream, self._names, plain=wanted.plain)
        self._record = self._recorded()
        self._sinks: list[Callable[[Event], None]] = [
            self._display,
            FailureFiles(folder, self._names),
            self._lines(folder / EVENTS),
        ]
        if wanted.events:
            self._sinks.append(self._lines(Path(wanted.events)))
        if self._record is not None:
            self._sinks.append(self._record)
        self.callback(self._display.close)

    def __enter__(self) -> Self:
        return self

    def __call__(self, event: Event) -> None:
        """Take in an event."""
        for sink in self._sinks:
            sink(event)

    def close_display(self) -> None:
        """Leave the terminal as it was, before anything else is written to it."""
        self._display.close()

    def note(self, words: str) -> None:
        """Tell of something that is no event, between the run and its summary."""
        print(words, file=self._stream, flush=True)

    def end(self, report: Report, memory: Memory | None) -> None:
        """Tell what the run came to; the last line for people is the one with the counts."""
        self.close_display()
        if ci_seen(self._environ):
            encoding = self._stream.encoding or "utf-8"
            for line in annotation_lines(report, self._names):
                print(line.encode(encoding, "replace").decode(encoding), file=self._stream)
            self._summarise(report)
        self._display.summary(report, self._folder)
        if self._record is not None:
            self._report(report, self._record, memory)

    def _recorded(self) -> Record | None:
        if not (self._wanted.json or self._wanted.junit):
            return None
        from taskslib.reports.record import Record

        return Record(self._plan.project.name)

    def _lines(self, file: Path) -> Sink:
        from taskslib.reports.lines import EventLines

        about = {"project": self._plan.project.name, "root": str(self._plan.project.root)}
        try:
            return self.enter_context(EventLines(file, about))
        except OSError as error:
            if file.parent == self._folder:
                return lambda _: None  # no room for what nobody asked for
            raise UsageError(f"--events {file}: {error.strerror}") from error

    def _summarise(self, report: Report) -> None:
        file = self._environ.get("GITHUB_STEP_SUMMARY")
        if file:
            try:
                add_summary(Path(file), job_summary(report, self._names))
            except OSError as error:
                say(f"note: {file}: {error.strerror}")

    def _report(self, report: Report, record: Record, memory: Memory | None) -> None:
        if self._wanted.junit:
            from taskslib.reports.junit import write_junit

            write_junit(Path(self._wanted.junit), record)
        if self._wanted.json:
            from taskslib.reports.document import document, encoded

            reasons = api.reasons(self._plan, memory)
            told = document(self._plan, report, record, reasons, mask_of(os.environ))
            sys.stdout.buffer.write(encoded(told).encode() + b"\n")
            sys.stdout.flush()


class Names:
    """How a plan's tests, files and commands are called."""

    def __init__(self, plan: Plan) -> None:
        """Take the plan of a run."""
        self._project = plan.project
        self._suites = {entry.suite.id: entry.suite for entry in plan.entries}

    def rerun(self, suite: SuiteId, test: str) -> str:
        """Return the command that runs one test again."""
        return api.rerun_command(self._project.root, self._suites[suite], test)

    def place(self, suite: SuiteId, path: str) -> str:
        """Return a file of a suite's as seen from the repo."""
        return self._project.shown(self._suites[suite].folder / path)
