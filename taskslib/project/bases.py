"""What files are compared with where nobody names it: what CI says, or a branch's merge base."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from taskslib.project.commits import Git

_DEFAULTS = ("main", "master")
_REMOTE = "origin/"
_COMMIT = re.compile(r"[0-9a-f]{7,64}")
_ZERO = re.compile(r"0+")
_DEEPENED = (50, 500, 5000)
"""By how many commits a shallow clone is deepened, one after the other, to find a merge base."""


@dataclass(frozen=True, slots=True)
class Base:
    """A commit to compare with."""

    name: str
    """For people; where there is no commit, why."""
    commit: str | None


def base_of_ci(git: Git, environ: Mapping[str, str]) -> Base | None:
    """Return the base that GitHub's (and Gitea's) variables name; None outside of them."""
    target = environ.get("GITHUB_BASE_REF", "")
    if target:
        name = f"{_REMOTE}{target}"
        if git.commit(name) is None:
            git.fetch_one(_tracking(name))
        return _merge_base(git, [name])
    before = _before(environ)
    if not _COMMIT.fullmatch(before) or _ZERO.fullmatch(before):
        return None
    if git.commit(before) is None:
        git.fetch_one(before)
    commit = git.commit(before)
    if commit is None:
        return Base(f"the commit before the push, {before[:12]}, is not there", None)
    return Base(before[:12], commit)


def _before(environ: Mapping[str, str]) -> str:
    """Return which commit a push replaced, as the event says; empty where there is no push."""
    if environ.get("GITHUB_EVENT_NAME") != "push":
        return ""
    try:
        event = json.loads(Path(environ.get("GITHUB_EVENT_PATH", "")).read_text("utf-8"))
        return str(event["before"])
    except (OSError, ValueError, KeyError, TypeError):
        return ""


def base_of_branch(git: Git) -> Base:
    """Return where the branch left the main branch; on that itself, the commit before."""
    branch = (git("symbolic-ref", "--quiet", "--short", "HEAD") or "").strip()
    told = (git("symbolic-ref", "--quiet", "--short", "refs/remotes/origin/HEAD") or "").strip()
    defaults = {told.removeprefix(_REMOTE), *_DEFAULTS} - {""}
    if branch in defaults:
        return _parent(git)
    names = list(dict.fromkeys(_candidates(told)))
    there = [name for name in names if git.commit(name) is not None]
    if not there:
        return Base(f"there is no branch to compare with ({', '.join(names)})", None)
    found = _merge_base(git, there)
    if not branch and found.commit is not None and found.commit == git.commit("HEAD"):
        return _parent(git)  # a detached HEAD on the default branch, as CI checks it out
    return found


def _candidates(origin_head: str) -> Iterator[str]:
    if origin_head:
        yield origin_head
    for name in _DEFAULTS:
        yield f"{_REMOTE}{name}"
        yield name


def _parent(git: Git) -> Base:
    if git.commit("HEAD~1") is None and git.is_shallow:
        git.deepen(1)
    commit = git.commit("HEAD~1")
    if commit is None:
        return Base("there is no commit before this one", None)
    return Base("HEAD~1", commit)


def _merge_base(git: Git, names: list[str]) -> Base:
    words = " and ".join(names)
    found = git.merge_base(names)
    for depth in _DEEPENED if found is None and git.is_shallow else ():
        if not git.deepen(depth):
            break
        found = git.merge_base(names)
        if found is not None:
            break
    if found is None:
        return Base(f"there is no common commit with {words}", None)
    return Base(f"{names[0]} ({found[:12]})", found)


def _tracking(name: str) -> str:
    """Return the refspec that fetches a branch of the remote, `origin/main`."""
    return f"+refs/heads/{name.removeprefix(_REMOTE)}:refs/remotes/{name}"
