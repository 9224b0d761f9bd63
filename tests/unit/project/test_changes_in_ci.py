"""What changed since the base that GitHub or Gitea name, in real repositories."""

from __future__ import annotations

import json
from pathlib import Path

import git
import pytest

from taskslib.project.changes import Changes
from tests.support.checkouts import clone, commit, files, found, push, two_commits


@pytest.fixture
def repo(tmp_path: Path) -> git.Repo:
    """A repository with two commits on main."""
    return two_commits(tmp_path / "shop")


def test_a_pull_request(repo: git.Repo, tmp_path: Path) -> None:
    repo.git.checkout("-b", "develop")
    commit(repo, "develop.txt", "x")
    repo.git.checkout("-b", "feature")
    commit(repo, "new.txt", "x")
    repo.git.checkout("main")
    other = clone(repo, tmp_path / "clone", "--branch", "feature")
    assert files(other, GITHUB_BASE_REF="develop") == {"new.txt"}
    assert files(other, GITHUB_BASE_REF="main") == {"new.txt", "develop.txt"}
    shallow = clone(repo, tmp_path / "shallow", "--branch", "feature", "--depth", "1")
    assert files(shallow, GITHUB_BASE_REF="develop") == {"new.txt"}


def test_a_target_branch_that_nobody_has_is_everything(repo: git.Repo, tmp_path: Path) -> None:
    reason = "GITHUB_BASE_REF says nope, and origin has no such branch"
    assert found(clone(repo, tmp_path / "c"), GITHUB_BASE_REF="nope") == Changes("", None, reason)


def test_a_push(repo: git.Repo, tmp_path: Path) -> None:
    before = str(repo.git.rev_parse("HEAD"))
    commit(repo, "one.txt", "x")
    commit(repo, "two.txt", "x")
    assert found(repo, **push(tmp_path, before)) == Changes(
        before[:12], frozenset({"one.txt", "two.txt"})
    )
    shallow = clone(repo, tmp_path / "shallow", "--depth", "1")
    assert files(shallow, **push(tmp_path, before)) == {"one.txt", "two.txt"}
    assert found(repo, **push(tmp_path, "0" * 40)).base == "HEAD~1"


def test_a_push_of_what_nobody_has_any_more(repo: git.Repo, tmp_path: Path) -> None:
    gone = "1234567890" * 4
    assert found(repo, **push(tmp_path, gone)) == Changes(
        "", None, f"the commit before the push, {gone[:12]}, is not there"
    )


def test_a_tag_is_everything(repo: git.Repo) -> None:
    assert found(repo, GITHUB_REF_TYPE="tag", GITHUB_REF_NAME="v1") == Changes(
        "", None, "tag v1 is built as a whole"
    )


def test_a_shallow_clone_of_one_branch_is_deepened_on_both_sides(
    repo: git.Repo, tmp_path: Path
) -> None:
    repo.git.checkout("-b", "feature")
    commit(repo, "new.txt", "x")
    repo.git.checkout("main")
    for number in range(3):
        commit(repo, f"main{number}.txt", "x")
    shallow = clone(repo, tmp_path / "shallow", "--depth", "1", "--branch", "feature")
    assert files(shallow, GITHUB_BASE_REF="main") == {"new.txt"}


def test_a_full_clone_stays_one(repo: git.Repo, tmp_path: Path) -> None:
    repo.git.checkout("-b", "feature")
    commit(repo, "new.txt", "x")
    repo.git.checkout("main")
    before = commit(repo, "main.txt", "x")
    commit(repo, "more.txt", "x")
    one = clone(repo, tmp_path / "one", "--single-branch", "--branch", "feature")
    assert files(one, GITHUB_BASE_REF="main") == {"new.txt"}
    other = clone(repo, tmp_path / "other", "--single-branch", "--branch", "feature")
    assert files(other, **push(tmp_path, before)) == {"new.txt", "main.txt"}
    for made in (one, other):
        assert made.git.rev_parse("--is-shallow-repository") == "false"


@pytest.mark.parametrize("before", ["--upload-pack=touch x", "main", "", None, 1, {"a": 1}])
def test_a_push_that_says_no_commit_is_none(repo: git.Repo, tmp_path: Path, before: object) -> None:
    event = tmp_path / "event.json"
    event.write_text(json.dumps({"before": before}), "utf-8")
    environ = {"GITHUB_EVENT_NAME": "push", "GITHUB_EVENT_PATH": str(event)}
    assert found(repo, **environ).base == "HEAD~1"


@pytest.mark.parametrize("text", ["", "[]", "{", '"before"'])
def test_an_event_that_says_nothing(repo: git.Repo, tmp_path: Path, text: str) -> None:
    event = tmp_path / "event.json"
    event.write_text(text, "utf-8")
    environ = {"GITHUB_EVENT_NAME": "push", "GITHUB_EVENT_PATH": str(event)}
    assert found(repo, **environ).base == "HEAD~1"
    assert found(repo, **{**environ, "GITHUB_EVENT_PATH": str(tmp_path)}).base == "HEAD~1"


def test_on_the_main_branch_without_a_commit_before_it_is_everything(
    repo: git.Repo, tmp_path: Path
) -> None:
    unknown = Changes("", None, "CI does not say which commit was there before")
    assert found(repo, CI="true") == unknown
    assert found(repo, CI="true", GITHUB_EVENT_NAME="schedule") == unknown
    assert found(repo, CI="true", **push(tmp_path, "0" * 40)) == unknown
    before = str(repo.git.rev_parse("HEAD~1"))
    assert files(repo, CI="true", **push(tmp_path, before)) == {"a.txt"}
    repo.git.checkout("--detach")
    assert found(repo, CI="true") == unknown
    commit(repo, "new.txt", "x")
    assert files(repo, CI="true") == {"new.txt"}


def test_a_pull_request_into_a_branch_with_a_tags_name(repo: git.Repo, tmp_path: Path) -> None:
    repo.git.checkout("-b", "feature")
    commit(repo, "new.txt", "x")
    repo.git.checkout("main")
    other = clone(repo, tmp_path / "clone", "--branch", "feature")
    other.create_tag("origin/main", "HEAD")
    assert files(other, GITHUB_BASE_REF="main") == {"new.txt"}
