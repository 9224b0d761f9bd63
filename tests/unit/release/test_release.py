"""`inv release`: what it refuses, what it tags, and that it pushes nothing by itself."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import git
import pytest

from taskslib.release.changelog import section
from tests.support.checkouts import clone, commit, root
from tests.support.projects import Ran, inv, repository, unredacted, write

RUN = """\
import pathlib, os
pathlib.Path("junit.xml").write_text("<testsuite><testcase name='works'/></testsuite>")
if note := os.environ.get("NOTE"):
    pathlib.Path(note).write_text("")
"""
FILES = {
    "tasks.py": "from taskslib import ns\n",
    "pyproject.toml": "[tool.taskslib]\nproject = 'shop'\npass_env = ['NOTE']\n"
    "[tool.taskslib.service.api.unit]\n"
    f"command = [{sys.executable!r}, 'run.py']\nreport = 'junit.xml'\n",
    ".gitignore": "junit.xml\n.taskslib\n",
    "services/api/Dockerfile": "FROM scratch\n",
    "services/api/run.py": RUN,
    "CHANGELOG.md": "# Changes\n\n## 1.3.0 (unreleased)\n\n- Next.\n\n## [1.2.3] - today\n\n"
    "- New.\n  # not a comment\n\n## 1.2.2\n\n## 1.2.1\n\n- Old.\n",
}


@pytest.fixture
def origin(tmp_path: Path) -> git.Repo:
    """The repository that others clone."""
    made = repository(write(tmp_path / "origin", FILES))
    made.git.config("receive.denyCurrentBranch", "ignore")
    return made


@pytest.fixture
def shop(origin: git.Repo, tmp_path: Path) -> git.Repo:
    made = clone(origin, tmp_path / "shop")
    for name, value in (("user.name", "Ada"), ("user.email", "ada@example.org")):
        made.git.config(name, value)
    return made


def release(repo: git.Repo, *arguments: str, **variables: str) -> Ran:
    return unredacted(root(repo), "release", *arguments, **variables)


def refused(repo: git.Repo, *arguments: str) -> str:
    ran = release(repo, *arguments)
    assert (ran.code, ran.out) == (2, "")
    assert repo.git.tag() in {"", "v1.2.3"}
    return ran.err


def said(ran: Ran) -> str:
    """Return what was said, but for what the run of the tests notes."""
    lines = ran.err.splitlines(keepends=True)
    return "".join(line for line in lines if not line.startswith("note: "))


def told(repo: git.Repo, done: str, push: str = "push it") -> str:
    head = str(repo.git.rev_parse("HEAD"))[:12]
    return (
        f"{head} on main {done} as v1.2.3\n"
        f"{push}: git push --atomic origin refs/heads/main refs/tags/v1.2.3\n"
        "no CI workflow is there: `inv build --push` on the tag builds and pushes shop-api as "
        "1.2.3, 1.2, 1, latest\n"
    )


def test_a_release(shop: git.Repo, origin: git.Repo) -> None:
    ran = release(shop, "1.2.3")
    assert (ran.code, said(ran)) == (0, told(shop, "is tagged"))
    assert ran.out.endswith("1 passed, 0 failed, 0 skipped\n")
    assert shop.git.cat_file("-t", "v1.2.3") == "tag"
    assert shop.git.for_each_ref("--format=%(contents)", "refs/tags/v1.2.3").strip() == (
        "shop 1.2.3\n\n- New.\n  # not a comment"
    )
    assert shop.git.rev_parse("v1.2.3^{commit}") == shop.git.rev_parse("HEAD")
    assert origin.git.tag() == ""


def test_a_dry_run_does_nothing(shop: git.Repo) -> None:
    ran = release(shop, "v1.2.3", "--dry-run", "--push")
    assert (ran.code, ran.err) == (0, told(shop, "would be tagged"))
    assert "api" in ran.out
    assert shop.git.tag() == ""


def test_tests_that_passed_are_not_run_again(shop: git.Repo, tmp_path: Path) -> None:
    note = tmp_path / "ran"
    assert unredacted(root(shop), "test", NOTE=str(note)).code == 0
    note.unlink()
    ran = release(shop, "1.2.3", NOTE=str(note))
    assert (ran.code, note.exists()) == (0, False)
    assert "cached" in ran.out


def test_red_tests_are_not_released(shop: git.Repo) -> None:
    commit(shop, "services/api/run.py", "raise SystemExit(1)\n")
    ran = release(shop, "1.2.3")
    assert ran.code == 1
    assert shop.git.tag() == ""


def test_it_is_pushed_where_that_is_asked_for(shop: git.Repo, origin: git.Repo) -> None:
    head = commit(shop, "new.txt", "")
    write(root(shop), {".github/workflows/release.yml": ""})
    shop.git.add("-A")
    shop.git.commit("--amend", "--no-edit")
    head = str(shop.git.rev_parse("HEAD"))
    ran = release(shop, "1.2.3", "--push")
    assert ran.code == 0
    assert said(ran).splitlines()[1:] == [
        "pushed: git push --atomic origin refs/heads/main refs/tags/v1.2.3",
        "CI (.github/workflows/release.yml) then tests, builds and pushes shop-api as 1.2.3, "
        "1.2, 1, latest",
    ]
    pushed = (origin.git.rev_parse(one) for one in ("main", "v1.2.3^{commit}"))
    assert set(pushed) == {head}


@pytest.mark.skipif(os.name == "nt", reason="hooks are shell scripts there too")
def test_a_remote_that_refuses_takes_neither(shop: git.Repo, origin: git.Repo) -> None:
    hook = root(origin) / ".git/hooks/update"
    hook.write_text('#!/bin/sh\ncase "$1" in refs/tags/*) exit 1;; esac\n')
    hook.chmod(0o755)
    before = origin.git.rev_parse("main")
    head = commit(shop, "new.txt", "")
    ran = release(shop, "1.2.3", "--push")
    assert ran.code == 2
    assert "error: the remote does not take v1.2.3: " in ran.err
    assert ran.err.endswith("\nhint: the tag is here; try again: inv release 1.2.3 --push\n")
    assert (origin.git.rev_parse("main"), origin.git.tag()) == (before, "")
    # What the remote says no to can be mended there; the same command then goes on.
    hook.unlink()
    ran = release(shop, "1.2.3", "--push")
    assert (ran.code, said(ran)) == (0, told(shop, "is tagged already", "pushed"))
    assert {origin.git.rev_parse(one) for one in ("main", "v1.2.3^{commit}")} == {head}


def test_what_was_tagged_is_pushed_later(shop: git.Repo, origin: git.Repo) -> None:
    assert release(shop, "1.2.3").code == 0
    tag = shop.git.rev_parse("v1.2.3")
    ran = release(shop, "1.2.3", "--push", "--dry-run")
    assert (ran.code, ran.err) == (0, told(shop, "is tagged already"))
    for _ in range(2):
        ran = release(shop, "1.2.3", "--push")
        assert (ran.code, said(ran)) == (0, told(shop, "is tagged already", "pushed"))
        assert origin.git.rev_parse("v1.2.3") == tag


def test_without_a_remote_nothing_is_pushed(shop: git.Repo, tmp_path: Path) -> None:
    shop.git.remote("remove", "origin")
    ran = release(shop, "1.2.3", "--push", NOTE=str(tmp_path / "ran"))
    assert (ran.code, ran.out, ran.err) == (
        2,
        "",
        "error: there is no remote called origin to push to\n\n"
        "hint: git remote add origin URL; or leave --push out\n",
    )
    assert (shop.git.tag(), (tmp_path / "ran").exists()) == ("", False)
    head = str(shop.git.rev_parse("HEAD"))[:12]
    for done, more in (("would be tagged", ["--dry-run"]), ("is tagged", [])):
        ran = release(shop, "1.2.3", *more)
        assert (ran.code, said(ran)) == (
            0,
            f"{head} on main {done} as v1.2.3\n"
            "there is no remote called origin that it could be pushed to\n",
        )


def test_images_that_could_not_be_built_are_known_before_the_tests(
    shop: git.Repo, tmp_path: Path
) -> None:
    commit(shop, "deploy/dev/docker-compose.yml", "services: [\n")
    ran = release(shop, "1.2.3", NOTE=str(tmp_path / "ran"))
    assert (ran.code, ran.out, ran.err) == (
        2,
        "",
        "error: deploy/dev/docker-compose.yml: line 2 is no YAML that can be read here; how "
        "images are built is read off it\n\nhint: mend it, then: inv lint\n",
    )
    assert (shop.git.tag(), (tmp_path / "ran").exists()) == ("", False)


def test_a_version_that_is_not_the_highest(shop: git.Repo) -> None:
    shop.git.tag("v2.0.0")
    ran = release(shop, "1.2.3", "--dry-run")
    assert ran.code == 0
    assert "\nnote: latest stays: v2.0.0 is higher\n" in ran.err
    assert ran.err.endswith(" shop-api as 1.2.3, 1.2, 1\n")


def test_a_higher_tag_that_is_on_no_branch(shop: git.Repo) -> None:
    shop.git.checkout("-b", "side")
    commit(shop, "side.txt", "")
    shop.git.tag("v2.0.0")
    shop.git.checkout("main")
    ran = release(shop, "1.2.3", "--dry-run")
    assert (ran.code, ran.err) == (0, told(shop, "would be tagged"))


def test_a_branch_that_is_configured_and_does_not_exist(shop: git.Repo) -> None:
    config = (root(shop) / "pyproject.toml").read_text("utf-8")
    commit(shop, "pyproject.toml", f"{config}[tool.taskslib.release]\nbranch = 'nosuch'\n")
    words = "[tool.taskslib.release] branch = 'nosuch': there is no such branch"
    assert refused(shop, "1.2.3") == (
        f"error: 1.2.3 can't be released\n  {words}\n\nhint: mend these first\n"
    )
    shop.git.tag("v1.2.3")
    ran = inv(root(shop), "version", "--tag", "v1.2.3")
    assert (ran.code, ran.err) == (
        2,
        f"error: {words}, so v1.2.3 is on none that is released from\n\nhint: name the one that "
        "releases are of, or leave `branch` out for the default one\n",
    )
    note = f"note: {words}, so v1.2.3 is on none that is released from: it can't be published\n"
    assert inv(root(shop), "version").err.startswith(note)


def test_a_project_without_images(shop: git.Repo) -> None:
    (root(shop) / "services/api/Dockerfile").unlink()
    write(root(shop), {"services/api/pyproject.toml": ""})
    shop.git.add("-A")
    shop.git.commit("-m", "a library")
    ran = release(shop, "1.2.3")
    assert (ran.code, shop.git.tag()) == (0, "v1.2.3")
    assert ran.err.endswith("\nthere is no Dockerfile, so no image is built of it\n")


@pytest.mark.parametrize("version", ["1.2", "1.2.3+build", "01.2.3", ""])
def test_what_is_no_version(shop: git.Repo, version: str) -> None:
    assert refused(shop, version).startswith(f"error: {version!r}")


def test_all_that_is_in_its_way_is_said_at_once(shop: git.Repo) -> None:
    shop.git.tag("v1.2.3")
    head = str(shop.git.rev_parse("HEAD"))[:12]
    shop.git.checkout("-b", "feature")
    commit(shop, "more.txt", "")
    write(root(shop), {"new.txt": "", "CHANGELOG.md": "## 1.2.30\n\n- Other.\n"})
    assert refused(shop, "1.2.3") == (
        "error: 1.2.3 can't be released\n"
        "  there are changes that are not committed: git status\n"
        "  CHANGELOG.md has no section of it, or an empty or unreleased one: `## 1.2.3`\n"
        "  branch feature is checked out, and released is from main\n"
        f"  v1.2.3 is there already, as {head}\n\n"
        "hint: mend these first\n"
    )


def test_what_others_did_at_the_remote(shop: git.Repo, origin: git.Repo) -> None:
    new = commit(origin, "other.txt", "")
    origin.git.tag("v1.2.3")
    assert refused(shop, "1.2.3").splitlines()[1:3] == [
        "  the remote's main has commits that are not here: git pull",
        f"  v1.2.3 is there already, as {new[:12]}",
    ]
    root(origin).rename(root(origin).parent / "gone")
    said = refused(shop, "1.2.3")
    assert said.startswith(
        "error: the remote does not answer, so whether v1.2.3 is free is not known\n"
    )
    assert "does not appear to be a git repository" in said


NO_SECTION = "  CHANGELOG.md has no section of it, or an empty or unreleased one: `## 1.2.3`\n"
FENCED = "# Changes\n\n```markdown\n## 1.2.3\n\n- How to write one.\n```\n"


@pytest.mark.parametrize("text", ["", "# Changes\n", "Changes\n=======\n\n- Some.\n", FENCED])
def test_a_changelog_without_any_section(shop: git.Repo, text: str) -> None:
    commit(shop, "CHANGELOG.md", text)
    assert refused(shop, "1.2.3", "--dry-run") == (
        f"error: 1.2.3 can't be released\n{NO_SECTION}\nhint: mend these first\n"
    )


def test_what_changes_while_the_tests_run_is_not_tagged(shop: git.Repo) -> None:
    ran = release(shop, "1.2.3", NOTE=str(root(shop) / "new.txt"))
    assert ran.code == 2
    assert "error: something changed while the tests ran" in ran.err
    assert shop.git.tag() == ""


@pytest.mark.parametrize(
    ("version", "text"),
    [
        ("1.2.3", "- New.\n  # not a comment"),
        ("1.2.1", "- Old."),
        ("1.2.2", ""),
        ("1.3.0", ""),
        ("1.2", ""),
        ("1.2.4", ""),
        ("1.2.3-rc.1", ""),
    ],
)
def test_sections_of_a_changelog(version: str, text: str) -> None:
    assert section(FILES["CHANGELOG.md"], version) == text
    assert section("## v2.0.0 — x\r\n\r\n- Yes.\r\n", "2.0.0") == "- Yes."
    assert section("## 2.0.0-rc.1\n- No.\n", "2.0.0") == ""


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (f"{FENCED}\n## 1.2.3\n\n- Yes.\n\n    ## 1.2.2\n\n## 1.2.2\n", "- Yes.\n\n    ## 1.2.2"),
        ("<!--\n## 1.2.3\n- No.\n-->\n## 1.2.3\n- Yes.\n", "- Yes."),
        ("- x\n\n  ## 1.2.3\n\n  No.\n", ""),
        ("Changes\n=======\n\n[1.2.3] - today\n---------------\n\nYes.\n\nOld\n===\n", "Yes."),
        ("## 1.2.3\n\n### New\n\nYes.\n", "### New\n\nYes."),
        ("## [1.2.3]\n\n[1.2.3]: https://example.org\n", ""),
    ],
)
def test_a_changelog_is_read_as_markdown(text: str, told: str) -> None:
    assert section(text, "1.2.3") == told
