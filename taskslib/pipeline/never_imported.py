"""Print the files of a suite's source that coverage.py would count although no test imports them.

A program of its own: coverage.py reads its configuration and patterns (`omit`) as seen from the
working directory, which is the suite's folder here. What is read is a JSON list of the folders of
its source; where the configuration names those (`source`) or just the files that count (`include`),
these have been counted by the suite itself, and the list that is printed is empty.
"""

from __future__ import annotations

import json
import sys


def main(folders: list[str]) -> None:
    """Print their paths as a JSON list."""
    from coverage import Coverage, CoverageException

    measuring = Coverage(data_file=None)

    def given(option: str) -> object:
        try:
            return measuring.get_option(option)
        except CoverageException:  # one that this coverage.py does not know yet
            return None

    found: list[str] = []
    if not any(map(given, ("run:source", "run:source_pkgs", "run:source_dirs", "run:include"))):
        measuring.set_option("run:source", folders)
        measuring.set_option("run:relative_files", value=False)
        measuring.set_option("run:disable_warnings", ["no-data-collected"])
        measuring.start()
        measuring.stop()
        found = sorted(measuring.get_data().measured_files())
    print(json.dumps(found))  # noqa: T201 — what the program is for


if __name__ == "__main__":
    main(json.load(sys.stdin))
