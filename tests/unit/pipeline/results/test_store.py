"""Results by key: whole or not at all, and not too many."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from taskslib.events import Counts, Outcome
from taskslib.pipeline.results.store import Store, Stored

DAY = 24 * 60 * 60.0
WRITES = """\
import sys
from pathlib import Path
from tests.unit.pipeline.results.test_store import stored
from taskslib.pipeline.results.store import Store
for number in range(200):
    Store(Path(sys.argv[1])).keep(stored("ab" * 32))
"""


def stored(key: str, **changes: object) -> Stored:
    fields: dict[str, object] = {
        "suite": "api:unit",
        "at": 12.5,
        "seconds": 1.5,
        "counts": Counts(passed=1, skipped=1),
        "tests": (("t::one", Outcome.PASSED, 0.1), ("t::ünï\udcff", Outcome.SKIPPED, 0.0)),
        "manifest": {"file a": "100644 1"},
    }
    return Stored(key, **{**fields, **changes})  # type: ignore[arg-type]


def test_what_is_kept_is_found(tmp_path: Path) -> None:
    store, one = Store(tmp_path / "x"), stored("ab" * 32)
    assert store.find(one.key) is None
    store.keep(one)
    assert store.find(one.key) == one
    assert store.find("ac" * 32) is None


@pytest.mark.parametrize("cut", [0, 1, 64, 65, 70, -1])
def test_a_file_that_was_cut_off_is_no_result(tmp_path: Path, cut: int) -> None:
    store, one = Store(tmp_path), stored("ab" * 32)
    store.keep(one)
    (file,) = tmp_path.glob("*/*.json")
    file.write_bytes(file.read_bytes()[:cut])
    assert store.find(one.key) is None
    store.keep(one)
    assert store.find(one.key) == one


def test_a_result_under_another_ones_name_is_none(tmp_path: Path) -> None:
    store = Store(tmp_path)
    store.keep(stored("ab" * 32))
    (file,) = tmp_path.glob("*/*.json")
    file.rename(file.with_name(f"{'ab' * 31}ac.json"))
    assert store.find("ab" * 31 + "ac") is None


def test_several_may_keep_the_same_at_once(tmp_path: Path) -> None:
    command = [sys.executable, "-c", WRITES, str(tmp_path)]
    writers = [subprocess.Popen(command) for _ in range(3)]
    store, seen = Store(tmp_path), 0
    while any(writer.poll() is None for writer in writers):
        found = store.find("ab" * 32)
        assert found is None or found == stored("ab" * 32)
        seen += found is not None
    assert [writer.wait() for writer in writers] == [0, 0, 0]
    assert seen
    assert [file.suffix for file in tmp_path.glob("*/*")] == [".json"]


def test_what_nobody_asks_for_goes_and_what_is_used_stays(tmp_path: Path) -> None:
    now = [0.0]
    store = Store(tmp_path, clock=lambda: now[0])
    keys = [f"{number:02x}" * 32 for number in range(3)]
    for key in keys:
        store.keep(stored(key))
        _age(tmp_path, key, now[0])
    now[0] = 25 * DAY
    assert store.find(keys[1]) is not None
    now[0] = 40 * DAY
    store.tidy()
    assert [store.find(key) is not None for key in keys] == [False, True, False]


def test_the_oldest_go_where_all_of_them_are_too_large(tmp_path: Path) -> None:
    store = Store(tmp_path)
    keys = [f"{number:02x}" * 32 for number in range(3)]
    for number, key in enumerate(keys):
        store.keep(stored(key))
        _age(tmp_path, key, 1_000_000_000 + number)
    size = next(tmp_path.glob("*/*.json")).stat().st_size
    store.tidy(kept_bytes=2 * size, kept_seconds=1e12)
    assert [store.find(key) is not None for key in keys] == [False, True, True]


def test_it_is_tidied_once_a_day(tmp_path: Path) -> None:
    now = [100 * DAY]
    store = Store(tmp_path, clock=lambda: now[0])
    store.tidy()
    store.keep(stored("ab" * 32))
    _age(tmp_path, "ab" * 32, 0.0)
    store.tidy()
    assert list(tmp_path.glob("*/*.json"))
    now[0] += 1.5 * DAY
    store.tidy()
    assert list(tmp_path.glob("*/*.json")) == []


def test_more_than_fits_is_tidied_at_once(tmp_path: Path) -> None:
    now = [1_000_000_000.0]
    store = Store(tmp_path, clock=lambda: now[0])
    store.tidy()
    keys = [f"{number:02x}" * 32 for number in range(21)]
    for number, key in enumerate(keys):
        store.keep(stored(key))
        _age(tmp_path, key, now[0] + number)
        limit = 20 * next(tmp_path.glob("*/*.json")).stat().st_size
        store.tidy(kept_bytes=limit)
    assert [store.find(key) is not None for key in keys] == [False] * 3 + [True] * 18


def test_a_marker_from_the_future_is_none(tmp_path: Path) -> None:
    store = Store(tmp_path, clock=lambda: 100 * DAY)
    store.tidy()
    os.utime(tmp_path / "tidied", (1000 * DAY, 1000 * DAY))
    store.keep(stored("ab" * 32))
    _age(tmp_path, "ab" * 32, 0.0)
    store.tidy()
    assert list(tmp_path.glob("*/*.json")) == []


def test_a_folder_that_takes_nothing_costs_nothing(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    store = Store(tmp_path / "file" / "x")
    store.keep(stored("ab" * 32))
    store.tidy()
    assert store.find("ab" * 32) is None


def _age(folder: Path, key: str, at: float) -> None:
    os.utime(folder / key[:2] / f"{key}.json", (at, at))
