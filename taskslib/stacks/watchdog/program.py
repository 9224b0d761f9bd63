"""The watchdog's own process: waits for its owner's end, and ends what that left behind.

Standard library only, and next to nothing of it, since one waits beside every run. It reads lines
on standard input, `arm NAME`, `disarm NAME`, `group PID`, `ungroup PID`; the owner holds the other
end of that pipe, and nothing else does. Whatever kills the owner closes the pipe.

An armed instance's second lock is held in here until nothing of it is left, so that the next run
waits, although the owner's lock was free at its death.
"""

# Run by its path with -I -S, where `taskslib` cannot be imported.
from __future__ import annotations

import os
import signal
import sys


def main(locks: str, *cleanup: str) -> None:
    """Serve one owner.

    Args:
        locks: The folder of the lock files.
        cleanup: The command that ends the instances whose names are added to it.
    """
    for name in ("SIGHUP", "SIGINT", "SIGTERM", "SIGBREAK"):
        if hasattr(signal, name):  # they are meant for the owner
            signal.signal(getattr(signal, name), signal.SIG_IGN)
    armed: dict[str, int] = {}
    groups: set[int] = set()
    begun = b""
    while data := os.read(0, 65536):
        *lines, begun = (begun + data).split(b"\n")
        for line in lines:
            _obey(line.decode(), locks, armed, groups)
    # First, or they go on making what is removed next.
    for group in groups:
        _kill(group)
    if armed:
        import subprocess

        subprocess.call([*cleanup, *armed])


def _obey(line: str, locks: str, armed: dict[str, int], groups: set[int]) -> None:
    verb, _, what = line.partition(" ")
    if verb == "arm":
        armed[what] = _locked(f"{locks}/{what}.watchdog.lock")
    elif verb == "disarm":
        os.close(armed.pop(what))
    elif verb == "group":
        groups.add(int(what))
    elif verb == "ungroup":
        groups.discard(int(what))


def _locked(path: str) -> int:
    """Wait for a lock and return what holds it: as filelock does it, which is not here."""
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o644)
    if sys.platform == "win32":
        import msvcrt

        msvcrt.locking(descriptor, msvcrt.LK_LOCK, 1)
    else:
        import fcntl

        fcntl.flock(descriptor, fcntl.LOCK_EX)
    return descriptor


def _kill(group: int) -> None:
    if sys.platform == "win32":
        import subprocess

        subprocess.call(["taskkill", "/T", "/F", "/PID", str(group)])
    else:
        try:  # noqa: SIM105 — contextlib would be another import
            os.killpg(group, signal.SIGKILL)
        except OSError:
            pass


if __name__ == "__main__":
    main(*sys.argv[1:])
