"""What the ids of tests are made of."""

from __future__ import annotations

import pytest

from taskslib.names import split


@pytest.mark.parametrize(
    ("test", "file", "name"),
    [
        ("a.py::test_b", "a.py", "test_b"),
        ("a.py::T::test_b", "a.py::T", "test_b"),
        ("a.py::test_b[x::y]", "a.py", "test_b[x::y]"),
        ("a.py::T::test_b[x::y[z::]]", "a.py::T", "test_b[x::y[z::]]"),
        ("app/[id].test.ts::page > shows [id]", "app/[id].test.ts", "page > shows [id]"),
        ("a.py", "", "a.py"),
        ("test_b[x]", "", "test_b[x]"),
    ],
)
def test_an_id_and_its_parts(test: str, file: str, name: str) -> None:
    assert split(test) == (file, name)
