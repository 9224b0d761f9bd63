"""What all suites of a run covered together: one total, HTML for Python, lcov for everything.

Suites leave their data in one folder: pytest's a `.coverage` file each, vitest's an lcov file. What
runs in containers is not measured: it has an interpreter of its own.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from taskslib.events import SuiteId

FOLDER = "coverage"
"""Below a run's folder: the suites' data."""
LCOV = "lcov.info"
_OMITTED = ["*/tests/*", "*/test/*", "*/conftest.py"]
"""Tests cover themselves, which says nothing."""


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
        """Of the lines; none are covered wholly."""
        return 100 * self.covered / self.lines if self.lines else 100.0


def unmeasured(data: Path, suites: Iterable[SuiteId]) -> tuple[SuiteId, ...]:
    """Return the suites that left nothing in the folder of a run's data."""
    left = {file.name.removesuffix(".coverage") for file in data.glob("*.coverage")}
    left |= {file.parent.name for file in data.glob(f"*/{LCOV}")}
    return tuple(one for one in suites if f"{one.name}-{one.stage}" not in left)


def combine(data: Path, target: Path, root: Path) -> Coverage | None:
    """Combine what the suites of a run left; None where they left nothing.

    Args:
        data: The folder of the suites' data.
        target: The folder for the reports, which is made.
        root: The repo; paths in the reports begin there.

    Raises OSError where they can't be written.
    """
    files = sorted(data.glob("*.coverage")) if data.is_dir() else []
    others = sorted(data.glob(f"*/{LCOV}")) if data.is_dir() else []
    if not files and not others:
        return None
    target.mkdir(parents=True, exist_ok=True)
    lcov = target / LCOV
    html = _python(files, target, lcov, root) if files else None
    text = lcov.read_text("utf-8") if html is not None else ""
    text += "".join(_from_root(one, root) for one in others)
    lcov.write_text(text, "utf-8")
    covered, lines = (sum(_numbers(key, text)) for key in ("LH", "LF"))
    return Coverage(covered, lines, html, lcov)


def _python(files: list[Path], target: Path, lcov: Path, root: Path) -> Path | None:
    import coverage

    data_file = target / "combined.coverage"
    whole = coverage.Coverage(data_file=str(data_file), config_file=False)
    whole.combine([str(file) for file in files], keep=True)
    whole.save()
    try:
        # What lies elsewhere is nobody's code here: our own plugin, packages of other projects.
        chosen: dict[str, Any] = {"include": [f"{root}/*"], "omit": _OMITTED, "ignore_errors": True}
        whole.html_report(directory=str(target), title="coverage", **chosen)
        whole.lcov_report(outfile=str(lcov), **chosen)
    except coverage.CoverageException:  # nothing but tests was run
        return None
    finally:
        data_file.unlink(missing_ok=True)
    lcov.write_text(_relative(lcov.read_text("utf-8"), Path.cwd(), root), "utf-8")
    return target / "index.html"


def _from_root(file: Path, root: Path) -> str:
    """Return an lcov file of a suite, which names its files from the suite's folder on."""
    folder = Path((file.parent / "folder.txt").read_text("utf-8"))
    return _relative(file.read_text("utf-8"), folder, root)


def _relative(text: str, folder: Path, root: Path) -> str:
    def renamed(found: re.Match[str]) -> str:
        path = folder / found[1]
        return f"SF:{path.relative_to(root).as_posix() if path.is_relative_to(root) else path}"

    return re.sub(r"^SF:(.*)$", renamed, text, flags=re.MULTILINE)


def _numbers(key: str, text: str) -> Iterator[int]:
    for line in io.StringIO(text):
        name, _, number = line.strip().partition(":")
        if name == key and number.isdigit():
            yield int(number)
