"""Run by `graph.py`: the command `taskslib` in this process; prints its own peak of memory, in MB.

Of itself alone: what it starts is the suites' business.
"""

from __future__ import annotations

import atexit
import sys

from taskslib.__main__ import main


def tell() -> None:
    """Print the peak, as the last line."""
    if sys.platform != "win32":
        import resource

        # In kilobytes, but on macOS in bytes.
        unit = 1e6 if sys.platform == "darwin" else 1e3
        sys.stdout.write(f"{resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / unit}\n")


if __name__ == "__main__":
    atexit.register(tell)
    main()
