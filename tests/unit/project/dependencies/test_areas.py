"""Places, and which files lie in them."""

from __future__ import annotations

import pytest

from taskslib.project.dependencies.areas import Area, Index, joined, matches


@pytest.mark.parametrize(
    ("area", "path", "covered"),
    [
        (Area("a"), "a/b/c", True),
        (Area("a"), "a", True),
        (Area("a"), "ab", False),
        (Area(""), "anything", True),
        (Area("a", ("a/b",)), "a/b/c", False),
        (Area("a", ("a/b",)), "a/bc", True),
        (Area("a/*.json"), "a/x.json", True),
        (Area("a/*.json"), "a/b/x.json", False),
        (Area("*/shared"), "a/shared/x", True),
        (Area("[ab]"), "b/x", True),
    ],
)
def test_covers(area: Area, path: str, covered: bool) -> None:  # noqa: FBT001
    assert area.covers(path) is covered
    assert list(Index({"one": [area]}).owners(path)) == (["one"] if covered else [])


@pytest.mark.parametrize(
    ("folder", "written", "place"),
    [
        ("a/b", "../c", "a/c"),
        ("a", "..", ""),
        ("a", ".", "a"),
        ("", "x/", "x"),
        ("a", "../../x", None),
        ("a", "/x", None),
        ("a", "~/x", None),
        ("a", "C:/x", None),
        ("a", "b\\c", "a/b/c"),
    ],
)
def test_joined(folder: str, written: str, place: str | None) -> None:
    assert joined(folder, written) == place


def test_matches() -> None:
    assert matches("docs/a/b.txt", ["docs"])
    assert matches("a/b.md", ["*.md"])
    assert matches("a/b/c", ["a/b"])
    assert not matches("docs2/a.txt", ["docs"])
