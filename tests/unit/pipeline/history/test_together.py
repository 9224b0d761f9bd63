"""Several processes at once, one of which may be killed."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from tests.support.projects import environment
from tests.unit.pipeline.history.support import API, history, run, suite_run

WRITERS, RUNS = 4, 10
WRITER = """
import sys
from pathlib import Path
from taskslib.events import Outcome
from taskslib.pipeline.history import History
from tests.unit.pipeline.history.support import API, run, suite_run, ran
known = History(Path(sys.argv[1]), "shop", say=lambda words: print(words, file=sys.stderr))
many = ran(**{f"test_{number}": Outcome.PASSED for number in range(50)})
print("ready", flush=True)
sys.stdin.readline()
for _ in range(int(sys.argv[2])):
    known.record(run(suite_run(seconds=2, tests=many)))
    known.durations([API])
    print("written", flush=True)
"""


def writer(folder: Path, runs: int) -> subprocess.Popen[str]:
    """Start a process that records, once a line comes in, and wait until it is ready."""
    child = subprocess.Popen(
        [sys.executable, "-c", WRITER, str(folder), str(runs)],
        env=environment(),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert child.stdout is not None
    assert child.stdout.readline() == "ready\n"
    return child


def all_write(folder: Path) -> list[str]:
    """Let processes write at once, and return what they said was wrong."""
    children = [writer(folder, RUNS) for _ in range(WRITERS)]
    for child in children:
        assert child.stdin is not None
        child.stdin.write("\n")
        child.stdin.flush()
    told = [child.communicate(timeout=120) for child in children]
    assert [child.returncode for child in children] == [0] * WRITERS
    assert [out.split() for out, _ in told] == [["written"] * RUNS] * WRITERS
    return [err for _, err in told if err]


def recorded(file: Path) -> tuple[int, int]:
    with closing(sqlite3.connect(file)) as opened:
        assert opened.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        suites, held = (
            int(opened.execute(f"SELECT count(*) FROM {table}").fetchone()[0])  # noqa: S608
            for table in ("suites", "tests")
        )
    return suites, held


def test_nothing_is_lost_when_several_begin_and_write_at_once(tmp_path: Path) -> None:
    assert all_write(tmp_path) == []
    assert recorded(history(tmp_path).file) == (WRITERS * RUNS, WRITERS * RUNS * 50)


def test_several_that_find_it_damaged_set_it_aside_once(tmp_path: Path) -> None:
    file = history(tmp_path).file
    file.write_bytes(b"garbage" * 1000)
    told = all_write(tmp_path)
    assert len(told) == 1
    assert "was damaged" in told[0]
    assert (tmp_path / f"damaged-{file.name}").read_bytes() == b"garbage" * 1000
    assert recorded(file) == (WRITERS * RUNS, WRITERS * RUNS * 50)


@pytest.mark.parametrize("after", range(1, 4))
def test_a_process_that_is_killed_in_the_middle_spoils_nothing(tmp_path: Path, after: int) -> None:
    with writer(tmp_path, 100_000) as child:
        assert child.stdin is not None
        assert child.stdout is not None
        child.stdin.write("\n")
        child.stdin.flush()
        for _ in range(after):
            assert child.stdout.readline() == "written\n"
        child.kill()
    said: list[str] = []
    known = history(tmp_path, said)
    assert known.durations([API]) == {API: 2}
    known.record(run(suite_run(seconds=2)))
    assert recorded(known.file)[0] > after
    assert said == []
