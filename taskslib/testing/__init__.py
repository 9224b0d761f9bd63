"""What tests import: waiting for a condition instead of sleeping for a guess.

May import the standard library only, since services import it into their own environments.
Start reading in `waiting.py`.
"""

from taskslib.testing.waiting import WaitTimeoutError, wait_for, wait_for_async

__all__ = ["WaitTimeoutError", "wait_for", "wait_for_async"]
