"""Two processes, one lock: the second waits, says for whom, and goes on at once."""

from __future__ import annotations

import re
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from taskslib.cancellation import Cancellation
from taskslib.errors import Interrupted
from taskslib.stacks.lock import instance_lock

HOLDER = """\
import sys
from pathlib import Path
from taskslib.stacks.lock import instance_lock

sys.argv = ["/usr/bin/inv", "test", "--service", "api"]
with instance_lock(Path({folder!r}), "shop-test-x", say=print, pause=lambda _: None, branch="x/y"):
    print("held", flush=True)
    sys.stdin.read()
"""


def holder(folder: Path) -> subprocess.Popen[str]:
    """Start a process that holds the lock until its input ends, and wait until it does."""
    child = subprocess.Popen(
        [sys.executable, "-c", HOLDER.format(folder=str(folder))],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert child.stdout is not None
    assert child.stdout.readline() == "held\n"
    return child


def test_the_second_waits_and_says_for_whom(tmp_path: Path) -> None:
    said: list[str] = []
    with holder(tmp_path) as other:

        def look_again(seconds: float) -> None:
            assert seconds > 0
            if other.stdin is not None and not other.stdin.closed:
                other.stdin.close()  # it ends, now that somebody waits

        with instance_lock(tmp_path, "shop-test-x", say=said.append, pause=look_again):
            whom = f"pid {other.pid}, `inv test --service api` on x/y"
            shared = re.escape(", which uses the same stack (shop-test-x)")
            assert re.fullmatch(rf"waiting for {re.escape(whom)}, \d+ s{shared}", said[0])
            assert re.fullmatch(rf"waited \d+ s for {re.escape(whom)}", said[1])
            assert len(said) == 2


def test_a_lock_of_another_name_is_free(tmp_path: Path) -> None:
    said: list[str] = []
    with holder(tmp_path) as other:
        with instance_lock(tmp_path, "shop-api-x", say=said.append, pause=lambda _: None):
            assert said == []
        other.communicate()


def test_a_killed_holder_holds_nothing(tmp_path: Path) -> None:
    with holder(tmp_path) as other:
        other.kill()
        other.wait()
    said: list[str] = []
    cancellation = Cancellation()
    with instance_lock(tmp_path, "shop-test-x", say=said.append, pause=cancellation.pause):
        assert said == []


def test_waiting_can_be_cancelled(tmp_path: Path) -> None:
    cancellation = Cancellation()
    cancellation.request(signal.SIGTERM)
    with holder(tmp_path) as other:
        waiting = instance_lock(
            tmp_path, "shop-test-x", say=lambda _: None, pause=cancellation.pause
        )
        with pytest.raises(Interrupted), waiting:
            pytest.fail("another process holds it")
        other.communicate()


def test_the_lock_file_is_never_deleted(tmp_path: Path) -> None:
    file = tmp_path / "locks" / "x.lock"
    with instance_lock(file.parent, "x", say=lambda _: None, pause=lambda _: None):
        inode = file.stat().st_ino
    assert file.exists()
    with instance_lock(file.parent, "x", say=lambda _: None, pause=lambda _: None):
        assert file.stat().st_ino == inode
    assert file.exists()


@pytest.mark.parametrize("told", ["", "{}", "[]", '{"pid": "x", "command": 1}', "\0"])
def test_a_holder_that_is_not_known(tmp_path: Path, told: str) -> None:
    said: list[str] = []
    with holder(tmp_path) as other:
        (tmp_path / "shop-test-x.json").write_text(told)

        def look_again(_: float) -> None:
            other.kill()
            other.wait()

        with instance_lock(tmp_path, "shop-test-x", say=said.append, pause=look_again):
            pass
    assert said[0] == "waiting for another run, which uses the same stack (shop-test-x)"
