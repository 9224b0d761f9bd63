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


def test_names_are_stable_from_release_to_release() -> None:
    assert of_branch("feature/login-form") == "feature-login-1d021694"
    assert compose_project("My_Project", "a-very-long-service", "x") == "my-pro298c-a-verye66f-x"


def test_two_worktrees_of_one_branch_are_kept_apart() -> None:
    assert of_branch("main", "/a") != of_branch("main", "/b")


hostile = st.one_of(
    st.text(st.characters(), min_size=1, max_size=250),  # lone surrogates too: bytes of no text
    st.from_regex(r"[-./_A-Z]{1,30}", fullmatch=True),
    st.sampled_from(["$(id)", "`id`", "a;b", "..", "-", "--", "/", "con", "x" * 250, "\n", "\0"]),
)


@given(branch=hostile, project=hostile, service=st.one_of(st.just(""), hostile))
def test_any_names_give_valid_ones(branch: str, project: str, service: str) -> None:
    found = of_branch(branch)
    kept = compose_project(project, service, found, kept=True)
    for name in (found, compose_project(project, service, found), kept):
        assert DNS_LABEL.fullmatch(name)
        assert COMPOSE.fullmatch(name)
    assert len(found) <= 23
    assert len(kept) <= 50


@given(given_id=st.from_regex(r"[a-z0-9-]{1,23}", fullmatch=True), service=hostile)
def test_any_id_that_is_let_in_gives_valid_names(given_id: str, service: str) -> None:
    try:
        found = instance_id(Place(HERE), {"TEST_INSTANCE_ID": given_id})
    except UsageError:
        return
    name = compose_project("a-long-project", service, found, kept=True)
    assert DNS_LABEL.fullmatch(name)
    assert len(name) <= 50


@given(one=st.text(max_size=30), other=st.text(max_size=30))
def test_two_branches_never_share_an_id(one: str, other: str) -> None:
    same = of_branch(one or "x") == of_branch(other or "x")
    assert same == ((one or "x") == (other or "x"))


COMMIT = "0123456789abcdef" * 2


@pytest.mark.parametrize(
    ("place", "environ", "slug"),
    [
        (Place(HERE, commit=COMMIT), {}, "0123456789ab"),
        (Place(HERE, commit=COMMIT), {"GITHUB_RUN_ID": "77"}, "77"),
        (Place(HERE, commit=COMMIT), {"CI_PIPELINE_ID": "88", "CI_JOB_ID": "99"}, "88"),
        (Place(HERE, "main", COMMIT), {"GITHUB_RUN_ID": "77"}, "main"),
        (Place(HERE), {}, "shop"),
        (Place("C:\\src\\Shop\\"), {}, "shop"),
        (Place("/"), {}, "x"),
    ],
)
def test_without_a_branch(place: Place, environ: dict[str, str], slug: str) -> None:
    assert re.fullmatch(rf"{slug}-[0-9a-f]{{8}}", instance_id(place, environ))


@pytest.mark.parametrize(
    "variable",
    [
        "GITHUB_RUN_ID",
        "GITHUB_RUN_ATTEMPT",
        "GITHUB_JOB",
        "CI_PIPELINE_ID",
        "CI_JOB_ID",
    ],
)
def test_ci_jobs_with_one_path_are_kept_apart(variable: str) -> None:
    place = Place("/workspace", "main")
    found = {instance_id(place, {variable: value} if value else {}) for value in ("", "1", "2")}
    assert len(found) == 3


@pytest.mark.parametrize("good", ["mine-1", "a", "1", "a" * 23, "a--b"])
def test_the_variable_wins(good: str) -> None:
    assert instance_id(Place(HERE, "main"), {"TEST_INSTANCE_ID": good}) == good


@pytest.mark.parametrize(
    "bad",
    ["Mine", "a_b", "-a", "a-", "a" * 24, "$(id)", "a/b", "ü", " ", "a\n", "²", "mine-kept"],
)
def test_the_variable_after_validation(bad: str) -> None:
    with pytest.raises(UsageError) as refused:
        instance_id(Place(HERE, "main"), {"TEST_INSTANCE_ID": bad})
    assert refused.value.message == (
        f"TEST_INSTANCE_ID={bad!r} can't be part of container and network names"
    )
    assert refused.value.hint == (
        "use 1 to 23 of a-z, 0-9 and '-', not starting or ending with '-' nor ending with "
        "'-kept'; or unset TEST_INSTANCE_ID: the branch then gives the id"
    )


def test_compose_project_names() -> None:
    assert compose_project("shop", "", "main-1") == "shop-test-main-1"
    assert compose_project("shop", "api", "main-1", kept=True) == "shop-api-main-1-kept"
    # A service that is called like the full stack, or cut like another, is not taken for it.
    names = ("", "test", "Test", "my-api", "my_api", "a-long-name-1", "a-long-name-2", "-", "_")
    assert len({compose_project("shop", name, "x") for name in names}) == len(names)
