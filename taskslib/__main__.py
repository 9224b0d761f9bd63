"""The command `taskslib`: the same tasks, for repos without a tasks.py."""

from __future__ import annotations

import os
import sys


def main() -> None:
    """Run the command line of this process and exit."""
    try:
        _main()
    except KeyboardInterrupt:  # what runs already takes it itself
        from taskslib.interruption import end

        end()


def _main() -> None:
    from taskslib import quick

    argv = sys.argv[1:]
    answered, looked = quick.main(argv, os.environ)
    if answered:
        return
    plain = quick.parsed(argv)
    if plain is not None:
        from taskslib.cli.direct import test

        sys.exit(int(test(plain[0], plain[1], looked)))
    from taskslib.cli.program import program

    program().run()


if __name__ == "__main__":
    main()
