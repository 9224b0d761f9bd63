"""What changed in files that git was told not to look at."""

from __future__ import annotations

import os
from pathlib import Path

import git
import pytest

from tests.support.checkouts import commit, files, root, two_commits
from tests.support.projects import write

FLAGS = (["--assume-unchanged"], ["--skip-worktree"], ["--assume-unchanged", "--skip-worktree"])


@pytest.fixture
def repo(tmp_path: Path) -> git.Repo:
    """A repository on a branch that has just left main."""
    made = two_commits(tmp_path / "shop")
    commit(made, "inner/ünï code.txt", "x")
    made.git.checkout("-b", "feature")
    return made


@pytest.mark.parametrize("flags", FLAGS)
def test_an_edited_file_is_changed(repo: git.Repo, flags: list[str]) -> None:
    names = ("a.txt", "b.txt", "inner/ünï code.txt")
    for flag in flags:
        repo.git.update_index(flag, *names)
    assert files(repo) == set()
    write(root(repo), {"a.txt": "other", "inner/ünï code.txt": "other"})
    assert files(repo) == {"a.txt", "inner/ünï code.txt"}
    assert files(root(repo) / "inner") == {"ünï code.txt", "../a.txt"}


@pytest.mark.skipif(os.name == "nt", reason="modes and links are POSIX's")
@pytest.mark.parametrize("flags", FLAGS)
def test_modes_and_links_are_content(repo: git.Repo, flags: list[str]) -> None:
    (root(repo) / "link").symlink_to("a.txt")
    repo.git.add("-A")
    repo.git.commit("-m", "Link")
    for flag in flags:
        repo.git.update_index(flag, "a.txt", "link")
    assert files(repo, "HEAD") == set()
    (root(repo) / "a.txt").chmod(0o755)
    (root(repo) / "link").unlink()
    (root(repo) / "link").symlink_to("b.txt")
    assert files(repo, "HEAD") == {"a.txt", "link"}


def test_a_deleted_file_is_changed_unless_the_checkout_is_sparse(repo: git.Repo) -> None:
    repo.git.update_index("--assume-unchanged", "a.txt")
    repo.git.update_index("--skip-worktree", "b.txt")
    for name in ("a.txt", "b.txt"):
        (root(repo) / name).unlink()
    assert files(repo) == {"a.txt"}


def test_what_is_committed_is_changed(repo: git.Repo) -> None:
    commit(repo, "a.txt", "new")
    repo.git.update_index("--skip-worktree", "a.txt")
    assert files(repo) == {"a.txt"}
