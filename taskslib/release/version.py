"""From a tag to a version and its image tags. Pure; rules and order are semver's.

Semantic Versioning 2.0.0 says what a version is and which of two is higher, the distribution
specification which characters an image's tag may have: `[A-Za-z0-9_][A-Za-z0-9._-]{0,127}`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from taskslib.errors import ConfigError, UsageError

if TYPE_CHECKING:
    from semantic_version import Version as Semver

LATEST = "latest"
_LONGEST = 128
"""Characters of an image's tag."""
_COMPONENT = re.compile(r"[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*")
"""One part of an image's name, between slashes."""
_HOST = re.compile(r"[a-z0-9.-]+(?::[0-9]+)?|\[[0-9a-f:]+\](?::[0-9]+)?")
_SAID_BY = "`registry` in [tool.taskslib.release]"
_COMMIT = 12
"""Digits of a commit in a development version."""


@dataclass(frozen=True, slots=True)
class Version:
    """A version, and which image tags it is published under."""

    text: str
    """Without the `v`."""
    prerelease: bool
    floating: tuple[str, ...] = ()
    """Those tags that move to it: `1.2`, `1`, `latest`, each only where it is the highest."""
    staying: tuple[tuple[str, str], ...] = ()
    """Those that don't, each with the tag of the higher version that has it."""

    @property
    def tags(self) -> tuple[str, ...]:
        """All image tags, the immutable one first."""
        return (self.text, *self.floating)

    @property
    def latest(self) -> bool:
        """Whether it moves `latest`."""
        return LATEST in self.floating


def version_of_tag(tag: str, others: Iterable[str]) -> Version:
    """Return the version that a tag names. Raises `UsageError` where it names none.

    Args:
        tag: `v1.2.3`, `v2.0.0-rc.1`.
        others: All tags of the repository; those that are no versions count for nothing.
    """
    version = _parsed(tag)
    if version.prerelease:
        return Version(str(version), prerelease=True)
    stable = [*(one for one in _versions(others) if not one.prerelease), version]
    minors = [one for one in stable if (one.major, one.minor) == (version.major, version.minor)]
    majors = [one for one in stable if one.major == version.major]
    kinds = (
        (f"{version.major}.{version.minor}", max(minors)),
        (str(version.major), max(majors)),
        (LATEST, max(stable)),
    )
    floating = tuple(name for name, top in kinds if top == version)
    staying = tuple((name, f"v{top}") for name, top in kinds if top != version)
    return Version(str(version), prerelease=False, floating=floating, staying=staying)


def higher(tag: str, others: Iterable[str]) -> tuple[str, ...]:
    """Return the tags of higher versions that are no prereleases. Raises as `version_of_tag` does.

    Args:
        tag: A version's tag.
        others: Tags; those that are no versions count for nothing.
    """
    version = _parsed(tag)
    named = [(one, found) for one in others if (found := _version(one)) is not None]
    return tuple(one for one, found in named if found > version and not found.prerelease)


def development(tags: Iterable[str], distance: int, commit: str, *, dirty: bool) -> Version:
    """Return the version of a checkout that no tag names.

    It is higher than the release that it comes after and lower than any that can follow, their
    prereleases included: a number is lower than any word, which is why it begins with 0.

    Args:
        tags: The tags of the commits that it comes after.
        distance: How many commits it is from the highest of them.
        commit: Its full hash.
        dirty: Whether there are changes that are not committed.
    """
    last = max(_versions(tags), default=None)
    if last is None:
        start = "0.0.0-0"
    elif last.prerelease:
        start = f"{last}.0"
    else:
        start = f"{last.next_patch()}-0"
    text = f"{start}.dev.{distance}.g{commit[:_COMMIT]}{'.dirty' if dirty else ''}"
    return Version(text, prerelease=True)


def is_behind(version: Version, locked: str) -> bool:
    """Return whether production would go back, or on to a prerelease, if it took a version.

    Args:
        version: What is released.
        locked: The version that production has; what is none counts for nothing.
    """
    here, there = _version(f"v{version.text}"), _version(f"v{locked}")
    if here is None or there is None or here == there:
        return False
    if version.prerelease and not there.prerelease:
        return True
    # The highest release goes before any prerelease, also one of a version yet to come.
    return bool(here < there) and not (there.prerelease and version.latest)


def highest(tags: Iterable[str]) -> str:
    """Return the tag with the highest version; empty where none has one."""
    named = [(version, tag) for tag in tags if (version := _version(tag)) is not None]
    return max(named)[1] if named else ""


def preferred(tags: Iterable[str]) -> str:
    """Return the tag that a commit with several is released by; empty where none has a version.

    That is the highest version that is no prerelease: such a commit is done with trying.
    """
    named = [(version, tag) for tag in tags if (version := _version(tag)) is not None]
    stable = [one for one in named if not one[0].prerelease]
    return max(stable or named, default=(None, ""))[1]


def tag_of(version: str) -> str:
    """Return the tag of a version that somebody typed. Raises `UsageError` for what is none."""
    tag = version if version.startswith("v") else f"v{version}"
    return f"v{_parsed(tag, version)}"


def image_name(registry: str, *parts: str, said_by: str = _SAID_BY) -> str:
    """Return the name of an image, in lower case. Raises `ConfigError` where it can't be one.

    Args:
        registry: Host, port and folders; empty for an image that is in no registry.
        parts: The project, and the service where there are several.
        said_by: Where the registry is named, for people.
    """
    place = registry.strip("/").lower()
    scheme, slashes, bare = place.partition("://")
    if slashes:
        raise ConfigError(
            f"{scheme}:// can't be an image's name: it begins with the host",
            hint=f"the registry without it: {bare.rpartition('@')[2]}",
        )
    name = "-".join(parts).lower()
    host, *folders = place.split("/") if place else ("",)
    wrong = [part for part in folders if not _COMPONENT.fullmatch(part)]
    if wrong or (host and not _HOST.fullmatch(host)):
        raise ConfigError(
            f"{registry!r} can't be an image's name, nor what one begins with",
            hint=f"mend {said_by}: host:port, then folders of letters, digits, . _ -",
        )
    if not _COMPONENT.fullmatch(name):
        raise ConfigError(
            f"{name!r} can't be an image's name",
            hint="set `project` in [tool.taskslib]: letters, digits, . _ -",
        )
    return "/".join(filter(None, (place, name)))


def _parsed(tag: str, typed: str | None = None) -> Semver:
    version = _version(tag)
    if version is not None and len(str(version)) <= _LONGEST:
        return version
    told = tag if typed is None else typed
    if version is not None:
        raise UsageError(f"{told!r} is longer than an image's tag may be ({_LONGEST} characters)")
    bare = tag.partition("+")[0]
    if bare != tag and _version(bare) is not None:
        raise UsageError(
            f"{told!r}: an image's tag can't have a `+`, and another character in its place would "
            "make it a prerelease",
            hint=f"tag {bare}, or the version after it",
        )
    raise UsageError(
        f"{told!r} is no version: `v`, three numbers, and for a prerelease `-` and its name",
        hint="v1.2.3 or v2.0.0-rc.1, without leading zeros",
    )


def _versions(tags: Iterable[str]) -> list[Semver]:
    return [version for tag in tags if (version := _version(tag)) is not None]


def _version(tag: str) -> Semver | None:
    """Return a tag's version; None where it has none, or one that can be no image's tag."""
    from semantic_version import Version as Semver

    text = tag.removeprefix("v")
    try:
        version = Semver(text) if text != tag and text.isascii() else None
    except ValueError:
        return None
    # The library takes a line's end for the text's.
    return None if version is None or version.build or str(version) != text else version
