"""Where a suite hung: what faulthandler wrote of each thread, cut down to the suite's own lines."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

VARIABLE = "TASKSLIB_STACKS"
"""Names the folder into which each process of a suite writes its threads' stacks when asked."""
_FRAME = re.compile(r'^  File "(?P<file>.+)", line \d+ in ')
_OTHERS = 3
"""Innermost calls of a thread that are shown where none of them is the suite's own."""


def stacks_folder(events: Path) -> Path:
    """Return where the processes of a suite write their stacks, by the file of its events."""
    return events.with_suffix(".stacks")


def where_it_hung(stacks: Path, folder: Path) -> str:
    """Return the stacks in a folder, each thread's own calls, the innermost first.

    Threads that are nowhere in the suite's code are left out where others are. Empty if nobody
    wrote anything.
    """
    texts = [file.read_text("utf-8", "replace") for file in sorted(stacks.glob("*.txt"))]
    threads = [thread for text in texts for thread in _threads(text)]
    own = [_own(title, frames, folder) for title, frames in threads]
    chosen = [one for one in own if one] or [
        [title, *frames[:_OTHERS]] for title, frames in threads if frames
    ]
    return "\n".join(line for one in chosen for line in one)


def _threads(text: str) -> Iterator[tuple[str, list[str]]]:
    """Yield each thread's title and calls."""
    title, frames = "", list[str]()
    for line in text.splitlines():
        if _FRAME.match(line):
            frames.append(line)
        elif line.startswith(("Thread ", "Current thread ")):
            if title:
                yield title, frames
            title, frames = line, []
    if title:
        yield title, frames


def _own(title: str, frames: list[str], folder: Path) -> list[str]:
    found = []
    for frame in frames:
        match = _FRAME.match(frame)
        path = Path(match["file"]) if match else Path()
        if path.is_relative_to(folder) and "site-packages" not in path.parts:
            found.append(frame.replace(f"{folder}/", ""))
    return [title, *found] if found else []
