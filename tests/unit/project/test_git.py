"""What git says of a checkout, from real repositories."""

from __future__ import annotations

from pathlib import Path

from taskslib.project import load
from taskslib.project.git import Checkout, checkout, main_worktree
from tests.support.projects import repository, single, write


def test_branches(tmp_path: Path) -> None:
    repo = repository(tmp_path, "feature/ünï")
    assert checkout(tmp_path) == Checkout(branch="feature/ünï")
    repo.git.checkout("--detach")
    assert checkout(tmp_path) == Checkout(commit=repo.head.commit.hexsha)
    repo.git.checkout("--orphan", "unborn")
    assert checkout(tmp_path) == Checkout(branch="unborn")


def test_outside_a_repository(tmp_path: Path) -> None:
    assert checkout(tmp_path) == Checkout()
    assert main_worktree(tmp_path) == tmp_path


def test_a_folder_that_is_not_there(tmp_path: Path) -> None:
    assert checkout(tmp_path / "gone") == Checkout()


def test_a_project_inside_a_repository_keeps_its_own_name(tmp_path: Path) -> None:
    inner = write(tmp_path / "mono" / "shop", single())
    repository(tmp_path / "mono")
    assert load(inner).name == "shop"
    assert checkout(inner) == Checkout(branch="main")


def test_worktrees_have_one_name_and_branches_of_their_own(tmp_path: Path) -> None:
    repo = repository(write(tmp_path / "shop", single()))
    repo.git.worktree("add", "-b", "feature/x", str(tmp_path / "other"))
    assert main_worktree(tmp_path / "other") == tmp_path / "shop"
    assert checkout(tmp_path / "other") == Checkout(branch="feature/x")
    assert load(tmp_path / "other").name == load(tmp_path / "shop").name == "shop"


def test_worktrees_of_a_bare_repository_are_named_by_their_folders(tmp_path: Path) -> None:
    bare = repository(write(tmp_path / "shop", single())).clone(tmp_path / "bare.git", bare=True)
    bare.git.worktree("add", str(tmp_path / "tree"), "main")
    assert load(tmp_path / "tree").name == "tree"
