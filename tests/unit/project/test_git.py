"""What git says of a checkout, from real repositories."""

from __future__ import annotations

from pathlib import Path

import git
import pytest

from taskslib.project import load
from taskslib.project.git import Checkout, checkout, common_folder, head, main_worktree
from tests.support.projects import repository, single, write


def test_branches(tmp_path: Path) -> None:
    repo = repository(tmp_path, "feature/ünï")
    assert checkout(tmp_path) == Checkout(branch="feature/ünï")
    repo.git.checkout("--detach")
    assert checkout(tmp_path) == Checkout(commit=repo.head.commit.hexsha)
    assert head(tmp_path) == repo.head.commit.hexsha
    repo.git.checkout("--orphan", "unborn")
    assert checkout(tmp_path) == Checkout(branch="unborn")
    assert head(tmp_path) == ""


def test_a_branch_that_is_called_like_a_tag_keeps_its_name(tmp_path: Path) -> None:
    repo = repository(tmp_path, "v1")
    repo.create_tag("v1")
    assert checkout(tmp_path) == Checkout(branch="v1")


def test_a_head_that_can_not_be_read_is_asked_of_git(tmp_path: Path) -> None:
    """As with refs in another format, where the file names no branch that there is."""
    repo = repository(tmp_path / "shop", "main")
    bare = repo.clone(tmp_path / "bare.git", bare=True)
    assert checkout(Path(bare.git_dir)) == Checkout(branch="main")
    repo.git.symbolic_ref("HEAD", "refs/remotes/origin/x")
    assert checkout(tmp_path / "shop") == Checkout()


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
    (tmp_path / "other" / "inside").mkdir()
    assert checkout(tmp_path / "other" / "inside") == Checkout(branch="feature/x")
    assert load(tmp_path / "other").name == load(tmp_path / "shop").name == "shop"


def test_worktrees_of_a_bare_repository_are_named_by_their_folders(tmp_path: Path) -> None:
    bare = repository(write(tmp_path / "shop", single())).clone(tmp_path / "bare.git", bare=True)
    bare.git.worktree("add", str(tmp_path / "tree"), "main")
    assert load(tmp_path / "tree").name == "tree"


@pytest.mark.parametrize("kind", ["folder", "inside", "worktree", "submodule", "bare", "separate"])
def test_the_folder_of_all_worktrees_is_the_one_that_git_says(tmp_path: Path, kind: str) -> None:
    repo = repository(write(tmp_path / "shop", single()))
    place = tmp_path / "place"
    match kind:
        case "folder":
            place = tmp_path / "shop"
        case "inside":
            place = tmp_path / "shop" / "deploy"
        case "worktree":
            repo.git.worktree("add", str(place))
        case "submodule":
            outer = repository(tmp_path / "outer")
            outer.git(c="protocol.file.allow=always").submodule("add", str(tmp_path / "shop"))
            place = tmp_path / "outer" / "shop"
        case "bare":
            repo.clone(tmp_path / "bare.git", bare=True).git.worktree("add", str(place), "main")
        case "separate":
            git.Git().init("--separate-git-dir", str(tmp_path / "elsewhere"), str(place))
    said = git.Git(place).rev_parse("--path-format=absolute", "--git-common-dir")
    assert common_folder(place) == Path(said)
    assert main_worktree(place).name == ("shop" if kind in {"folder", "worktree"} else place.name)


@pytest.mark.parametrize("content", [None, b"", b"gitdir: ../gone", b"\xff\0"])
def test_a_git_that_is_none_is_no_repository(tmp_path: Path, content: bytes | None) -> None:
    if content is None:
        (tmp_path / ".git").mkdir()
    else:
        (tmp_path / ".git").write_bytes(content)
    assert common_folder(tmp_path) is None
    assert main_worktree(tmp_path) == tmp_path
