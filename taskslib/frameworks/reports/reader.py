"""Follow a command that writes JUnit XML: its lines while it runs, its reports at the end."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

from taskslib.frameworks.messages import Begun, Message, Unhandled
from taskslib.frameworks.reports import junit_xml
from taskslib.frameworks.reports.progress import PROGRESS
from taskslib.frameworks.tail import Tail
from taskslib.project.model import Runner

_Stamp = tuple[int, int, int]


class JUnitReader:
    """Reads one run. Made before it begins: a report that does not change is an earlier run's."""

    provisional = True

    def __init__(self, runner: Runner, output: Path) -> None:
        self._runner = runner
        self._before = dict(self._reports())
        self._output = Tail(output)
        self._read = PROGRESS[runner.progress]()

    def follow(self) -> list[Message]:
        """Return what the command has printed about its tests since the last call."""
        return [message for line in self._output.lines() for message in self._read(_text(line))]

    def finish(self) -> list[Message]:
        """Return what the reports of this run say; that there is none is a message too."""
        now = dict(self._reports())
        written = [path for path, stamp in now.items() if self._before.get(path) != stamp]
        if written:
            content = {path: path.read_bytes() for path in sorted(written)}
            return junit_xml.messages(content, self._runner.folder)
        wanted = self._runner.report
        what = "is older than the run" if now else "was not written"
        return [Begun("junit"), Unhandled(f"the report {wanted} {what}", "")]

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
