"""The watchdog's process by itself: what it does when its owner is gone, and that it waits."""

from __future__ import annotations

import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from taskslib.cancellation import Cancellation
from taskslib.stacks.watchdog import Unguarded, process
from taskslib.stacks.watchdog.process import Watchdog, is_held, watchdog_lock
from taskslib.testing import wait_for

WRITES = "import sys; open('cleaned', 'w').write(' '.join(sys.argv[1:]))"


@pytest.fixture
def dog(tmp_path: Path) -> Iterator[subprocess.Popen[bytes]]:
    """The program, which cleans up by writing down what."""
    program = Path(process.__file__).with_name("program.py")
    argv = [sys.executable, "-I", "-S", str(program), str(tmp_path), sys.executable, "-c", WRITES]
    with subprocess.Popen(argv, stdin=subprocess.PIPE, cwd=tmp_path) as child:
        yield child
        child.kill()


def tell(dog: subprocess.Popen[bytes], *lines: str) -> None:
    assert dog.stdin is not None
    dog.stdin.write("".join(f"{line}\n" for line in lines).encode())
    dog.stdin.flush()


def leave(dog: subprocess.Popen[bytes]) -> None:
    assert dog.stdin is not None
    dog.stdin.close()
    assert dog.wait(timeout=30) == 0


def takes_over(watchdog: Watchdog) -> bool:
    return watchdog.takes_over


def held(folder: Path, name: str) -> bool:
    return is_held(watchdog_lock(folder, name))


def test_what_is_armed_is_cleaned_up(dog: subprocess.Popen[bytes], tmp_path: Path) -> None:
    tell(dog, "arm a", "arm b", "arm c", "disarm b")
    wait_for(lambda: held(tmp_path, "c"), timeout=30)
    assert (held(tmp_path, "a"), held(tmp_path, "b")) == (True, False)
    leave(dog)
    assert (tmp_path / "cleaned").read_text() == "a c"
    assert not held(tmp_path, "a")


def test_an_orderly_end_cleans_nothing(dog: subprocess.Popen[bytes], tmp_path: Path) -> None:
    tell(dog, "arm a", "disarm a")
    leave(dog)
    assert not (tmp_path / "cleaned").exists()


@pytest.mark.skipif(sys.platform == "win32", reason="groups and signals are POSIX")
def test_groups_are_killed_but_those_that_ended(dog: subprocess.Popen[bytes]) -> None:
    sleep = [sys.executable, "-c", "import time; time.sleep(300)"]
    one, other = (subprocess.Popen(sleep, process_group=0) for _ in range(2))
    try:
        tell(dog, f"group {one.pid}", f"group {other.pid}", f"ungroup {other.pid}")
        leave(dog)
        assert one.wait(timeout=30) == -9
        assert other.poll() is None
    finally:
        for child in (one, other):
            child.kill()
            child.wait()


@pytest.mark.skipif(sys.platform == "win32", reason="signals are POSIX")
@pytest.mark.parametrize("name", ["SIGINT", "SIGTERM", "SIGHUP"])
def test_signals_are_meant_for_the_owner(
    dog: subprocess.Popen[bytes], tmp_path: Path, name: str
) -> None:
    tell(dog, "arm a")
    wait_for(lambda: held(tmp_path, "a"), timeout=30)
    dog.send_signal(signal.Signals[name])
    leave(dog)
    assert (tmp_path / "cleaned").read_text() == "a"


def test_the_owners_side(tmp_path: Path) -> None:
    """Arming returns when the lock is held; leaving in order ends the process."""
    watchdog = Watchdog(tmp_path / "locks", {}, Cancellation())
    assert not takes_over(watchdog)
    with watchdog.watching():
        assert takes_over(watchdog)
        watchdog.arm("shop-test-x")
        assert held(tmp_path / "locks", "shop-test-x")
        watchdog.disarm("shop-test-x")
        wait_for(lambda: not held(tmp_path / "locks", "shop-test-x"), timeout=30)
    assert not takes_over(watchdog)


def test_nobody_guards_nothing() -> None:
    nobody = Unguarded()
    nobody.arm("a")
    nobody.disarm("a")
