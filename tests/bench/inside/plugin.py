"""Run by `plugin.py`: pytest in this process, with the event plugin, its hooks, and neither."""

from __future__ import annotations

import gc
import json
import os
import sys
import time
from collections.abc import Generator
from contextlib import redirect_stdout
from pathlib import Path

import pytest

from taskslib import frameworks

_PLUGIN = "taskslib_pytest_events"


class Clock:
    """Takes the processor time of the loop over the tests alone."""

    seconds = 0.0

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_runtestloop(self) -> Generator[None, object, object]:
        gc.collect()
        began = time.process_time()
        try:
            return (yield)
        finally:
            self.seconds = time.process_time() - began


class Idle:
    """Hears what the plugin hears of every test, and does nothing: what pytest's calls cost."""

    def pytest_runtest_logstart(self, nodeid: str) -> None:
        """Do nothing."""

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Do nothing."""

    def pytest_runtest_logfinish(self, nodeid: str) -> None:
        """Do nothing."""


def seconds(folder: Path, *others: object, plugin: bool = False) -> float:
    """Run the folder's tests once and return what the loop over them took.

    Args:
        folder: Has the tests.
        others: Plugins besides.
        plugin: Whether the event plugin is one.
    """
    clock, events = Clock(), folder / "events"
    arguments = ["--quiet", "-p", "no:cacheprovider", "-p", "no:randomly", "-p", "no:xdist"]
    if plugin:
        os.environ["TASKSLIB_EVENTS"] = str(events)
        arguments += ["-p", _PLUGIN]
    with (folder / "output").open("w") as output, redirect_stdout(output):
        code = pytest.main(
            [*arguments, f"--rootdir={folder}", str(folder)], plugins=[clock, *others]
        )
    if code != pytest.ExitCode.OK:
        raise SystemExit((folder / "output").read_text())
    if plugin:
        finished = events.read_text().count('"kind":"finished"')
        events.unlink()
        assert finished == int(sys.argv[1]), finished
    return clock.seconds


def main() -> None:
    """Print the seconds of each round, as JSON."""
    count, rounds, folder = int(sys.argv[1]), int(sys.argv[2]), Path(sys.argv[3])
    sys.path.insert(0, str(Path(frameworks.__file__).parent / "plugins"))
    tests = "".join(f"def test_{number}(): pass\n" for number in range(count))
    (folder / "test_many.py").write_text(tests, "utf-8")
    measured = [
        (seconds(folder, plugin=True), seconds(folder, Idle()), seconds(folder))
        for _ in range(rounds + 1)
    ][1:]
    told = dict(zip(("plugin", "hooks", "neither"), zip(*measured, strict=True), strict=True))
    sys.stdout.write(json.dumps(told) + "\n")


if __name__ == "__main__":
    main()
