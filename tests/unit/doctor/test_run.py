from __future__ import annotations

import signal
from dataclasses import dataclass, replace

import pytest

from taskslib.doctor.apt import PINS_FILE, SOURCES_FILE, AptSource
from taskslib.doctor.facts import Facts, OsRelease
from taskslib.doctor.fake import FakeMachine
from taskslib.doctor.plan import Options
from taskslib.doctor.run import run
from taskslib.doctor.steps import AwaitEngine, RemoveFile, Step
from taskslib.errors import EngineError, Interrupted

BARE = Facts(
    "linux",
    OsRelease("debian", "12", "bookworm", "Debian 12"),
    root=True,
    apt=(AptSource("http://mirror.test", ("bookworm",), ("main",)),),
)
INSTALL = Options(install_engine=True)


def ignore(_line: str) -> None:
    pass


def test_a_dry_run_does_nothing() -> None:
    machine = FakeMachine(BARE)
    run(machine, (), replace(INSTALL, dry_run=True), ignore)
    assert machine.done == []


def test_nothing_is_done_twice() -> None:
    machine = FakeMachine(BARE)
    run(machine, (), INSTALL, ignore)
    done = len(machine.done)
    run(machine, (), INSTALL, ignore)
    assert len(machine.done) == done > 0


def test_everything_is_said_before_it_is_done() -> None:
    machine = FakeMachine(BARE)
    said: list[str] = []

    def say(line: str) -> None:
        if not machine.done:
            said.append(line)

    run(machine, (), INSTALL, say)
    assert [step for step in machine.done if not any(str(step) in line for line in said)] == []


def test_an_engine_that_the_installation_started_is_not_started() -> None:
    @dataclass
    class Starting(FakeMachine):
        def perform(self, step: Step) -> None:
            super().perform(step)
            if "docker.io" in str(step):
                self.now = replace(self.now, daemon="26.1.5")

    machine = Starting(BARE)
    run(machine, (), INSTALL, ignore)
    assert not any(isinstance(step, AwaitEngine) for step in machine.done)


def test_our_package_sources_go_again_if_they_do_not_work() -> None:
    machine = FakeMachine(BARE, failing=("update",))
    with pytest.raises(EngineError, match=r"^cannot install the engine.*ended with 1$"):
        run(machine, (), INSTALL, ignore)
    assert machine.done[-2:] == [RemoveFile(SOURCES_FILE), RemoveFile(PINS_FILE)]


def test_a_file_that_was_not_written_is_not_removed() -> None:
    # It may be the user's: that is why writing it was refused.
    machine = FakeMachine(BARE, failing=(SOURCES_FILE,))
    with pytest.raises(EngineError):
        run(machine, (), INSTALL, ignore)
    assert not any(isinstance(step, RemoveFile) for step in machine.done)


def test_a_signal_takes_our_package_sources_away_and_passes() -> None:
    @dataclass
    class Interrupting(FakeMachine):
        def perform(self, step: Step) -> None:
            super().perform(step)
            if "update" in str(step):
                raise Interrupted(signal.SIGTERM)

    machine = Interrupting(BARE)
    with pytest.raises(Interrupted):
        run(machine, (), INSTALL, ignore)
    assert RemoveFile(SOURCES_FILE) in machine.done


def test_an_action_without_effect_ends_it() -> None:
    machine = FakeMachine(BARE, useless=("docker.io",))
    with pytest.raises(EngineError, match="done, and still not installed: the docker client"):
        run(machine, (), INSTALL, ignore)
