"""What changed since which base, in real repositories."""

from __future__ import annotations

import os
from pathlib import Path

import git
import pytest

from taskslib.errors import UsageError
from taskslib.project.changes import Changes, earlier
from tests.support.checkouts import clone, commit, files, found, root, two_commits
from tests.support.projects import repository, write


@pytest.fixture
def repo(tmp_path: Path) -> git.Repo:
    """A repository with two commits on main."""
    return two_commits(tmp_path / "shop")


def test_on_the_main_branch_it_is_the_last_commit(repo: git.Repo) -> None:
    assert found(repo) == Changes("HEAD~1", frozenset({"a.txt"}))


def test_the_first_commit_is_everything(tmp_path: Path) -> None:
    made = repository(write(tmp_path / "x", {"a": ""}))
    assert found(made) == Changes("", None, "there is no commit before this one")


def test_a_branch_since_it_left(repo: git.Repo) -> None:
    repo.git.checkout("-b", "feature")
    commit(repo, "new.txt", "x")
    base = repo.git.rev_parse("main")
    repo.git.checkout("main")
    commit(repo, "elsewhere.txt", "x")
    repo.git.checkout("feature")
    assert found(repo) == Changes(f"main ({base[:12]})", frozenset({"new.txt"}))


def test_what_is_not_committed(repo: git.Repo) -> None:
    repo.git.checkout("-b", "feature")
    place = root(repo)
    write(place, {"untracked/x.txt": "", "staged.txt": "", "a.txt": "dirty", ".gitignore": "no\n"})
    write(place, {"no": "ignored"})
    repo.git.add("staged.txt")
    (place / "b.txt").unlink()
    assert files(repo) == {
        "untracked/x.txt", "staged.txt", "a.txt", ".gitignore", "b.txt",
    }  # fmt: skip


def test_a_rename_is_both_names(repo: git.Repo) -> None:
    repo.git.checkout("-b", "feature")
    repo.git.mv("b.txt", "c.txt")
    assert files(repo) == {"b.txt", "c.txt"}
    repo.git.commit("-m", "Rename")
    assert files(repo) == {"b.txt", "c.txt"}


@pytest.mark.parametrize("name", ["-x", "with space", "ünï\tcode", '"quoted"', "new\nline"])
def test_names_are_told_as_they_are(repo: git.Repo, name: str) -> None:
    repo.git.checkout("-b", "feature")
    write(root(repo), {name: ""})
    assert files(repo) == {name}
    repo.git.add("-A")
    assert files(repo) == {name}


def test_a_detached_head_on_main_and_off_it(repo: git.Repo) -> None:
    repo.git.checkout("--detach", "main")
    assert found(repo) == Changes("HEAD~1", frozenset({"a.txt"}))
    commit(repo, "new.txt", "x")
    assert files(repo) == {"new.txt"}


def test_the_remotes_main_branch(repo: git.Repo, tmp_path: Path) -> None:
    other = clone(repo, tmp_path / "clone")
    other.git.checkout("-b", "feature")
    other.git.branch("-D", "main")
    commit(other, "new.txt", "x")
    base = other.git.rev_parse("origin/main")
    assert found(other) == Changes(f"origin/main ({base[:12]})", frozenset({"new.txt"}))


def test_a_main_branch_of_another_name(repo: git.Repo, tmp_path: Path) -> None:
    repo.git.branch("-m", "main", "trunk")
    other = clone(repo, tmp_path / "clone")
    assert found(other) == Changes("HEAD~1", frozenset({"a.txt"}))
    other.git.checkout("-b", "feature")
    commit(other, "new.txt", "x")
    assert files(other) == {"new.txt"}


def test_what_is_not_pushed_of_the_main_branch(repo: git.Repo, tmp_path: Path) -> None:
    other = clone(repo, tmp_path / "clone")
    pushed = commit(other, "pushed.txt", "x")
    other.git.update_ref("refs/remotes/origin/main", pushed)
    assert found(other) == Changes("HEAD~1", frozenset({"pushed.txt"}))
    commit(other, "one.txt", "x")
    commit(other, "two.txt", "x")
    ours = Changes(f"origin/main ({pushed[:12]})", frozenset({"one.txt", "two.txt"}))
    assert found(other) == ours
    other.git.checkout("--detach")
    commit(other, "theirs.txt", "x")
    other.git.update_ref("refs/remotes/origin/main", "HEAD", "-m", "pushed by others")
    other.git.checkout("main")
    assert found(other).base == "HEAD~1"  # all of it is pushed
    other.git.reset("--hard", "HEAD~1")
    commit(other, "three.txt", "x")
    assert files(other) == {"three.txt"}


def test_a_tag_with_a_branchs_name_is_not_taken_for_it(repo: git.Repo, tmp_path: Path) -> None:
    before = repo.git.rev_parse("HEAD")
    commit(repo, "main.txt", "x")
    for name in ("main", "origin/main"):
        repo.create_tag(name, before)
    base = repo.git.rev_parse("refs/heads/main")
    assert found(repo) == Changes("HEAD~1", frozenset({"main.txt"}))
    other = clone(repo, tmp_path / "clone")
    for each, name in ((repo, "main"), (other, "origin/main")):
        each.git.checkout("-b", "feature")
        commit(each, "new.txt", "x")
        assert found(each) == Changes(f"{name} ({base[:12]})", frozenset({"new.txt"}))


def test_a_named_base(repo: git.Repo) -> None:
    first = repo.git.rev_list("--max-parents=0", "HEAD")
    assert found(repo, first) == Changes(first, frozenset({"a.txt"}))
    assert found(repo, TASKSLIB_BASE=first) == found(repo, first)
    assert files(repo, "HEAD", TASKSLIB_BASE=first) == set()


@pytest.mark.parametrize("base", ["nope", "-x", "--help", "a b", "HEAD..main", "", " "])
def test_a_base_that_is_not_there(repo: git.Repo, base: str) -> None:
    if not base:
        assert found(repo, TASKSLIB_BASE=base).base == "HEAD~1"
        return
    with pytest.raises(UsageError, match="--base: no commit"):
        found(repo, base)


def test_a_shallow_clone_is_deepened(repo: git.Repo, tmp_path: Path) -> None:
    repo.git.checkout("-b", "feature")
    for number in range(5):
        commit(repo, f"{number}.txt", "x")
    repo.git.checkout("main")
    shallow = clone(repo, tmp_path / "shallow", "--depth", "1", "--no-single-branch")
    shallow.git.checkout("feature")
    assert files(shallow) == {f"{number}.txt" for number in range(5)}


def test_a_shallow_clone_without_its_remote_is_everything(repo: git.Repo, tmp_path: Path) -> None:
    repo.git.checkout("-b", "feature")
    commit(repo, "new.txt", "x")
    repo.git.checkout("main")
    shallow = clone(repo, tmp_path / "shallow", "--depth", "1", "--no-single-branch")
    shallow.git.checkout("feature")
    shallow.git.remote("set-url", "origin", (tmp_path / "gone").as_uri())
    changed = found(shallow)
    assert (changed.files, changed.base) == (None, "")
    shallow_ = "this clone is shallow, and more of its history can't be fetched: "
    assert changed.reason.startswith(shallow_)
    assert changed.reason.endswith(" (git fetch --unshallow)")
    main = clone(repo, tmp_path / "main", "--depth", "1", "--branch", "main")
    main.git.remote("set-url", "origin", (tmp_path / "gone").as_uri())
    changed = found(main)
    assert (changed.files, changed.base) == (None, "")
    assert changed.reason.startswith(shallow_)


def test_no_common_history_is_everything(repo: git.Repo) -> None:
    repo.git.checkout("--orphan", "new")
    repo.git.commit("-m", "Anew")
    assert found(repo) == Changes("", None, "there is no common commit with main")


def test_a_repository_without_a_main_branch_is_everything(tmp_path: Path) -> None:
    made = repository(write(tmp_path / "x", {"a": ""}), "topic")
    assert found(made) == Changes(
        "",
        None,
        "there is no branch to compare with (origin/main, main, origin/master, master)",
    )


@pytest.mark.parametrize("ignored", ["", "all"])
def test_a_submodule_is_its_files(repo: git.Repo, tmp_path: Path, ignored: str) -> None:
    inner = repository(write(tmp_path / "inner", {"x.txt": "1", "lib/y.txt": ""}))
    allowed = ["git", "-c", "protocol.file.allow=always"]
    repo.git.execute([*allowed, "submodule", "add", str(inner.working_dir), "sub"])
    if ignored:
        repo.git.config("submodule.sub.ignore", ignored)
    repo.git.commit("-am", "Add")
    repo.git.checkout("-b", "feature")
    assert files(repo) == set()
    write(root(repo), {"sub/x.txt": "2"})
    assert files(repo) == {"sub", "sub/x.txt", "sub/lib/y.txt"}


def test_a_repository_in_the_repository_is_its_files(repo: git.Repo) -> None:
    repo.git.checkout("-b", "feature")
    repository(write(root(repo) / "nested", {"x.txt": "1"}))
    assert files(repo) == {"nested", "nested/x.txt"}


@pytest.mark.skipif(os.name == "nt", reason="there git asks for another owner")
def test_a_repository_that_git_does_not_trust_says_so(repo: git.Repo) -> None:
    told = found(repo, GIT_TEST_ASSUME_DIFFERENT_OWNER="1")
    assert told.files is None
    assert told.reason.startswith("there is no git repository: detected dubious ownership")


def test_inside_gits_own_folder_there_is_no_checkout(repo: git.Repo) -> None:
    assert found(root(repo) / ".git").files is None


@pytest.mark.skipif(os.name == "nt", reason="modes are POSIX's")
def test_chmod_alone_is_a_change(repo: git.Repo) -> None:
    repo.git.checkout("-b", "feature")
    (root(repo) / "a.txt").chmod(0o755)
    assert files(repo) == {"a.txt"}


def test_a_project_inside_a_repository(repo: git.Repo) -> None:
    commit(repo, "inner/x.txt", "x")
    repo.git.checkout("-b", "feature")
    write(root(repo), {"inner/y.txt": "", "outer.txt": "", "a.txt": "a3"})
    assert files(root(repo) / "inner") == {"y.txt", "../outer.txt", "../a.txt"}
    repo.git.config("diff.relative", "true")
    assert files(root(repo) / "inner") == {"y.txt", "../outer.txt", "../a.txt"}


def test_a_files_text_at_the_base(repo: git.Repo) -> None:
    commit(repo, "inner/x.txt", "x")
    repo.git.checkout("-b", "feature")
    commit(repo, "inner/x.txt", "y")
    inner = root(repo) / "inner"
    changed = found(inner)
    assert earlier(inner, os.environ, changed, "x.txt") == "x"
    assert earlier(inner, os.environ, changed, "y.txt") is None
    assert earlier(inner, os.environ, Changes("", None, "why"), "x.txt") is None


def test_without_git(tmp_path: Path) -> None:
    assert found(tmp_path) == Changes("", None, "there is no git repository")
