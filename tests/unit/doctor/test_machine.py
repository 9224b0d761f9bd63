"""This machine's own doing, as far as it needs no engine."""

from __future__ import annotations

import signal
import sys
from pathlib import Path

import pytest

from taskslib.cancellation import Cancellation
from taskslib.doctor.apt import MARKER
from taskslib.doctor.machine import ThisMachine
from taskslib.doctor.steps import RemoveFile, RunCommand, WriteFile
from taskslib.errors import EngineError, Interrupted

MACHINE = ThisMachine(Cancellation())


def python(code: str, *, limit: float = 60, evidence: tuple[str, ...] = ()) -> RunCommand:
    return RunCommand((sys.executable, "-c", code), limit, (("GIVEN", "yes"),), evidence)


def test_our_files_are_written_again(tmp_path: Path) -> None:
    path = tmp_path / "new" / "ours"
    MACHINE.perform(WriteFile(str(path), f"{MARKER}\none\n"))
    MACHINE.perform(WriteFile(str(path), f"{MARKER}\ntwo\n"))
    assert path.read_text(encoding="utf-8") == f"{MARKER}\ntwo\n"


def test_a_file_of_the_users_is_never_overwritten(tmp_path: Path) -> None:
    path = tmp_path / "theirs"
    path.write_text("theirs\n")
    with pytest.raises(EngineError, match="taskslib did not write it"):
        MACHINE.perform(WriteFile(str(path), f"{MARKER}\n"))
    assert path.read_text() == "theirs\n"


def test_a_file_that_cannot_be_written(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(EngineError, match="cannot be written"):
        MACHINE.perform(WriteFile(str(tmp_path / "file" / "inside"), MARKER))


def test_removing_what_is_not_there_is_fine(tmp_path: Path) -> None:
    path = tmp_path / "pid"
    path.touch()
    MACHINE.perform(RemoveFile(str(path)))
    MACHINE.perform(RemoveFile(str(path)))
    assert not path.exists()


def test_a_command_gets_its_variables() -> None:
    MACHINE.perform(python("import os; assert os.environ['GIVEN'] == 'yes'"))


def test_a_command_that_fails_shows_its_last_lines() -> None:
    code = "import sys; print(*range(40), sep='\\n'); sys.exit('the reason')"
    evidence = (sys.executable, "-c", "print('from the journal')")
    with pytest.raises(EngineError, match="ended with 1") as caught:
        MACHINE.perform(python(code, evidence=evidence))
    lines = caught.value.details.splitlines()
    assert lines[-3:] == ["39", "the reason", "from the journal"]
    assert len(lines) == 15


def test_a_command_that_takes_too_long() -> None:
    with pytest.raises(EngineError, match=r"took over 0 s"):
        MACHINE.perform(python("import threading; threading.Event().wait()", limit=0.1))


def test_a_command_that_is_not_there() -> None:
    with pytest.raises(EngineError, match="taskslib-no-such-program cannot be started"):
        MACHINE.perform(RunCommand(("taskslib-no-such-program",), 1))


def test_a_signal_ends_it() -> None:
    cancellation = Cancellation()
    cancellation.request(signal.SIGINT)
    with pytest.raises(Interrupted):
        ThisMachine(cancellation).perform(python("pass"))
