from __future__ import annotations

import tempfile
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from taskslib.frameworks.tail import Tail, last_lines


def test_a_file_that_comes_later(tmp_path: Path) -> None:
    path = tmp_path / "events"
    tail = Tail(path)
    assert (tail.lines(), tail.rest()) == ([], b"")
    path.write_bytes(b"one\ntw")
    assert (tail.lines(), tail.rest()) == ([b"one"], b"tw")
    assert (tail.lines(), tail.rest()) == ([], b"tw")
    with path.open("ab") as file:
        file.write(b"o\n\nthree\n")
    assert (tail.lines(), tail.rest()) == ([b"two", b"", b"three"], b"")


@given(st.lists(st.binary() | st.sampled_from([b"\n", b"a\nb"])))
def test_pieces_add_up(pieces: list[bytes]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "events"
        tail = Tail(path)
        lines = []
        for piece in pieces:
            with path.open("ab") as file:
                file.write(piece)
            lines += tail.lines()
    assert [*lines, tail.rest()] == b"".join(pieces).split(b"\n")


def test_last_lines(tmp_path: Path) -> None:
    path = tmp_path / "output"
    assert last_lines(path) == ""
    path.write_bytes(b"")
    assert last_lines(path) == ""
    path.write_bytes(b"one\r\ntwo\xff\nthree")
    assert last_lines(path) == "one\ntwo�\nthree"
    assert last_lines(path, lines=2) == "two�\nthree"
    # The first of the lines that were read is only a part of one.
    assert last_lines(path, size=9) == "three"
    assert last_lines(path, size=3) == "ree"
