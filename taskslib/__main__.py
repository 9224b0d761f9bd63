"""The command `taskslib`: the same tasks, for repos without a tasks.py."""

from __future__ import annotations

import os
import sys


def main() -> None:
    """Run the command line of this process and exit."""
    from taskslib import quick

    if quick.main(sys.argv[1:], os.environ):
        return
    from taskslib.cli.program import program

    program().run()


if __name__ == "__main__":
    main()
