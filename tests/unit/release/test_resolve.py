"""Versions of real repositories and clones, as `inv version` tells them."""

from __future__ import annotations

import json
import re
from pathlib import Path

import git
import pytest

from tests.support.checkouts import clone, commit, root, two_commits
from tests.support.projects import Ran, inv, write

TASKS = "from taskslib import ns\n"
BRANCHES = "[tool.taskslib.release]\nbranches = ['release/*']\n"
UNKNOWN = "this clone is shallow"


@pytest.fixture
def repo(tmp_path: Path) -> git.Repo:
    """A repository with commits, of which the first two are tagged as v1.2.3 and v1.3.0."""
    made = two_commits(tmp_path / "shop")
    commit(made, "tasks.py", TASKS)
    made.git.tag("v1.2.3")
    commit(made, "a.txt", "a3")
    made.git.tag("-a", "v1.3.0", "-m", "annotated")
    commit(made, "a.txt", "a4")
    return made


def tags(where: git.Repo | Path, tag: str = "", **variables: str) -> str:
    """Return the image tags of a version, as far as it is none."""
    place = where if isinstance(where, Path) else root(where)
    ran = inv(place, "version", "--json", *(["--tag", tag] if tag else []), **variables)
    assert (ran.code, ran.err) == (0, "")
    return " ".join(json.loads(ran.out)["tags"])


def refused(where: git.Repo | Path, *arguments: str, **variables: str) -> str:
    place = where if isinstance(where, Path) else root(where)
    ran = inv(place, "version", *arguments, **variables)
    assert (ran.code, ran.out) == (2, "")
    return ran.err


def test_a_tag_by_name(repo: git.Repo) -> None:
    assert tags(repo, "v1.2.3") == "1.2.3 1.2"
    assert tags(repo, "v1.3.0") == "1.3.0 1.3 1 latest"
    assert inv(root(repo), "version", "--tag", "v1.3.0") == Ran(
        0, "1.3.0\n", "tag v1.3.0; image tags: 1.3.0, 1.3, 1, latest; latest moves\n"
    )
    ran = inv(root(repo), "version", "--tag", "v1.2.3", "--json")
    assert json.loads(ran.out) == {
        "version": "1.2.3",
        "prerelease": False,
        "tags": ["1.2.3", "1.2"],
        "latest": False,
        "tag": "v1.2.3",
        "commit": repo.git.rev_parse("v1.2.3^{commit}"),
    }


def test_an_empty_tag_is_none(repo: git.Repo) -> None:
    message = "error: --tag '' names nothing\n\nhint: inv version --tag v1.2.3\n"
    assert refused(repo, "--tag", "") == message


def test_a_checkout(repo: git.Repo) -> None:
    head = str(repo.git.rev_parse("HEAD"))[:12]
    assert tags(repo) == f"1.3.1-0.dev.1.g{head}"
    write(root(repo), {"new.txt": ""})
    assert tags(repo) == f"1.3.1-0.dev.1.g{head}.dirty"
    (root(repo) / "new.txt").unlink()
    repo.git.tag("v1.4.0-rc.1")
    assert tags(repo) == "1.4.0-rc.1"
    repo.git.tag("v1.4.0")
    repo.git.tag("nightly")
    assert tags(repo) == "1.4.0 1.4 1 latest"
    # What is written after a release is no change of what was released.
    write(root(repo), {"deploy/prod/images.lock": ""})
    assert tags(repo) == "1.4.0 1.4 1 latest"
    write(root(repo), {"a.txt": "changed"})
    assert tags(repo) == f"1.4.1-0.dev.0.g{head}.dirty"
    words = "{}: a development version; .*; latest stays where it is\n"
    changed = words.format("changes that are not committed")
    assert re.fullmatch(changed, inv(root(repo), "version").err)
    commit(repo, "a.txt", "changed")
    assert re.fullmatch(words.format("no tag"), inv(root(repo), "version").err)


def test_of_several_tags_of_a_commit_a_stable_one_counts(repo: git.Repo) -> None:
    for one in ("v3.0.0-rc.1", "v3.0.0-rc.2"):
        repo.git.tag(one)
    assert tags(repo) == "3.0.0-rc.2"
    for one in ("v1.4.0", "v2.0.0"):
        repo.git.tag(one)
    assert tags(repo) == "2.0.0 2.0 2 latest"


def test_a_checkout_without_any_tag(tmp_path: Path) -> None:
    made = two_commits(tmp_path / "shop")
    head = commit(made, "tasks.py", TASKS)
    assert tags(made) == f"0.0.0-0.dev.3.g{head[:12]}"


def test_the_tag_of_ci(repo: git.Repo, tmp_path: Path) -> None:
    repo.git.checkout("v1.2.3")
    ci = {"GITHUB_REF_TYPE": "tag", "GITHUB_REF_NAME": "v1.2.3"}
    assert tags(repo, **ci) == "1.2.3 1.2"
    assert tags(repo, "v1.3.0", **ci) == "1.3.0 1.3 1 latest"
    outputs = tmp_path / "outputs"
    outputs.write_text("other=1\n")
    ran = inv(root(repo), "version", "--github-output", **ci, GITHUB_OUTPUT=str(outputs))
    assert (ran.code, outputs.read_text()) == (0, "other=1\nVERSION=1.2.3\n")
    repo.git.tag("v2.0.0-rc.1")
    ci["GITHUB_REF_NAME"] = "v2.0.0-rc.1"
    inv(root(repo), "version", "--github-output", **ci, GITHUB_OUTPUT=str(outputs))
    assert outputs.read_text() == "other=1\nVERSION=1.2.3\nVERSION=2.0.0-rc.1\nPRERELEASE=true\n"
    assert refused(repo, "--github-output") == (
        "error: --github-output: there are no outputs to write: GITHUB_OUTPUT names no file\n\n"
        "hint: it does in a workflow; elsewhere leave --github-output out\n"
    )
    branch = {"GITHUB_REF_TYPE": "branch", "GITHUB_REF_NAME": "v2.0.0-rc.1"}
    assert tags(repo, **branch) == "1.2.3 1.2"
    repo.git.checkout("main")
    ci["GITHUB_REF_NAME"] = "v1.2.3"
    head, tag = (str(repo.git.rev_parse(one))[:12] for one in ("HEAD", "v1.2.3"))
    assert refused(repo, **ci) == (
        f"error: checked out is {head}, not v1.2.3 ({tag}), which CI runs for\n\nhint: git "
        "checkout v1.2.3; without it leave GITHUB_REF_TYPE and GITHUB_REF_NAME unset\n"
    )


@pytest.mark.parametrize(
    ("tag", "message"),
    [
        ("v1.2.3+build", "'v1.2.3+build': an image's tag can't have a `+`"),
        ("v1.2", "'v1.2' is no version"),
        ("v01.2.3", "'v01.2.3' is no version"),
        ("v9.9.9", "there is no tag 'v9.9.9'"),
        ("--upload-pack=x", "'--upload-pack=x' is no version"),
    ],
)
def test_what_is_no_tag(repo: git.Repo, tag: str, message: str) -> None:
    assert refused(repo, f"--tag={tag}").startswith(f"error: {message}")


def test_a_tag_on_another_branch(repo: git.Repo) -> None:
    repo.git.checkout("-b", "release/1.3", "v1.3.0")
    commit(repo, "b.txt", "fixed")
    repo.git.tag("v1.3.1")
    assert refused(repo, "--tag", "v1.3.1") == (
        "error: v1.3.1 is not on a branch that is released from (main)\n\n"
        'hint: merge it; or allow more, as `branches = ["release/*"]` in '
        "[tool.taskslib.release]\n"
    )
    # One that is only checked out has its version, which is said to be none to publish.
    note = "v1.3.1 is not on a branch that is released from (main)"
    assert inv(root(repo), "version") == Ran(
        0,
        "1.3.1\n",
        f"note: {note}: it can't be published\n"
        "tag v1.3.1; image tags: 1.3.1; latest stays where it is\n",
    )
    ci = {"GITHUB_REF_TYPE": "tag", "GITHUB_REF_NAME": "v1.3.1"}
    assert refused(repo, **ci).startswith(f"error: {note}\n")
    write(root(repo), {"services/api/Dockerfile": "FROM scratch\n"})
    repo.git.add("-A")
    repo.git.commit("--amend", "--no-edit")
    repo.git.tag("-f", "v1.3.1")
    ran = inv(root(repo), "build", "--push", REGISTRY="localhost:1")
    assert (ran.code, ran.out) == (2, "")
    assert ran.err.startswith(f"error: {note}\n")
    write(root(repo), {"pyproject.toml": BRANCHES})
    assert tags(repo, "v1.3.1") == "1.3.1 1.3 1 latest"
    repo.git.branch("-m", "feature/x")
    assert "(main, release/*)" in refused(repo, "--tag", "v1.3.1")
    write(root(repo), {"pyproject.toml": "[tool.taskslib.release]\nbranch = 'feature/x'\n"})
    assert tags(repo, "v1.3.1") == "1.3.1 1.3 1 latest"


def test_a_higher_tag_on_no_branch_that_is_released_from(repo: git.Repo, tmp_path: Path) -> None:
    all_, held = "1.3.0 1.3 1 latest", "1.3.0 1.3 1"
    repo.git.checkout("-b", "side")
    commit(repo, "b.txt", "tried")
    repo.git.tag("v9.0.0")
    repo.git.checkout("main")
    assert tags(repo, "v1.3.0") == all_
    # A clone knows it, a shallow one and one that has not fetched it do not.
    assert tags(clone(repo, tmp_path / "clone"), "v1.3.0") == all_
    only = ("--no-tags", "--single-branch", "--branch", "main")
    bare = clone(repo, tmp_path / "bare", *only)
    shallow = clone(repo, tmp_path / "shallow", *only, "--depth", "1")
    assert tags(bare, "v1.3.0") == tags(shallow, "v1.3.0") == held
    told = "tag v1.3.0; image tags: 1.3.0, 1.3, 1; latest stays: v9.0.0 is higher\n"
    assert inv(root(bare), "version", "--tag", "v1.3.0").err == told
    # Branches that come and go may have had it.
    write(root(repo), {"pyproject.toml": BRANCHES})
    assert tags(repo, "v1.3.0") == held
    (root(repo) / "pyproject.toml").unlink()
    repo.git.merge("side")
    assert tags(repo, "v1.3.0") == held


def test_the_remote_says_what_is_the_default_branch(repo: git.Repo, tmp_path: Path) -> None:
    repo.git.branch("-m", "trunk")
    other = clone(repo, tmp_path / "clone")
    assert tags(other, "v1.3.0") == "1.3.0 1.3 1 latest"
    repo.git.checkout("--orphan", "elsewhere")
    commit(repo, "c.txt", "")
    assert "released from (elsewhere)" in refused(other, "--tag", "v1.3.0")


def test_a_tag_that_has_moved(repo: git.Repo, tmp_path: Path) -> None:
    was, now = (str(repo.git.rev_parse(one)) for one in ("v1.3.0^{commit}", "HEAD"))
    other = clone(repo, tmp_path / "clone")
    repo.git.tag("-f", "v1.3.0")
    next_ = "release what is new under the next version\n"
    mends = f"hint: git fetch --tags --force takes what the remote has; {next_}"
    assert refused(other, "--tag", "v1.3.0") == (
        f"error: v1.3.0 is {was[:12]} here and {now[:12]} at the remote: a version does not "
        f"change\n\n{mends}"
    )
    # Where the clone has the new one too, what was released tells.
    other.git.fetch("--tags", "--force")
    assert tags(other, "v1.3.0") == "1.3.0 1.3 1 latest"
    lock = f'version = "1.3.0"\nrevision = "{was}"\n'
    write(root(other), {"deploy/prod/images.lock": lock})
    assert refused(other, "--tag", "v1.3.0") == (
        f"error: v1.3.0 is {now[:12]} now, and was released as {was[:12]} "
        f"(deploy/prod/images.lock): a version does not change\n\nhint: {next_}"
    )
    write(root(other), {"deploy/prod/images.lock": lock.replace(was, now)})
    assert tags(other, "v1.3.0") == "1.3.0 1.3 1 latest"
    write(root(other), {"deploy/prod/images.lock": "damaged"})
    assert tags(other, "v1.3.0") == "1.3.0 1.3 1 latest"


def test_tags_that_a_clone_has_not(repo: git.Repo, tmp_path: Path) -> None:
    other = clone(repo, tmp_path / "clone", "--no-tags")
    assert tags(other, "v1.2.3") == "1.2.3 1.2"
    repo.git.tag("v2.0.0")
    assert tags(other, "v1.3.0") == "1.3.0 1.3 1"
    assert tags(other, "v2.0.0") == "2.0.0 2.0 2 latest"


def test_a_shallow_clone(repo: git.Repo, tmp_path: Path) -> None:
    head = str(repo.git.rev_parse("HEAD"))[:12]
    of_tag = clone(repo, tmp_path / "tag", "--depth", "1", "--branch", "v1.2.3")
    assert tags(of_tag) == tags(of_tag, "v1.2.3") == "1.2.3 1.2"
    of_main = clone(repo, tmp_path / "main", "--depth", "1", "--no-tags")
    assert tags(of_main, "v1.2.3") == "1.2.3 1.2"
    again = clone(repo, tmp_path / "again", "--depth", "1", "--no-tags")
    assert tags(again) == f"1.3.1-0.dev.1.g{head}"


def test_a_shallow_clone_whose_remote_is_gone(repo: git.Repo, tmp_path: Path) -> None:
    shallow = clone(repo, tmp_path / "clone", "--depth", "1", "--branch", "v1.3.0")
    full = clone(repo, tmp_path / "full")
    root(repo).rename(tmp_path / "gone")
    told = refused(shallow, "--tag", "v1.3.0")
    assert told.startswith(f"error: {UNKNOWN}, and the remote does not tell its tags")
    assert told.endswith("hint: git fetch --unshallow --tags\n")
    shallow.git.tag("-d", "v1.3.0")
    assert refused(shallow).startswith(f"error: {UNKNOWN}: which version it comes after")
    # One that has all history says that it knows no better.
    ran = inv(root(full), "version", "--tag", "v1.3.0")
    assert (ran.code, ran.out) == (0, "1.3.0\n")
    assert ran.err.startswith("note: the remote does not answer: its tags are those of the last")


def test_no_repository(tmp_path: Path) -> None:
    write(tmp_path, {"tasks.py": TASKS})
    assert refused(tmp_path).startswith("error: ROOT has no version: not a git repository")
    git.Repo.init(tmp_path)
    assert refused(tmp_path).startswith("error: ROOT has no version: there is no commit")


def test_without_git(repo: git.Repo, tmp_path: Path) -> None:
    assert refused(repo, PATH=str(tmp_path / "none")) == (
        "error: git is not installed (it is not on PATH)\n\n"
        "hint: install git: versions are its tags\n"
    )


@pytest.mark.parametrize("how", [("v2.0.0",), ("-a", "v2.0.0", "-m", "annotated")])
def test_a_tag_that_names_no_commit(repo: git.Repo, tmp_path: Path, how: tuple[str, ...]) -> None:
    """Git lets a tag name a folder; also one that a clone has not fetched."""
    repo.git.tag(*how, "HEAD^{tree}")
    bare = clone(repo, tmp_path / "bare", "--no-tags", "--depth=1")
    for one in (repo, bare):
        assert refused(one, "--tag", "v2.0.0") == (
            "error: v2.0.0 names a tree, not a commit, so no history has it\n\n"
            "hint: remove it (git tag --delete v2.0.0), and tag a commit\n"
        )
