"""Where runs of suites leave what they covered: each in a folder of its own, a retry too."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from taskslib.frameworks.base import Invocation

FOLDER = "coverage"
"""Below a run's folder: the suites' data."""
DATA = "data.coverage"
"""What coverage.py writes."""
LCOV = "lcov.info"


@dataclass(frozen=True, slots=True)
class Measured:
    """What one run of a suite left."""

    suite: str
    """Its `file_name`."""
    file: Path


def covering_folder(invocation: Invocation) -> Path | None:
    """Make and return the folder for what a run covers; None where nothing is to be measured."""
    if invocation.coverage is None:
        return None
    suite = invocation.suite
    runs = invocation.coverage.resolve() / suite.id.file_name
    runs.mkdir(parents=True, exist_ok=True)
    folder = runs / str(sum(1 for _ in runs.iterdir()) + 1)
    folder.mkdir()
    # Some name files from here on.
    (folder / "folder.txt").write_text(str(suite.folder), "utf-8")
    return folder


def measured(data: Path) -> Iterator[Measured]:
    """Yield what was left in the folder of a run's data, if there is one."""
    for name in (DATA, LCOV):
        for file in sorted(data.glob(f"*/*/{name}")):
            yield Measured(file.parent.parent.name, file)
