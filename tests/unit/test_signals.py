"""Signals set a flag, and nothing that could be held by whom they interrupt."""

from __future__ import annotations

import subprocess
import sys

import pytest

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="sends signals to itself")

STORM = """
import os, signal, threading
from taskslib.errors import Interrupted
from taskslib.processes import Cancellation
cancellation = Cancellation()
def storm():
    for _ in range(2000):
        os.kill(os.getpid(), signal.SIGTERM)
with cancellation.on_signals():
    thread = threading.Thread(target=storm)
    thread.start()
    for _ in range(2000):
        try:
            cancellation.pause(0.001)
        except Interrupted:
            pass
    thread.join()
print(cancellation.signum)
"""
NOHUP = """
import os, signal
from taskslib.processes import Cancellation
signal.signal(signal.SIGHUP, signal.SIG_IGN)
cancellation = Cancellation()
with cancellation.on_signals():
    os.kill(os.getpid(), signal.SIGHUP)
print(cancellation.requested)
"""


@pytest.mark.parametrize(
    ("code", "printed"),
    [
        pytest.param(STORM, "15", id="a signal within a signal and within a wait does not hang"),
        pytest.param(NOHUP, "False", id="what we were started to ignore stays ignored"),
    ],
)
def test_signals(code: str, printed: str) -> None:
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=True
    )
    assert done.stdout.strip() == printed
