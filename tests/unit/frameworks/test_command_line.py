"""Commands that people paste: names in them are anybody's."""

from __future__ import annotations

import pytest

from taskslib.frameworks.base import windows_line


@pytest.mark.parametrize(
    ("word", "shown"),
    [
        ("tests/unit/test_a.py::test_b", "tests/unit/test_a.py::test_b"),
        (r"C:\repo\test-a.py", r"C:\repo\test-a.py"),
        ("test_a[1]", '"test_a[1]"'),
        ("a b", '"a b"'),
        ("", '""'),
        # Starts a program in cmd, or in PowerShell, where it isn't quoted.
        ("test_x[a&calc]", '"test_x[a&calc]"'),
        ("a|more>out", '"a|more>out"'),
        ("a;calc", '"a;calc"'),
        ("(calc)", '"(calc)"'),
        ("@a,b", '"@a,b"'),
        ("it's", '"it\'s"'),
        ("ü", '"ü"'),
        # Means something where it is quoted too.
        ("%PATH%", None),
        ("$(calc)", None),
        ("`n", None),
        ('a"&calc&"', None),
        ("a\u201d; calc; \u201d", None),
        ("!a!", None),
        ("a\ncalc", None),
        ("ends in \\", None),
    ],
)
def test_both_shells_of_windows_read_the_words_or_there_is_no_line(
    word: str, shown: str | None
) -> None:
    assert windows_line(("inv", word)) == ("" if shown is None else f"inv {shown}")
