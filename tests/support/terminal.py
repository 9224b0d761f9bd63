"""The real command line on a pseudo-terminal, which only POSIX has."""

from __future__ import annotations

import os
import subprocess
from contextlib import suppress
from pathlib import Path

from tests.support.projects import argv, environment


class Terminal:
    """A child on a terminal of its own, and everything that it wrote there."""

    def __init__(
        self,
        root: Path,
        *arguments: str,
        interactive: bool = False,
        program: str = "inv",
        **variables: str,
    ) -> None:
        ours, theirs = os.openpty()  # type: ignore[attr-defined,unused-ignore]
        os.set_blocking(ours, False)  # type: ignore[attr-defined,unused-ignore]
        self._screen = ours
        self.written = ""
        self.child = subprocess.Popen(
            argv(*arguments, program=program),
            cwd=root,
            env={**environment(), "COLUMNS": "80", "TERM": "xterm", **variables},
            stdin=theirs if interactive else subprocess.DEVNULL,
            stdout=theirs,
            stderr=theirs,
        )
        os.close(theirs)

    def type(self, words: str) -> None:
        os.write(self._screen, words.encode())

    def read(self) -> str:
        with suppress(OSError):  # nothing now; nothing any more
            self.written += os.read(self._screen, 65536).decode()
        return self.written
