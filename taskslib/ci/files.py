"""Whether a workflow is as it was written, and how it differs from what it would be now.

The first line has the digest of the rest: what was edited by hand is never written over unasked.
"""

from __future__ import annotations

import difflib
import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum, auto
from pathlib import Path

from taskslib.ci.actions import Provider
from taskslib.repository import folders_above

_STAMP = re.compile(r"# [^\n]* sha256:([0-9a-f]{64})\n")


class Condition(Enum):
    """How a file stands to what it would be now."""

    SAME = auto()
    MISSING = auto()
    OUTDATED = auto()
    """As it was written, and other now; or written once, and not to be there now."""
    EDITED = auto()
    """Changed by hand, or never ours."""


@dataclass(frozen=True, slots=True)
class Workflow:
    """A file as it is, and as it would be."""

    path: str
    """From the repo's root on."""
    now: str | None
    wanted: str | None

    @property
    def condition(self) -> Condition:
        """How the one stands to the other."""
        if self.now == self.wanted:
            return Condition.SAME
        if self.now is None:
            return Condition.MISSING
        if is_ours(self.now):
            return Condition.OUTDATED
        # One that nobody asks for may be somebody else's.
        return Condition.SAME if self.wanted is None else Condition.EDITED

    @property
    def difference(self) -> Iterator[str]:
        """Lines of a patch from what is to what would be; none where it is to stay."""
        if self.condition is Condition.SAME:
            return iter(())
        before, after = ((text or "").splitlines() for text in (self.now, self.wanted))
        old = f"a/{self.path}" if self.now is not None else "/dev/null"
        new = f"b/{self.path}" if self.wanted is not None else "/dev/null"
        return difflib.unified_diff(before, after, old, new, lineterm="")


def stamped(body: str, command: str) -> str:
    """Return a file's text with what tells later whether it was edited."""
    digest = hashlib.sha256(body.encode()).hexdigest()
    return f"# Written by `{command}`; edited by hand it stays. sha256:{digest}\n{body}"


def is_ours(text: str) -> bool:
    """Return whether a text is one that `stamped` returned, unchanged."""
    found = _STAMP.match(text)
    return (
        found is not None and found[1] == hashlib.sha256(text[found.end() :].encode()).hexdigest()
    )


def unread(root: Path) -> str:
    """Return where in its repository a folder is; empty at the top, where workflows are read."""
    top = next(reversed((*folders_above(str(root)),)), None)
    return "" if top is None else root.resolve().relative_to(top).as_posix()


def providers(root: Path) -> tuple[Provider, ...]:
    """Return whose workflows a repo has, by its folders.

    Where `test.yml` is gone, a `release.yml` that was written here says whose it was.
    """
    return tuple(one for one in Provider if _has_workflows(root / one.folder))


def _has_workflows(folder: Path) -> bool:
    release = folder / "release.yml"
    return (folder / "test.yml").is_file() or (
        release.is_file() and _STAMP.match(release.read_text("utf-8", "replace")) is not None
    )


def read(root: Path, path: str, wanted: str | None) -> Workflow:
    """Return a file and what it would be. Raises OSError for one that can't be read."""
    file = root / path
    # With the line ends of this machine's git they are the same.
    text = file.read_text("utf-8", "replace") if file.is_file() else None
    return Workflow(path, text, wanted)


def write(root: Path, workflow: Workflow) -> None:
    """Let a file be what it would be. Raises OSError."""
    file = root / workflow.path
    if workflow.wanted is None:
        file.unlink(missing_ok=True)
        return
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(workflow.wanted, "utf-8", newline="\n")
