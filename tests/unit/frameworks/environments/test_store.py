"""The store by itself: environments here are made by hand, and time is a number."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from pathlib import Path

import filelock
import pytest

from taskslib.cancellation import Cancellation
from taskslib.errors import Interrupted
from taskslib.frameworks.environments.store import Store, python

DAY = 24 * 60 * 60.0
OLD, NEW = f"base-{'0' * 20}", f"own-{'1' * 20}"


class Clock:
    def __init__(self) -> None:
        self.now = 1_000_000.0

    def __call__(self) -> float:
        return self.now


class Maker:
    """Makes what looks like an environment, and counts."""

    def __init__(self) -> None:
        self.times = 0

    def __call__(self, home: Path) -> None:
        self.times += 1
        python(home).parent.mkdir(parents=True)
        python(home).symlink_to(sys.executable)
        (home / "pyvenv.cfg").write_text(f"home = {Path(sys.executable).parent}\n")


def _store(folder: Path) -> tuple[Store, Clock, Callable[[str], Path], Maker]:
    clock, maker = Clock(), Maker()
    store = Store(folder, clock)
    return store, clock, lambda name: store.ensure(name, maker, Cancellation()), maker


def _names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir() if path.suffix != ".lock")


def test_what_is_ready_is_not_made_again_and_its_use_is_noted_once_a_day(tmp_path: Path) -> None:
    _, clock, ensure, maker = _store(tmp_path)
    marker = ensure(OLD) / "taskslib.json"
    began = clock.now
    assert marker.stat().st_mtime == began

    clock.now += DAY / 2
    ensure(OLD)
    assert marker.stat().st_mtime == began

    clock.now += DAY
    ensure(OLD)
    assert marker.stat().st_mtime == clock.now
    assert maker.times == 1


def test_unused_environments_go_when_another_is_made(tmp_path: Path) -> None:
    _, clock, ensure, _ = _store(tmp_path)
    ensure(OLD)
    for theirs in ("base-notes", "other", "overlay-XYZ"):
        (tmp_path / theirs).mkdir()
        os.utime(tmp_path / theirs, (0, 0))
    never_finished = tmp_path / f"overlay-{'2' * 20}"
    never_finished.mkdir()
    os.utime(never_finished, (0, 0))

    clock.now += 29 * DAY
    ensure(NEW)
    assert _names(tmp_path) == sorted([OLD, NEW, "base-notes", "other", "overlay-XYZ"])

    clock.now += 2 * DAY
    ensure(f"own-{'3' * 20}")
    assert _names(tmp_path) == sorted(
        [NEW, f"own-{'3' * 20}", "base-notes", "other", "overlay-XYZ"]
    )
    assert (tmp_path / f"{OLD}.lock").exists()


def test_an_environment_that_somebody_holds_stays(tmp_path: Path) -> None:
    _, clock, ensure, _ = _store(tmp_path)
    ensure(OLD)
    clock.now += 31 * DAY
    with filelock.FileLock(tmp_path / f"{OLD}.lock"):
        ensure(NEW)
    assert _names(tmp_path) == [OLD, NEW]


def test_a_failure_leaves_nothing_and_the_next_one_begins_again(tmp_path: Path) -> None:
    store, _, ensure, maker = _store(tmp_path)

    def fail(home: Path) -> None:
        maker(home)
        raise RuntimeError

    with pytest.raises(RuntimeError):
        store.ensure(NEW, fail, Cancellation())
    assert _names(tmp_path) == []

    ensure(NEW)
    assert maker.times == 2


@pytest.mark.parametrize("content", ["", "{}", "[]", '{"python": "/gone", "home": "/gone"}'])
def test_a_marker_that_says_something_else_is_none(tmp_path: Path, content: str) -> None:
    _, clock, ensure, maker = _store(tmp_path)
    marker = ensure(NEW) / "taskslib.json"
    marker.write_text(content)
    os.utime(marker, (clock.now, clock.now))

    ensure(NEW)

    assert maker.times == 2


def test_waiting_for_another_ends_with_the_run(tmp_path: Path) -> None:
    store, _, _, maker = _store(tmp_path)
    cancelled = Cancellation()
    cancelled.request(2)
    with filelock.FileLock(tmp_path / f"{NEW}.lock"), pytest.raises(Interrupted):
        store.ensure(NEW, maker, cancelled)
    assert maker.times == 0
