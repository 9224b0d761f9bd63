"""Run by `pipeline.py`: make the environments of folders, where the pattern's scripts find them."""

from __future__ import annotations

import sys
from pathlib import Path

from taskslib.cancellation import Cancellation
from taskslib.frameworks.environments.prepare import prepare
from taskslib.frameworks.node.prepare import prepare as prepare_node


def main() -> None:
    """Make the environments of the folders that the command line names."""
    for folder in map(Path, sys.argv[1:]):
        if (folder / "package.json").is_file():
            prepare_node(folder, Cancellation())
        else:
            environment = prepare(folder, ("pytest",), Cancellation())
            (folder / ".venv").symlink_to(environment.python.parent.parent)


if __name__ == "__main__":
    main()
