"""Follow a command that writes JUnit XML: its lines while it runs, its reports at the end."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from itertools import takewhile
from pathlib import Path

from taskslib.events import Outcome
from taskslib.frameworks.messages import Begun, Ended, Finished, Message, Unhandled
from taskslib.frameworks.reports import junit_xml
from taskslib.frameworks.reports.progress import PROGRESS
from taskslib.frameworks.tail import Tail
from taskslib.frameworks.verdict import NOTHING_COLLECTED
from taskslib.project.model import Runner

_Stamp = tuple[int, int, int]
_COARSE = 2_000_000_000
"""Nanoseconds by which a new file can seem older: FAT's clock is that coarse."""


class JUnitReader:
    """Reads one run. Made before it begins: a report that is older is an earlier run's.

    Args:
        runner: The command and its report.
        output: The file that gets all that the command prints.
        narrowed: Whether some tests were asked for: that all were skipped is then no success,
            since several tools call those skipped that a pattern leaves out.
    """

    provisional = True

    def __init__(self, runner: Runner, output: Path, *, narrowed: bool = False) -> None:
        self._runner = runner
        self._narrowed = narrowed
        self._began = time.time_ns() - _COARSE
        self._before = dict(self._reports())
        self._output = Tail(output)
        self._read = PROGRESS[runner.progress]()

    def follow(self) -> list[Message]:
        """Return what the command has printed about its tests since the last call."""
        return [message for line in self._output.lines() for message in self._read(_text(line))]

    def finish(self) -> list[Message]:
        """Return what the reports of this run say; that there is none is a message too."""
        command = " ".join(takewhile(lambda word: word[:1] != "-", self._runner.command))
        now = dict(self._reports())
        written = [path for path, stamp in now.items() if self._is_new(path, stamp)]
        if not written:
            # One that a build tool's cache puts back is no new one either.
            new = "new report" if now else "report"
            missing = Unhandled(f"no {new} was written to {self._wanted()}", "")
            return [Begun(command), missing, Ended(0)]
        content = {path: path.read_bytes() for path in sorted(written)}
        said = junit_xml.messages(content, self._runner.folder)
        skipped = all(one.outcome is Outcome.SKIPPED for one in said if isinstance(one, Finished))
        code = NOTHING_COLLECTED if self._narrowed and skipped else 0
        return [Begun(command), *said, Ended(code)]

    def _is_new(self, path: Path, stamp: _Stamp) -> bool:
        # An old one that is put back changes too, but keeps its time.
        return self._before.get(path) != stamp and stamp[0] >= self._began

    def _wanted(self) -> str:
        """Return where the report was looked for, as one would find it from here."""
        return str(self._runner.folder / self._runner.report)

    def _reports(self) -> Iterator[tuple[Path, _Stamp]]:
        where = Path(self._runner.report)
        if where.is_absolute():
            found: Iterator[Path] = iter((where,))
        else:
            found = self._runner.folder.glob(os.path.normpath(where))
        for path in found:
            try:
                status = path.stat()
            except OSError:
                continue
            if path.is_file():
                yield path, (status.st_mtime_ns, status.st_size, status.st_ino)


def _text(line: bytes) -> str:
    return line.decode("utf-8", "replace").removesuffix("\r")
