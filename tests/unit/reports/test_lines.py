"""Events in a file: all of them come back, whatever is cut off."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from taskslib.events import Event, Note, TestFinished
from taskslib.reports.lines import EventLines, read_lines
from tests.unit.reports.runs import EVENTS


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    file = tmp_path_factory.mktemp("lines") / "deep" / "events.jsonl"
    with EventLines(file, {"project": "shop"}) as lines:
        for event in EVENTS:
            lines(event)
    return file.read_bytes()


def read(folder: Path, content: bytes) -> tuple[dict[str, object], list[Event]]:
    file = folder / "some.jsonl"
    file.write_bytes(content)
    about, events = read_lines(file)
    return about, list(events)


def test_every_kind_of_event_comes_back_as_it_was(tmp_path: Path, written: bytes) -> None:
    assert {type(event) for event in EVENTS} == set(get_args(Event))
    about, events = read(tmp_path, written)
    assert (about["event"], about["schema"], about["project"]) == ("Run", 1, "shop")
    assert tuple(events) == EVENTS


def test_each_line_is_an_object_that_names_its_event(written: bytes) -> None:
    lines = [json.loads(line) for line in written.splitlines()]
    assert [line["event"] for line in lines[1:]] == [type(event).__name__ for event in EVENTS]


@given(cut=st.integers(min_value=0, max_value=20_000))
def test_a_file_that_is_cut_off_anywhere_has_what_was_whole(
    tmp_path_factory: pytest.TempPathFactory, written: bytes, cut: int
) -> None:
    content = written[:cut]
    _, events = read(tmp_path_factory.getbasetemp(), content)
    whole = content.count(b"\n") - 1
    # The last line can be whole without its end.
    assert tuple(events) in (EVENTS[: max(0, whole)], EVENTS[: max(0, whole) + 1])


@given(content=st.binary(max_size=300))
def test_what_is_no_such_file_has_no_events(
    tmp_path_factory: pytest.TempPathFactory, content: bytes
) -> None:
    assert read(tmp_path_factory.getbasetemp(), content) == ({}, [])


def test_events_of_a_newer_version_are_passed_over(tmp_path: Path, written: bytes) -> None:
    newer = b'{"event":"Later","x":1}\n{"event":"Note","message":"a","more":2}\n{"event":"Note"}\n'
    _, events = read(tmp_path, written + newer)
    assert events[len(EVENTS) :] == [Note("a")]


def test_a_name_that_is_no_text_is_written_with_marks(tmp_path: Path) -> None:
    file = tmp_path / "events.jsonl"
    with EventLines(file, {}) as lines:
        lines(Note("caf\udce9"))
    assert list(read_lines(file)[1]) == [Note("caf?")]


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="only Linux has such a full disk")
def test_a_disk_that_is_full_is_known_at_once() -> None:
    with pytest.raises(OSError, match=r"No space left on device: '/dev/full'"):
        EventLines(Path("/dev/full"), {})


if sys.platform != "win32":  # which has no such pipes

    def test_a_disk_that_gets_full_costs_the_file_and_not_the_run(tmp_path: Path) -> None:
        pipe = tmp_path / "events"
        os.mkfifo(pipe)
        reader = os.open(pipe, os.O_RDONLY | os.O_NONBLOCK)
        with EventLines(pipe, {}) as lines:
            lines.check()
            os.close(reader)
            for event in EVENTS:
                lines(event)
            with pytest.raises(OSError, match=f"Broken pipe: '{pipe}'"):
                lines.check()


def test_a_failure_of_a_test_keeps_its_report(tmp_path: Path, written: bytes) -> None:
    _, events = read(tmp_path, written)
    [red] = (event.failure for event in events if isinstance(event, TestFinished) and event.failure)
    assert "日本" in red.text
    assert "\x00" in red.text
