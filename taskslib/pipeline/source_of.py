"""Which Python files of a suite's source no test imported: they are covered by 0 %, not unknown."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Collection, Sequence
from pathlib import Path

_PROGRAM = Path(__file__).with_name("never_imported.py")
_NO_SOURCE = {"setup.py", "noxfile.py"}
"""At the top of a suite's folder: they build and test it."""


def unimported(
    folder: Path, known: Sequence[Path], root: Path, folders: Collection[Path]
) -> list[Path]:
    """Return the files that belong to a suite's source; those that are known may be among them.

    That is, as coverage.py has it: the modules in the folder itself, in its `src` and beside each
    module that was imported, and the packages there; but for what the suite's own configuration
    omits. None where that names the source itself.

    Args:
        folder: The suite's.
        known: What was imported, of all suites.
        root: The repo.
        folders: Of all suites: what lies in one of them is no other's source.
    """
    owners = {folder, *folders}

    def owns(file: Path) -> bool:
        around = (one for one in owners if file.is_relative_to(one))
        return max(around, key=lambda one: len(one.parts), default=None) == folder

    beside = {file.parent for file in known if owns(file) and file.is_file()}
    source = [folder, *filter(Path.is_dir, [folder / "src"]), *sorted(beside - {folder})]
    left_out = {folder / name for name in _NO_SOURCE} | {root / "tasks.py"}
    return [file for file in _found(folder, source) if owns(file) and file not in left_out]


def _found(folder: Path, source: Sequence[Path]) -> list[Path]:
    """Return what coverage.py finds in folders, with the configuration that a suite has."""
    done = subprocess.run(
        # -P: what lies in the folder is not imported for a module of ours.
        [sys.executable, "-P", str(_PROGRAM)],
        cwd=folder,
        input=json.dumps([str(one) for one in source]),
        # A suite is given none of these from outside either.
        env={name: one for name, one in os.environ.items() if not name.startswith("COVERAGE_")},
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
    )
    if done.returncode:
        return []  # its configuration is broken, which its own run has said
    return [Path(name) for name in json.loads(done.stdout)]
