"""Each failure of a run in full, in a file that is called as the failure is: `failures/F1.txt`."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from taskslib.display.text import withheld_words
from taskslib.events import Event, Failure, SuiteFinished, SuiteId
from taskslib.pipeline.names import Names

FOLDER = "failures"
"""Below a run's folder."""


@dataclass(frozen=True, slots=True)
class FailureFiles:
    """A sink that writes failures down when their suite has ended."""

    folder: Path
    """The run's."""
    names: Names = field(repr=False)

    def __call__(self, event: Event) -> None:
        """Write the failures of a suite that has ended; where there is no room for them, don't."""
        if isinstance(event, SuiteFinished) and event.result.failures:
            with suppress(OSError):
                folder = self.folder / FOLDER
                folder.mkdir(exist_ok=True)
                withheld = event.result.withheld
                note = f"\n{withheld_words(withheld)}\n"
                for failure in event.result.failures:
                    text = self._text(event.result.suite, failure) + (note if withheld else "")
                    (folder / f"{failure.id}.txt").write_text(text, "utf-8", errors="replace")

    def _text(self, suite: SuiteId, failure: Failure) -> str:
        known = bool(failure.path and failure.line)
        place = f"{self.names.place(suite, failure.path)}:{failure.line}: " if known else ""
        return (
            f"{failure.id} {suite} {failure.outcome.upper()} {failure.test}\n"
            f"{place}{failure.message}\n"
            f"again: {self.names.rerun(suite, failure.test)}\n\n"
            f"{failure.text.rstrip()}\n"
        )


def failures_of(run: Path) -> dict[str, Path]:
    """Return a run's failures: what each is called, and its file; in order."""
    files = {file.stem: file for file in (run / FOLDER).glob("F*.txt")}
    return dict(sorted(files.items(), key=lambda item: (len(item[0]), item[0])))
