"""Run by `infra.py`: a kept stack up and down in this process; prints the seconds of both."""

from __future__ import annotations

import sys
import time
from pathlib import Path

from taskslib import api


def main() -> None:
    """Start and end the stack of the repo that the command line names."""
    session = api.Session(root=Path(sys.argv[1]))
    api.down(session)  # there is none: what is imported the first time is imported
    began = time.perf_counter()
    api.up(session)
    api.down(session)
    sys.stdout.write(f"{time.perf_counter() - began}\n")


if __name__ == "__main__":
    main()
