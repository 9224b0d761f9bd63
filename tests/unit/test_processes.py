"""Children never outlive us."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from taskslib.cancellation import Cancellation
from taskslib.errors import Interrupted
from taskslib.processes import Command, Completed, Watch, run
from taskslib.testing import wait_for

POSIX = pytest.mark.skipif(sys.platform == "win32", reason="looks for processes by POSIX means")
# A parent with a grandchild; both write their ids. The parent may ignore the polite signal.
FAMILY = """
import os, signal, subprocess, sys, time
child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"])
STUBBORN
open(sys.argv[1], "w").write(f"{os.getpid()} {child.pid}")
time.sleep(600)
"""
STUBBORN = FAMILY.replace("STUBBORN", "signal.signal(signal.SIGINT, signal.SIG_IGN)")
POLITE = FAMILY.replace("STUBBORN", "")


def python(code: str, *arguments: str, stdin: str = "", timeout: float | None = None) -> Command:
    return Command((sys.executable, "-c", code, *arguments), stdin=stdin, timeout=timeout)


def alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    # A zombie whose new parent has not reaped it yet is dead.
    try:
        stat = Path(f"/proc/{pid}/stat").read_text()
    except OSError:
        return not Path("/proc").is_dir()
    return stat.rpartition(")")[2].split()[0] != "Z"


def family(file: Path) -> list[int]:
    pids = [int(pid) for pid in file.read_text().split()] if file.exists() else []
    return pids if len(pids) == 2 else []


def all_gone(file: Path) -> None:
    assert len(family(file)) == 2
    wait_for(lambda: not any(alive(pid) for pid in family(file)))


def seconds_to_end_once_up(code: str, file: Path, signals: int) -> float:
    """Run a family, ask for its end once it is up; return the seconds from then to its end."""
    cancellation = Cancellation()
    asked = 0.0

    def ask() -> None:
        nonlocal asked
        if family(file) and not cancellation.requested:
            asked = time.monotonic()
            for _ in range(signals):
                cancellation.request(signal.SIGTERM)

    with pytest.raises(Interrupted):
        run(python(code, str(file)), cancellation, while_running=ask)
    return time.monotonic() - asked


def test_output_input_and_code() -> None:
    code = "import sys; print(input()); print('e', file=sys.stderr); sys.exit(7)"
    done = run(python(code, stdin="sécret\n"), Cancellation())
    assert (done.code, done.timed_out) == (7, False)
    assert (done.stdout.split(), done.stderr.split()) == (["sécret"], ["e"])


def test_without_input_the_child_reads_nothing() -> None:
    done = run(python("import sys; print(repr(sys.stdin.read()))"), Cancellation())
    assert done.stdout.strip() == "''"


def test_what_may_hold_secrets_is_not_shown() -> None:
    command = Command(("docker", "version"), env={"TOKEN": "secret"}, stdin="secret")
    assert repr(command) == "Command(argv=('docker', 'version'), cwd=None, timeout=None)"


def test_folder_and_environment(tmp_path: Path) -> None:
    code = "import os; print(os.getcwd()); print(os.environ.get('PATH'), os.environ['MINE'])"
    keep = {name: os.environ[name] for name in ("SYSTEMROOT",) if name in os.environ}
    command = Command((sys.executable, "-c", code), tmp_path, {**keep, "MINE": "1"})
    done = run(command, Cancellation())
    assert done.stdout.splitlines() == [str(tmp_path.resolve()), "None 1"]


def test_a_program_that_is_not_there() -> None:
    with pytest.raises(FileNotFoundError):
        run(Command(("not-a-program-of-this-machine",)), Cancellation())


def test_output_that_is_not_utf8_stays_readable() -> None:
    done = run(python("import os; os.write(1, b'a\\xffb')"), Cancellation())
    assert done.stdout == "a\ufffdb"


def test_more_output_than_a_pipe_holds() -> None:
    done = run(python("import os; [os.write(1, b'x' * 65536) for _ in range(8)]"), Cancellation())
    assert len(done.stdout) == 8 * 65536


def test_output_to_a_file(tmp_path: Path) -> None:
    code = "import os; os.write(1, b'a'); os.write(2, b'b'); os.write(1, b'c')"
    done = run(python(code), Cancellation(), output=tmp_path / "out")
    assert done == Completed(0, "", "")
    assert (tmp_path / "out").read_bytes() == b"abc"


@POSIX
@pytest.mark.parametrize("code", [STUBBORN, POLITE], ids=["stubborn", "polite"])
def test_a_time_limit_ends_the_whole_group(tmp_path: Path, code: str) -> None:
    file = tmp_path / "pids"
    done = run(python(code, str(file), timeout=1), Cancellation())
    assert (done.timed_out, -done.code) == (True, 9 if code == STUBBORN else signal.SIGINT)
    all_gone(file)


@POSIX
@pytest.mark.parametrize(
    ("code", "signals", "at_least", "at_most"),
    [
        pytest.param(POLITE, 1, 0, 1.9, id="polite"),
        pytest.param(STUBBORN, 1, 1.9, 10, id="grace"),
        pytest.param(STUBBORN, 2, 0, 1.9, id="urgent"),
    ],
)
def test_cancellation_ends_the_whole_group(
    tmp_path: Path, code: str, signals: int, at_least: float, at_most: float
) -> None:
    file = tmp_path / "pids"
    assert at_least <= seconds_to_end_once_up(code, file, signals) < at_most
    all_gone(file)


def test_what_is_essential_goes_on_to_its_end() -> None:
    cancellation = Cancellation()

    def ask() -> None:
        cancellation.request(signal.SIGTERM)

    code = "import time; time.sleep(0.3); print('done')"
    done = run(python(code), cancellation, essential=True, while_running=ask)
    assert cancellation.urgent
    assert (done.code, done.stdout.strip()) == (0, "done")


@dataclass
class Inherits:
    """An heir, and what it is told."""

    groups: list[tuple[int, bool]] = field(default_factory=list)
    takes_over: bool = True

    def group(self, pid: int, *, alive: bool) -> None:
        self.groups.append((pid, alive))


def test_asked_twice_even_what_is_essential_is_left_to_an_heir() -> None:
    cancellation, heir = Cancellation(), Inherits()
    cancellation.inherited_by(heir)

    def ask() -> None:
        cancellation.request(signal.SIGINT)

    sleeps = python("import time; time.sleep(300)")
    with pytest.raises(Interrupted):
        run(sleeps, cancellation, essential=True, while_running=ask)
    assert [alive for _, alive in heir.groups] == [True, False]
    with pytest.raises(Interrupted):
        run(sleeps, cancellation, essential=True)
    heir.takes_over = False
    assert run(python("pass"), cancellation, essential=True).code == 0


@POSIX
def test_what_a_child_leaves_behind_is_ended(tmp_path: Path) -> None:
    leaves = POLITE.replace("time.sleep(600)\n", "\n")
    assert run(python(leaves, str(tmp_path / "pids")), Cancellation()).code == 0
    all_gone(tmp_path / "pids")


@POSIX
def test_an_error_of_who_watches_ends_the_whole_group(tmp_path: Path) -> None:
    def watch() -> None:
        if family(tmp_path / "pids"):
            raise ValueError("a bug of ours")

    with pytest.raises(ValueError, match="a bug of ours"):
        run(python(POLITE, str(tmp_path / "pids")), Cancellation(), while_running=watch)
    all_gone(tmp_path / "pids")


def test_only_what_is_essential_runs_once_cancelled(tmp_path: Path) -> None:
    cancellation = Cancellation()
    cancellation.request(signal.SIGINT)
    with pytest.raises(Interrupted):
        run(python(f"open({str(tmp_path / 'ran')!r}, 'w')"), cancellation)
    assert not (tmp_path / "ran").exists()
    assert run(python("print(1)"), cancellation, essential=True).stdout.strip() == "1"


def _no_descriptor(_: int) -> int:
    raise OSError


@pytest.mark.parametrize("opened", [None, _no_descriptor])
def test_a_child_is_waited_for_without_a_descriptor_too(
    opened: Callable[[int], int] | None,
) -> None:
    """Not each build of Python has such, and not each kernel or sandbox gives one."""
    argv = [sys.executable, "-c", "input()"]
    with subprocess.Popen(argv, stdin=subprocess.PIPE) as child, Watch(child, opened) as watch:
        watch.wait(0.01)
        assert child.returncode is None
        child.communicate(b"\n")
        watch.wait(60)
        assert child.returncode == 0
