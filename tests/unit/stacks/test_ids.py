"""Names are valid everywhere, unique, and stable."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from taskslib.errors import UsageError
from taskslib.stacks.ids import Place, compose_project, instance_id

DNS_LABEL = re.compile(r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?")
COMPOSE = re.compile(r"[a-z0-9][a-z0-9_-]*")
HERE = "/home/ada/shop"


def of_branch(branch: str, folder: str = HERE) -> str:
    return instance_id(Place(folder, branch), {})


@pytest.mark.parametrize(
    ("branch", "start"),
    [
        ("main", "main"),
        ("feature/login-form", "feature-login"),
        ("Crème/Ärger", "creme-arger"),
        ("--help", "help"),
        ("$(rm -rf /)", "rm-rf"),
        ("日本語", "x"),
        ("a" * 250, "a" * 14),
    ],
)
def test_id_begins_with_the_branch_and_ends_in_a_hash(branch: str, start: str) -> None:
    assert re.fullmatch(rf"{start}-[0-9a-f]{{8}}", of_branch(branch))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("feature/login-form", "feature/login-page"),
        ("feature/foo", "feature-foo"),
        ("Feature/X", "feature/x"),
        ("日本語", "中文"),
    ],
)
def test_branches_that_look_alike_are_kept_apart(one: str, other: str) -> None:
    assert of_branch(one) != of_branch(other)


def test_two_worktrees_of_one_branch_are_kept_apart() -> None:
    assert of_branch("main", "/a") != of_branch("main", "/b")


@given(branch=st.text(min_size=1, max_size=250), project=st.text(min_size=1, max_size=80))
def test_any_branch_and_project_give_valid_names(branch: str, project: str) -> None:
    found = of_branch(branch)
    name = compose_project(project, "some service", found, kept=True)
    assert found == of_branch(branch)
    assert DNS_LABEL.fullmatch(found)
    assert DNS_LABEL.fullmatch(name)
    assert COMPOSE.fullmatch(name)
    assert len(name) <= 50


@given(one=st.text(max_size=30), other=st.text(max_size=30))
def test_two_branches_never_share_an_id(one: str, other: str) -> None:
    same = of_branch(one or "x") == of_branch(other or "x")
    assert same == ((one or "x") == (other or "x"))


def test_detached_head_goes_by_the_commit_and_no_git_by_the_folder() -> None:
    commit = "0123456789abcdef" * 2
    assert instance_id(Place(HERE, commit=commit), {}).startswith("0123456789ab-")
    assert instance_id(Place(HERE), {}).startswith("shop-")


def test_ci_jobs_with_one_path_are_kept_apart() -> None:
    place = Place("/workspace", "main")
    jobs = [{"GITHUB_RUN_ID": "1", "GITHUB_JOB": job} for job in ("unit", "service")]
    assert instance_id(place, jobs[0]) != instance_id(place, jobs[1])


def test_variable_wins_after_validation() -> None:
    assert instance_id(Place(HERE, "main"), {"TEST_INSTANCE_ID": "mine-1"}) == "mine-1"
    for bad in ("Mine", "a_b", "-a", "a-", "a" * 24, "$(id)", "a/b", "ü"):
        with pytest.raises(UsageError, match="can't be part of container and network names"):
            instance_id(Place(HERE, "main"), {"TEST_INSTANCE_ID": bad})


def test_compose_project_names() -> None:
    assert compose_project("shop", "", "main-1") == "shop-test-main-1"
    assert compose_project("shop", "api", "main-1", kept=True) == "shop-api-main-1-kept"
    # A service that is called like the full stack, or cut like another, is not taken for it.
    names = ("", "test", "my-api", "my_api", "a-very-long-name-1", "a-very-long-name-2")
    assert len({compose_project("shop", name, "x") for name in names}) == len(names)
