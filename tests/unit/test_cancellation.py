"""When a run is to end, and how everybody hears of it."""

from __future__ import annotations

import signal
import subprocess
import sys
import threading
import time

import pytest

from taskslib.cancellation import Cancellation
from taskslib.errors import Interrupted


def test_the_first_signal_counts_and_the_second_is_urgent() -> None:
    cancellation = Cancellation()
    cancellation.check()
    assert (cancellation.requested, cancellation.urgent, cancellation.signum) == (False, False, 0)
    cancellation.request(signal.SIGTERM)
    assert (cancellation.requested, cancellation.urgent) == (True, False)
    cancellation.request(signal.SIGINT)
    assert (cancellation.urgent, cancellation.signum) == (True, signal.SIGTERM)
    with pytest.raises(Interrupted) as ended:
        cancellation.check()
    assert ended.value.exit_code == 143


def test_a_pause_ends_with_the_request_for_the_end() -> None:
    cancellation = Cancellation()
    cancellation.pause(0)
    asker = threading.Thread(target=cancellation.request, args=(signal.SIGINT,))
    asker.start()
    began = time.monotonic()
    with pytest.raises(Interrupted):
        cancellation.pause(60)
    asker.join()
    assert time.monotonic() - began < 30


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no signals to oneself")
@pytest.mark.parametrize(("name", "code"), [("SIGINT", 130), ("SIGTERM", 143), ("SIGHUP", 129)])
def test_signals_are_requests_while_a_run_lasts(name: str, code: int) -> None:
    """In a process of its own: this one's main thread is the test runner's."""
    script = f"""
import os, signal
from taskslib.errors import Interrupted
from taskslib.cancellation import Cancellation

cancellation = Cancellation()
before = signal.getsignal(signal.{name})
with cancellation.on_signals():
    os.kill(os.getpid(), signal.{name})
    try:
        cancellation.pause(60)
    except Interrupted as ended:
        print(int(ended.exit_code), signal.getsignal(signal.{name}) is before)
print(signal.getsignal(signal.{name}) is before)
"""
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True
    )
    assert (done.stdout, done.stderr) == (f"{code} False\nTrue\n", "")


STORM = """
import os, signal, threading
from taskslib.errors import Interrupted
from taskslib.cancellation import Cancellation
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
from taskslib.cancellation import Cancellation
signal.signal(signal.SIGHUP, signal.SIG_IGN)
cancellation = Cancellation()
with cancellation.on_signals():
    os.kill(os.getpid(), signal.SIGHUP)
print(cancellation.requested)
"""


@pytest.mark.skipif(sys.platform == "win32", reason="sends signals to itself")
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
