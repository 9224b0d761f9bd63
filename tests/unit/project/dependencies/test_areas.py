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
        (Area("[^ab]"), "b/x", False),
        (Area("app/[id]"), "app/[id]/page.tsx", True),
        (Area("app/[id]"), "app/i/page.tsx", True),
        (Area("a/**/*.json"), "a/x.json", True),
        (Area("a/**/*.json"), "a/b/c/x.json", True),
        (Area("a/**/*.json"), "b/x.json", False),
        (Area("a/**"), "a/b/c", True),
        (Area("**/x"), "x", True),
        (Area("**/x"), "a/b/x/y", True),
        (Area("a/*.json", ("a/x.json",)), "a/x.json", False),
        (Area("a", (), ("a/t",)), "a/t/test_x.py", False),
        (Area("a", (), ("a/t",)), "a/t/b/x_test.py", False),
        (Area("a", (), ("a/t",)), "a/t/x.test.ts", False),
        (Area("a", (), ("a/t",)), "a/t/x.spec.jsx", False),
        (Area("a", (), ("a/t",)), "a/t/api.spec.json", True),
        (Area("a", (), ("a/t",)), "a/t/conftest.py", True),
        (Area("a", (), ("a/t",)), "a/t/test_data/x.json", True),
        (Area("a", (), ("a/t",)), "a/test_x.py", True),
    ],
)
def test_covers(area: Area, path: str, covered: bool) -> None:  # noqa: FBT001
    assert area.covers(path) is covered
    assert set(Index({"one": [area]}).owners(path)) == ({"one"} if covered else set())


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
    assert matches("docs/a.txt", ["docs/"])
    assert matches("docs/a.txt", ["./docs"])
    assert matches("a.md", ["**/*.md"])


def test_the_nearest_owner_comes_first() -> None:
    index = Index({"outer": [Area("a")], "inner": [Area("a/b")]})
    assert list(index.owners("a/b/c")) == ["inner", "outer"]
