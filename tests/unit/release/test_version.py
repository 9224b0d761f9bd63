"""The table of versions: what each tag comes to, beside the others that there are."""

from __future__ import annotations

import itertools
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from semantic_version import Version as Semver

from taskslib.display.release import staying_words
from taskslib.errors import ConfigError, UsageError
from taskslib.release.version import (
    Version,
    development,
    highest,
    image_name,
    is_behind,
    tag_of,
    version_of_tag,
)

COMMIT = "0123456789abcdef0123456789abcdef01234567"
TAG = re.compile(r"[A-Za-z0-9_][A-Za-z0-9._-]{0,127}")
PLUS = (
    ": an image's tag can't have a `+`, and another character in its place would make it a "
    "prerelease"
)
NONE = " is no version: `v`, three numbers, and for a prerelease `-` and its name"


@pytest.mark.parametrize(
    ("tag", "others", "tags"),
    [
        ("v1.2.3", [], "1.2.3 1.2 1 latest"),
        ("v1.2.3", ["v1.2.3", "v1.2.2", "v1.1.9", "v0.9.0"], "1.2.3 1.2 1 latest"),
        ("v2.0.0-rc.1", ["v1.2.3"], "2.0.0-rc.1"),
        ("v2.0.0-rc.1", [], "2.0.0-rc.1"),
        ("v1.9.5", ["v2.0.0", "v1.9.4"], "1.9.5 1.9 1"),
        ("v1.2.4", ["v1.3.0", "v1.2.3"], "1.2.4 1.2"),
        ("v1.2.3", ["v1.2.4"], "1.2.3"),
        ("v1.2.3", ["v1.2.10"], "1.2.3"),
        ("v1.2.10", ["v1.2.9"], "1.2.10 1.2 1 latest"),
        ("v1.10.0", ["v1.9.0"], "1.10.0 1.10 1 latest"),
        ("v10.0.0", ["v9.0.0"], "10.0.0 10.0 10 latest"),
        # A prerelease is no release: it holds no floating tag back.
        ("v1.2.3", ["v2.0.0-rc.1", "v1.2.4-rc.1"], "1.2.3 1.2 1 latest"),
        ("v2.0.0", ["v2.0.0-rc.10", "v2.0.0-rc.2", "v1.0.0"], "2.0.0 2.0 2 latest"),
        # What is no version counts for nothing.
        ("v1.2.3", ["v9", "v9.9", "9.9.9", "v9.9.9+build", "v09.9.9", "nightly", ""],
         "1.2.3 1.2 1 latest"),
        ("v0.1.0", [], "0.1.0 0.1 0 latest"),
    ],
)  # fmt: skip
def test_a_tag_comes_to_image_tags(tag: str, others: list[str], tags: str) -> None:
    found = version_of_tag(tag, others)
    assert " ".join(found.tags) == tags
    assert found.prerelease == ("-" in found.text)
    assert found.latest == tags.endswith("latest")


@pytest.mark.parametrize(
    ("tag", "others", "words"),
    [
        ("v1.2.3", ["v1.2.2"], ""),
        ("v1.2.3", ["v1.2.4", "v1.2.5"], "1.2, 1 and latest stay: v1.2.5 is higher"),
        (
            "v1.2.3",
            ["v1.3.0", "v2.0.0"],
            "1 stays: v1.3.0 is higher; latest stays: v2.0.0 is higher",
        ),
        ("v1.2.3", ["v1.3.0", "v2.0.0-rc.1"], "1 and latest stay: v1.3.0 is higher"),
        ("v1.2.3-rc.1", ["v2.0.0"], ""),
    ],
)
def test_what_stays_is_said_with_what_is_higher(tag: str, others: list[str], words: str) -> None:
    assert staying_words(version_of_tag(tag, others)) == words


@pytest.mark.parametrize(
    ("tag", "message"),
    [
        ("v1.2.3+build", f"'v1.2.3+build'{PLUS}"),
        ("v1.2.3+", f"'v1.2.3+'{PLUS}"),
        ("v1.2.3-rc.1+build.5", f"'v1.2.3-rc.1+build.5'{PLUS}"),
        *(
            (tag, f"{tag!r}{NONE}")
            for tag in (
                "v1.2", "v1.2.3.4", "v01.2.3", "v1.02.3", "1.2.3", "vv1.2.3", "v1.2.3-",
                "v1.2.3-01", "v1.2.3-rc..1", "v1.2.3 ", "v1.2.3\n", "v1.2.3-ä", "v\u0661.2.3",
                "", "v", "latest",
                "v1.2.3-rc_1", "v1.2.3/x", "-v1.2.3",
            )
        ),
        (f"v1.2.3-{'a' * 140}",
         f"'v1.2.3-{'a' * 140}' is longer than an image's tag may be (128 characters)"),
    ],
)  # fmt: skip
def test_what_is_no_version_is_refused(tag: str, message: str) -> None:
    with pytest.raises(UsageError) as refused:
        version_of_tag(tag, [])
    assert refused.value.message == message


def test_the_order_is_semvers() -> None:
    rising = [
        "v1.0.0-alpha", "v1.0.0-alpha.1", "v1.0.0-alpha.beta", "v1.0.0-beta", "v1.0.0-beta.2",
        "v1.0.0-beta.11", "v1.0.0-rc.2", "v1.0.0-rc.10", "v1.0.0", "v1.0.1-rc.1", "v1.0.9",
        "v1.0.10",
    ]  # fmt: skip
    for lower, higher in itertools.pairwise(rising):
        assert highest([lower, higher]) == highest([higher, lower]) == higher
    assert highest(["nightly", "v1"]) == highest([]) == ""


def test_what_is_typed_comes_to_a_tag() -> None:
    assert tag_of("1.2.3") == tag_of("v1.2.3") == "v1.2.3"
    with pytest.raises(UsageError, match=r"'1\.2' is no version"):
        tag_of("1.2")


@pytest.mark.parametrize(
    ("tags", "text", "after", "before"),
    [
        ([], "0.0.0-0.dev.4.g0123456789ab", "0.0.0-0", "0.0.0-alpha"),
        (["v1.2.3"], "1.2.4-0.dev.4.g0123456789ab", "1.2.3", "1.2.4-alpha.1"),
        (["v1.2.3", "v1.2.10"], "1.2.11-0.dev.4.g0123456789ab", "1.2.10", "1.2.11"),
        (["v1.2.3", "v2.0.0-rc.1"], "2.0.0-rc.1.0.dev.4.g0123456789ab", "2.0.0-rc.1",
         "2.0.0-rc.1.1"),
        (["v2.0.0-rc.1", "nightly"], "2.0.0-rc.1.0.dev.4.g0123456789ab", "2.0.0-rc.1",
         "2.0.0-rc.2"),
    ],
)  # fmt: skip
def test_without_a_tag_it_is_a_development_version(
    tags: list[str], text: str, after: str, before: str
) -> None:
    assert development(tags, 4, COMMIT, dirty=False) == Version(text, prerelease=True)
    assert development(tags, 4, COMMIT, dirty=True).text == f"{text}.dirty"
    assert Semver(after) < Semver(text) < Semver(f"{text}.dirty") < Semver(before)


VERSIONS = st.builds(
    lambda numbers, pre: f"v{'.'.join(map(str, numbers))}{pre}",
    st.tuples(*[st.integers(0, 12)] * 3),
    st.sampled_from(["", "", "", "-rc.1", "-rc.10", "-0", "-a-b"]),
)


@given(st.lists(VERSIONS, min_size=1, max_size=12), st.integers(0, 10_000))
def test_a_development_version_is_above_the_last_and_below_the_next(
    tags: list[str], distance: int
) -> None:
    found = development(tags, distance, COMMIT, dirty=True)
    assert TAG.fullmatch(found.text)
    assert found.tags == (found.text,)
    last = Semver(highest(tags)[1:])
    following = [f"{last}.1", f"{last}.a", str(last.truncate("patch"))]
    if not last.prerelease:
        following = [f"{last.next_patch()}-a", str(last.next_patch()), f"{last.next_minor()}-0"]
    assert last < Semver(found.text)
    assert all(Semver(found.text) < Semver(one) for one in following)


@given(st.lists(VERSIONS, min_size=1, max_size=12, unique=True))
def test_each_floating_tag_is_moved_by_the_highest_alone(tags: list[str]) -> None:
    """Whatever there is, one tag at most moves `latest`, and each `1.2` and `1`."""
    moved: dict[str, list[str]] = {}
    for tag in tags:
        for name in version_of_tag(tag, tags).floating:
            moved.setdefault(name, []).append(tag)
    assert all(len(by) == 1 for by in moved.values())
    stable = [tag for tag in tags if "-" not in tag]
    assert moved.get("latest", []) == ([highest(stable)] if stable else [])


@pytest.mark.parametrize(
    ("registry", "parts", "name"),
    [
        ("registry/Acme", ("api",), "registry/acme/api"),
        ("Registry.Example:5000/Acme/", ("Shop", "Api"), "registry.example:5000/acme/shop-api"),
        ("", ("shop", "api"), "shop-api"),
        ("127.0.0.1:5000", ("shop",), "127.0.0.1:5000/shop"),
        ("[::1]:5000", ("shop", "a_b.c"), "[::1]:5000/shop-a_b.c"),
    ],
)
def test_images_are_lower_case(registry: str, parts: tuple[str, ...], name: str) -> None:
    assert image_name(registry, *parts) == name


@pytest.mark.parametrize(
    ("registry", "parts"),
    [
        ("", ("my shop",)), ("", ("shop:1",)), ("", ("-shop",)), ("", ("",)), ("", ("lädchen",)),
        ("reg istry", ("shop",)), ("https://registry", ("shop",)), ("r/a//b", ("shop",)),
        ("user:pass@registry", ("shop",)), ("registry", ("shop\nx",)), ("registry\n", ("shop",)),
    ],
)  # fmt: skip
def test_what_can_be_no_image_is_refused(registry: str, parts: tuple[str, ...]) -> None:
    with pytest.raises(ConfigError, match="can't be an image's name"):
        image_name(registry, *parts)


def test_what_is_wrong_in_a_name_is_named() -> None:
    with pytest.raises(ConfigError) as refused:
        image_name("127.0.0.1:5919/a:b", "shop", "api", said_by="the variable REGISTRY")
    assert refused.value.message.startswith("'127.0.0.1:5919/a:b' can't be an image's name")
    assert refused.value.hint.startswith("mend the variable REGISTRY: ")
    with pytest.raises(ConfigError) as refused:
        image_name("127.0.0.1:5919/a", "my shop", "api")
    assert refused.value.message == "'my shop-api' can't be an image's name"
    assert refused.value.hint.startswith("set `project` in [tool.taskslib]: ")


def test_a_registry_is_no_address() -> None:
    with pytest.raises(ConfigError) as refused:
        image_name("http://me:secret@Registry.example:5000/acme", "shop")
    assert refused.value.message == "http:// can't be an image's name: it begins with the host"
    assert refused.value.hint == "the registry without it: registry.example:5000/acme"


@pytest.mark.parametrize(
    ("tag", "others", "locked", "behind"),
    [
        ("v1.1.9", ["v1.2.3"], "1.2.3", True),
        ("v1.1.9", ["v1.2.3"], "1.1.8", False),
        ("v1.2.3", ["v1.2.3"], "1.2.3", False),
        ("v1.10.0", ["v1.9.0"], "1.9.0", False),
        # What is tried out replaces no release, and a release what was tried out.
        ("v2.0.0-rc.1", [], "1.2.3", True),
        ("v2.0.0-rc.10", [], "2.0.0-rc.2", False),
        ("v2.0.0-rc.2", [], "2.0.0-rc.10", True),
        ("v1.2.4", ["v2.0.0-rc.1"], "2.0.0-rc.1", False),
        ("v1.1.9", ["v1.2.3"], "2.0.0-rc.1", True),
        # Its tag may be gone: production is where it is.
        ("v1.1.9", [], "1.2.3", True),
        ("v1.1.9", [], "", False),
        ("v1.1.9", [], "nightly", False),
    ],
)
def test_whether_production_would_go_back(
    tag: str, others: list[str], locked: str, *, behind: bool
) -> None:
    assert is_behind(version_of_tag(tag, others), locked) is behind
