"""What all suites of a run covered together: one total, HTML for Python, lcov for everything.

Each run of a suite leaves its data in a folder of its own, a retry too. What runs in containers is
not measured: it has an interpreter of its own. Python files that no test imported are counted by
`source_of.py`.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from taskslib.events import SuiteId
from taskslib.frameworks.covering import DATA, LCOV, measured
from taskslib.pipeline.lcov import merged
from taskslib.pipeline.source_of import unimported

if TYPE_CHECKING:
    from coverage import CoverageData

_TESTS = {"tests", "test", "conftest.py"}
"""Parts of paths of what is left out: tests cover themselves, which says nothing."""


@dataclass(frozen=True, slots=True)
class Coverage:
    """Covered lines, and where to read more."""

    covered: int
    lines: int
    html: Path | None
    """The page about Python code; None where none was measured."""
    lcov: Path

    @property
    def percent(self) -> float:
        """Of the lines, of which there is at least one."""
        return 100 * self.covered / self.lines


def unmeasured(data: Path, suites: Iterable[SuiteId]) -> tuple[SuiteId, ...]:
    """Return the suites that left nothing in the folder of a run's data."""
    left = {one.suite for one in measured(data)}
    return tuple(suite for suite in suites if suite.file_name not in left)


def combine(
    data: Path, target: Path, root: Path, folders: Collection[Path] = ()
) -> Coverage | None:
    """Combine what the suites of a run left; None where no line of the repo was measured.

    Args:
        data: The folder of the suites' data.
        target: The folder for the reports, which is made.
        root: The repo; paths in the reports begin there.
        folders: Of all suites: what lies in one of them is no other's source.

    Raises OSError where they can't be written.
    """
    runs = list(measured(data))
    if not runs:
        return None
    target.mkdir(parents=True, exist_ok=True)
    python = [one.file for one in runs if one.file.name == DATA]
    html = _python(python, target, root, folders) if python else None
    reports = [(one.file, _folder(one.file)) for one in runs if one.file.name == LCOV]
    if html is not None:
        reports.append((target / LCOV, Path.cwd()))  # it names files from where we are
    whole = merged(((file.read_text("utf-8"), folder) for file, folder in reports), root)
    if not whole.lines:
        return None
    (target / LCOV).write_text(whole.text, "utf-8")
    return Coverage(whole.covered, whole.lines, html, target / LCOV)


def _python(files: list[Path], target: Path, root: Path, folders: Collection[Path]) -> Path | None:
    import coverage

    data_file = target / "combined.coverage"
    data_file.unlink(missing_ok=True)
    try:
        data = coverage.CoverageData(basename=str(data_file))
        for file in files:
            one = coverage.CoverageData(basename=str(file))
            one.read()
            # Where `relative_files` is on, they are named from the suite's folder on.
            data.update(one, map_path=partial(_joined, _folder(file)))
        known = [Path(name) for name in data.measured_files()]
        for folder in sorted({_folder(file) for file in files}):
            data.touch_files([str(file) for file in unimported(folder, known, root, folders)])
        own = _own(data, root)
        data.write()
        data.close()
        if not own:
            return None
        whole = coverage.Coverage(data_file=str(data_file), config_file=False)
        whole.load()
        whole.html_report(own, directory=str(target), title="coverage", ignore_errors=True)
        whole.lcov_report(own, outfile=str(target / LCOV), ignore_errors=True)
    except coverage.CoverageException:  # what was measured is gone
        return None
    finally:
        data_file.unlink(missing_ok=True)
    return target / "index.html"


def _own(data: CoverageData, root: Path) -> list[str]:
    """Return the measured files that are the repo's own and no tests.

    What lies elsewhere is nobody's code here: our own plugin, packages of other projects.
    """
    files = [Path(name) for name in data.measured_files()]
    below = [file for file in files if file.is_relative_to(root) and file.is_file()]
    own = [file for file in below if not _TESTS.intersection(file.relative_to(root).parts)]
    return sorted(map(str, own))


def _joined(folder: Path, name: str) -> str:
    return str(folder / name)


def _folder(file: Path) -> Path:
    """Return the folder in which a suite ran that left a file."""
    return Path((file.parent / "folder.txt").read_text("utf-8"))
