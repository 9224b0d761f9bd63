"""What the ids of tests are made of. Pure."""

from __future__ import annotations


def split(test: str) -> tuple[str, str]:
    """Return an id's file (with its classes) and the test's own name, which may have parameters.

    `a.py::T::test_b[x::y]` is `a.py::T` and `test_b[x::y]`; what is no such id has no file.
    """
    file, between, rest = test.partition("::")  # a file's name can have brackets too
    if not between:
        return "", test
    before, bracket, parameters = rest.partition("[")
    *classes, name = before.split("::")
    return "::".join((file, *classes)), f"{name}{bracket}{parameters}"


def name_of(test: str) -> str:
    """Return a test's own name."""
    return split(test)[1]
