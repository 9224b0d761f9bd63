"""What a command took, whatever it starts; and what may not be left of it."""

from __future__ import annotations

import signal
import sys
import threading
from pathlib import Path

import pytest

from taskslib.cancellation import Cancellation
from taskslib.errors import EnvironmentFailure, Interrupted
from taskslib.testing import wait_for
from tests.bench.measure import environment, in_turns, run
from tests.unit.test_processes import POLITE, all_gone, family

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="counts time by POSIX means")

BURNS = "import time\nwhile time.process_time() < 0.4: pass\n"
STARTS = "import subprocess, sys; subprocess.Popen([sys.executable, '-c', sys.argv[1]]){}"


def test_the_time_of_the_whole_tree_counts(tmp_path: Path) -> None:
    idle = run((sys.executable, "-c", "pass"), tmp_path, Cancellation())
    waited = (sys.executable, "-c", STARTS.format(".wait()"), BURNS)
    assert run(waited, tmp_path, Cancellation()).cpu > 0.4
    assert idle.cpu < 0.4


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux gives us what others leave behind")
def test_so_does_the_time_of_what_it_leaves_behind(tmp_path: Path) -> None:
    left = run((sys.executable, "-c", STARTS.format(""), BURNS), tmp_path, Cancellation())
    assert left.cpu > 0.4


def test_a_command_that_fails_says_why(tmp_path: Path) -> None:
    argv = (sys.executable, "-c", "print('because'); raise SystemExit(3)")
    assert run(argv, tmp_path, Cancellation(), codes=(3,)).output == "because\n"
    with pytest.raises(EnvironmentFailure) as failed:
        run(argv, tmp_path, Cancellation())
    assert failed.value.message.endswith("ended with 3")
    assert failed.value.details == "because"


def test_an_interrupted_command_has_ended(tmp_path: Path) -> None:
    cancellation, pids = Cancellation(), tmp_path / "pids"

    def ask() -> None:
        wait_for(lambda: family(pids))
        cancellation.request(signal.SIGINT)

    asking = threading.Thread(target=ask)
    asking.start()
    with pytest.raises(Interrupted):
        run((sys.executable, "-c", POLITE, str(pids)), tmp_path, cancellation)
    asking.join()
    all_gone(pids)


def test_in_turns_and_the_first_round_does_not_count() -> None:
    order: list[str] = []

    def one() -> int:
        order.append("a")
        return len(order)

    def other() -> int:
        order.append("b")
        return len(order)

    assert in_turns(2, one, other) == [(3, 5), (4, 6)]
    assert order == list("ababab")


def test_what_is_measured_gets_none_of_our_variables(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTHONDONTWRITEBYTECODE", "1")
    monkeypatch.setenv("TASKSLIB_CACHE_DIR", "x")
    assert not {"PYTHONDONTWRITEBYTECODE", "TASKSLIB_CACHE_DIR"} & set(environment())
    assert environment(TASKSLIB_CACHE_DIR="y")["TASKSLIB_CACHE_DIR"] == "y"
