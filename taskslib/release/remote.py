"""What the remote has: its default branch, branches and tags, in one question."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from taskslib.project.commits import Git

HEADS = "refs/heads/"
TAGS = "refs/tags/"
COMPLETE = "git fetch --unshallow --tags"
"""What gives a shallow clone all of its history."""
_PEELED = "^{}"
_ANSWER = 60.0
"""Seconds for the remote's answer."""


@dataclass(frozen=True, slots=True)
class Remote:
    """The refs of a remote, with the commits that they stand for."""

    default: str
    """The branch that its HEAD is; empty where it doesn't say."""
    branches: Mapping[str, str]
    tags: Mapping[str, str]


def ask_remote(git: Git) -> Remote | None:
    """Return what `origin` has now; None where there is none, or it doesn't answer."""
    wanted = ("HEAD", f"{HEADS}*", f"{TAGS}*")
    told = git("ls-remote", "--symref", "origin", *wanted, timeout=_ANSWER)
    return None if told is None else parsed(told)


def parsed(told: str) -> Remote:
    """Return what `git ls-remote --symref` printed as data."""
    default = ""
    branches: dict[str, str] = {}
    tags: dict[str, str] = {}
    for line in told.splitlines():
        what, _, name = line.partition("\t")
        if what.startswith("ref: ") and name == "HEAD":
            default = what.removeprefix("ref: ").removeprefix(HEADS)
        elif name.startswith(HEADS):
            branches[name.removeprefix(HEADS)] = what
        elif name.startswith(TAGS):
            # An annotated tag comes twice, the second time with the commit: that one counts.
            tags[name.removeprefix(TAGS).removesuffix(_PEELED)] = what
    return Remote(default, branches, tags)


def local_tags(git: Git, *chosen: str) -> dict[str, str]:
    """Return the tags of the repository, each with its commit.

    Args:
        git: Git in the repo.
        chosen: What narrows them, as `git for-each-ref` has it.
    """
    form = "--format=%(refname:lstrip=2) %(objectname) %(*objectname)"
    listed = (git("for-each-ref", form, *chosen, TAGS) or "").splitlines()
    return {name: rest[-1] for name, *rest in map(str.split, listed)}
