"""A file as a template had it, as it has it now, and as the repo has it: what becomes of it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from taskslib.cancellation import Cancellation
from taskslib.errors import UsageError
from taskslib.processes import Command, run

_MOST = 127
"""How many conflicts git counts; a higher code is a failure."""
_ERRORS = "surrogateescape"
"""Bytes of a user's file that are no UTF-8 stay what they are."""


@dataclass(frozen=True, slots=True)
class Merged:
    """What becomes of a file."""

    text: str | None
    """None for one that is not there, or is to go."""
    conflicts: bool = False
    """Whether both changed the same lines: the text then has both, with git's marks."""
    note: str = ""
    """What a person should know."""


@dataclass(frozen=True, slots=True)
class ThreeWay:
    """Merges the files of two versions of a template into a repo's."""

    labels: tuple[str, str, str]
    """What the repo's, the older and the newer text are called where they meet."""
    cancellation: Cancellation

    def merged(self, ours: str | None, older: str | None, newer: str | None) -> Merged:
        """Return what becomes of a file. Raises `UsageError` for what git can't merge.

        What the template did not change stays as it is, and what was deleted here stays deleted.
        """
        plain = None if ours is None else ours.replace("\r\n", "\n")
        if newer in {older, plain}:
            return Merged(ours)
        if plain == older:
            return Merged(_ending(newer, ours))
        if plain is None:
            return Merged(None, note="has news, and was deleted here")
        if newer is None:
            return Merged(ours, note="is no longer in the template; it was changed here and stays")
        found = self._by_git(plain, older or "", newer)
        return Merged(_ending(found.text, ours), found.conflicts)

    def _by_git(self, ours: str, older: str, newer: str) -> Merged:
        with TemporaryDirectory(prefix="taskslib-") as folder:
            named = {"ours": ours, "older": older, "newer": newer}
            for name, text in named.items():
                (Path(folder) / name).write_bytes(text.encode("utf-8", _ERRORS))
            labels = [part for one in self.labels for part in ("-L", one)]
            argv = ("git", "merge-file", "--diff3", *labels, *named)
            done = run(Command(argv, cwd=Path(folder)), self.cancellation)
            # Not `--stdout`: what is captured of a child is made readable, and so another text.
            text = (Path(folder) / "ours").read_bytes().decode("utf-8", _ERRORS)
        if not 0 <= done.code <= _MOST:
            raise UsageError(f"git merge-file: {done.stderr.strip()}")
        return Merged(text, conflicts=done.code > 0)


def _ending(text: str | None, like: str | None) -> str | None:
    """Return a text whose lines end as those of another."""
    return text.replace("\n", "\r\n") if text and like and "\r\n" in like else text
