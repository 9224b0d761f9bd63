"""Children never outlive us."""

from __future__ import annotations

import os
import signal
import sys
import threading
from pathlib import Path

import pytest

from taskslib.errors import Interrupted
from taskslib.processes import Cancellation, Command, run
from taskslib.testing import wait_for

POSIX = pytest.mark.skipif(sys.platform == "win32", reason="looks for processes by POSIX means")
# A parent that ignores the polite signal, with a grandchild; both write their ids.
FAMILY = """
import os, signal, subprocess, sys, time
signal.signal(signal.SIGINT, signal.SIG_IGN)
child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"])
open(sys.argv[1], "w").write(f"{os.getpid()} {child.pid}")
time.sleep(600)
"""


def python(code: str, *arguments: str, **options: object) -> Command:
    return Command((sys.executable, "-c", code, *arguments), **options)  # type: ignore[arg-type]


def alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    # A zombie whose new parent has not reaped it yet is dead.
    stat = Path(f"/proc/{pid}/stat")
    return not (stat.exists() and stat.read_text().rpartition(")")[2].split()[0] == "Z")


def family(file: Path) -> list[int]:
    pids = [int(pid) for pid in file.read_text().split()] if file.exists() else []
    return pids if len(pids) == 2 else []


def test_output_input_and_code() -> None:
    code = "import sys; print(input()); print('e', file=sys.stderr); sys.exit(7)"
    done = run(python(code, stdin="secret\n"), Cancellation())
    assert (done.code, done.stdout.split(), done.stderr.split()) == (7, ["secret"], ["e"])
    assert "secret" not in repr(python(code, stdin="secret\n"))


def test_output_that_is_not_utf8_stays_readable() -> None:
    done = run(python("import os; os.write(1, b'a\\xffb')"), Cancellation())
    assert done.stdout == "a\ufffdb"


def test_output_to_a_file(tmp_path: Path) -> None:
    code = "import os; os.write(1, b'a'); os.write(2, b'b')"
    done = run(python(code), Cancellation(), output=tmp_path / "out")
    assert (done.stdout, (tmp_path / "out").read_text()) == ("", "ab")


@POSIX
def test_a_time_limit_ends_the_whole_group(tmp_path: Path) -> None:
    done = run(python(FAMILY, str(tmp_path / "pids"), timeout=1.5), Cancellation())
    assert done.timed_out
    wait_for(lambda: not any(alive(pid) for pid in family(tmp_path / "pids")))


@POSIX
@pytest.mark.parametrize("signals", [1, 2])
def test_cancellation_ends_the_whole_group(tmp_path: Path, signals: int) -> None:
    cancellation = Cancellation()

    def cancel() -> None:
        wait_for(lambda: family(tmp_path / "pids"), timeout=30)
        for _ in range(signals):
            cancellation.request(signal.SIGTERM)

    canceller = threading.Thread(target=cancel)
    canceller.start()
    with pytest.raises(Interrupted) as ended:
        run(python(FAMILY, str(tmp_path / "pids")), cancellation)
    canceller.join()
    assert ended.value.exit_code == 143
    wait_for(lambda: not any(alive(pid) for pid in family(tmp_path / "pids")))


@POSIX
def test_what_a_child_leaves_behind_is_ended(tmp_path: Path) -> None:
    leaves = FAMILY.replace("time.sleep(600)\n", "\n")
    assert run(python(leaves, str(tmp_path / "pids")), Cancellation()).code == 0
    _, grandchild = family(tmp_path / "pids")
    wait_for(lambda: not alive(grandchild))


def test_only_what_is_essential_runs_once_cancelled() -> None:
    cancellation = Cancellation()
    cancellation.request(signal.SIGINT)
    with pytest.raises(Interrupted):
        run(python("pass"), cancellation)
    assert run(python("print(1)"), cancellation, essential=True).stdout.strip() == "1"
