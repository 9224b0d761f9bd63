"""Where files are kept."""

from __future__ import annotations

from pathlib import Path

from taskslib.project.places import VARIABLE, cache_root, results_root
from tests.support.projects import repository, single, write


def test_all_worktrees_share_the_results(tmp_path: Path) -> None:
    repo = repository(write(tmp_path / "shop", single()))
    repo.git.worktree("add", str(tmp_path / "other"))
    expected = tmp_path / "shop" / ".git" / "taskslib"
    assert results_root(tmp_path / "shop", {}) == results_root(tmp_path / "other", {}) == expected


def test_a_cache_folder_that_is_set_holds_the_results(tmp_path: Path) -> None:
    repository(tmp_path / "shop")
    environ = {VARIABLE: str(tmp_path / "carried")}
    assert results_root(tmp_path / "shop", environ) == tmp_path / "carried" / "results"


def test_without_git_each_folder_has_results_of_its_own(tmp_path: Path) -> None:
    one, other = (results_root(tmp_path / name / "shop", {}) for name in ("a", "b"))
    assert one != other
    assert one.parent == other.parent == cache_root({}) / "results"
    assert one.name.startswith("shop-")
