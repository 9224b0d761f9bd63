"""Whatever is wrong with the file costs what it knew, and nothing else."""

from __future__ import annotations

import shutil
import sqlite3
import subprocess
import sys
import tempfile
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from taskslib.events import Outcome
from taskslib.pipeline.history import FailedTest, History
from tests.support.projects import environment
from tests.unit.pipeline.history.support import API, history, ran, run, suite_run

FULL = """
import resource, sys
from pathlib import Path
from taskslib.pipeline.history import FailedTest, History
from tests.unit.pipeline.history.support import API, run, suite_run
resource.setrlimit(resource.RLIMIT_FSIZE, (int(sys.argv[2]), int(sys.argv[2])))
known = History(Path(sys.argv[1]), "shop", say=print)
known.record(run(suite_run(seconds=2)))
known.record(run(suite_run(seconds=2)))
print(dict(known.durations([API])))
"""


def filled(folder: Path) -> History:
    known = history(folder)
    for _ in range(3):
        many = ran(**{f"test_number_{n}": Outcome.PASSED for n in range(100)})
        known.record(run(suite_run(tests=many)))
    return known


def of_another_version(file: Path) -> None:
    with closing(sqlite3.connect(file)) as other:
        other.execute("PRAGMA user_version = 99")


def of_somebody_else(file: Path) -> None:
    file.unlink()
    with closing(sqlite3.connect(file)) as other:
        other.execute("CREATE TABLE suites (a)")


@pytest.mark.parametrize(
    "spoil",
    [
        lambda file: file.write_bytes(b"garbage" * 1000),
        lambda file: file.write_bytes(file.read_bytes()[:5000]),
        lambda file: file.write_bytes(file.read_bytes()[:50]),
        of_another_version,
        of_somebody_else,
    ],
    ids=["garbage", "half", "no header", "version", "foreign"],
)
def test_a_damaged_file_is_set_aside_and_said_once(
    tmp_path: Path, spoil: Callable[[Path], None]
) -> None:
    said: list[str] = []
    known = history(tmp_path, said)
    file = filled(tmp_path).file
    spoil(file)
    spoiled = file.read_bytes()
    assert known.durations([API]) == {}
    known.record(run(suite_run(seconds=7)))
    assert known.durations([API]) == {API: 7}
    aside = tmp_path / f"damaged-{file.name}"
    assert aside.read_bytes() == spoiled
    assert len(said) == 1
    assert said[0].startswith(f"note: {file} was damaged (")
    assert said[0].endswith(f"); it is {aside.name} now")
    spoil(file)  # again: there is one such file at most
    history(tmp_path).record(run(suite_run(seconds=8)))
    kept = {path.name for path in tmp_path.iterdir()}
    assert kept - {f"{file.name}.lock"} == {file.name, aside.name}


def test_an_empty_file_is_a_new_one(tmp_path: Path) -> None:
    said: list[str] = []
    known = history(tmp_path, said)
    known.file.touch()
    assert known.durations([API]) == {}
    known.record(run(suite_run(seconds=7)))
    assert known.durations([API]) == {API: 7}
    assert said == []


def test_a_folder_that_cannot_be_there(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    said: list[str] = []
    known = history(tmp_path / "file" / "results", said)
    known.record(run(suite_run()))
    known.record(run(suite_run()))
    assert known.durations([API]) == {}
    assert len(said) == 1
    assert said[0].startswith(f"note: {known.file} is not used: ")


def test_a_file_that_cannot_be_opened_is_left_alone(tmp_path: Path) -> None:
    said: list[str] = []
    known = history(tmp_path, said)
    known.file.mkdir()
    known.record(run(suite_run()))
    assert known.durations([API]) == {}
    assert said == [f"note: {known.file} is not used: unable to open database file"]
    assert list(tmp_path.iterdir()) == [known.file]


@pytest.mark.skipif(sys.platform == "win32", reason="limits a process's files by POSIX means")
@pytest.mark.parametrize("room", [0, 4096, 10_000])
def test_a_full_disk(tmp_path: Path, room: int) -> None:
    done = subprocess.run(
        [sys.executable, "-c", FULL, str(tmp_path), str(room)],
        env=environment(),
        capture_output=True,
        text=True,
        check=True,
    )
    *said, durations = done.stdout.splitlines()
    assert (len(said), durations) == (1, "{}")
    assert "is not used" in said[0]
    # With room again it goes on, and nothing was set aside.
    later: list[str] = []
    known = history(tmp_path, later)
    known.record(run(suite_run(seconds=5)))
    assert known.durations([API]) == {API: 5}
    assert later == []


@pytest.fixture(scope="module")
def sound(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return filled(tmp_path_factory.mktemp("history")).file


@given(
    changes=st.lists(st.tuples(st.integers(0, 2**20), st.integers(0, 255)), max_size=40),
    cut=st.none() | st.integers(0, 2**20),
)
def test_no_damage_at_all_is_fatal(
    sound: Path, changes: list[tuple[int, int]], cut: int | None
) -> None:
    spoiled = bytearray(sound.read_bytes())
    for place, value in changes:
        spoiled[place % len(spoiled)] = value
    folder = Path(tempfile.mkdtemp())
    try:
        said: list[str] = []
        known = history(folder, said)
        known.file.write_bytes(spoiled if cut is None else spoiled[: cut % len(spoiled)])
        known.durations([API])
        known.failed("main")
        known.slowest(5)
        known.tests(API)
        known.record(run(suite_run(seconds=7, tests=ran(a=Outcome.FAILED))))
        assert len(said) <= 1
        # A header that asks for a newer SQLite makes a file that is sound, and not to be written.
        unused = any("is not used: attempt to write a readonly database" in one for one in said)
        assert unused or FailedTest(API, "a") in history(folder).failed("main"), said
    finally:
        shutil.rmtree(folder)
