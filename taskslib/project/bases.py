"""What files are compared with where nobody names it: what CI says, or a branch's merge base."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from taskslib.project.commits import Git

_DEFAULTS = ("main", "master")
_REMOTE = "refs/remotes/origin/"
_LOCAL = "refs/heads/"
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
        ref = f"{_REMOTE}{target}"
        if git.commit(ref) is None:
            git.fetch_one(_tracking(ref))
        if git.commit(ref) is None:
            return Base(f"GITHUB_BASE_REF says {target}, and origin has no such branch", None)
        return _merge_base(git, [ref])
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


def base_of_branch(git: Git, environ: Mapping[str, str]) -> Base:
    """Return where the branch left the main branch; on that itself, what is pushed of it."""
    # Never short names: where a tag is called like a branch, they are the tag's.
    head = (git("symbolic-ref", "--quiet", "HEAD") or "").strip()
    told = (git("symbolic-ref", "--quiet", f"{_REMOTE}HEAD") or "").strip()
    branch = head.removeprefix(_LOCAL)
    if branch and branch in {told.removeprefix(_REMOTE), *_DEFAULTS}:
        return _base_on_main(git, environ, branch)
    refs = list(dict.fromkeys(_candidates(told)))
    there = [ref for ref in refs if git.commit(ref) is not None]
    if not there:
        names = ", ".join(map(_short, refs))
        return Base(f"there is no branch to compare with ({names})", None)
    found = _merge_base(git, there)
    if not head and found.commit is not None and found.commit == git.commit("HEAD"):
        # A detached HEAD on the main branch, as CI checks it out.
        return _base_on_main(git, environ, "")
    return found


def _base_on_main(git: Git, environ: Mapping[str, str], branch: str) -> Base:
    if environ.get("CI"):
        # A push has any number of commits: those before the last one were never tested.
        return Base("CI does not say which commit was there before", None)
    pushed = f"{_REMOTE}{branch}"
    if branch and git.commit(pushed) is not None:
        found = _merge_base(git, [pushed])
        if found.commit != git.commit("HEAD"):
            return found
    return _parent(git)


def _candidates(origin_head: str) -> Iterator[str]:
    if origin_head:
        yield origin_head
    for name in _DEFAULTS:
        yield f"{_REMOTE}{name}"
        yield f"{_LOCAL}{name}"


def _parent(git: Git) -> Base:
    if git.commit("HEAD~1") is None and git.is_shallow and not git.deepen(1):
        return _too_shallow(git)
    commit = git.commit("HEAD~1")
    if commit is None:
        return Base("there is no commit before this one", None)
    return Base("HEAD~1", commit)


def _merge_base(git: Git, refs: list[str]) -> Base:
    found = git.merge_base(refs)
    for depth in _DEEPENED if found is None and git.is_shallow else ():
        if not git.deepen(depth):
            return _too_shallow(git)
        found = git.merge_base(refs)
        if found is not None:
            break
    if found is None:
        return Base(f"there is no common commit with {' and '.join(map(_short, refs))}", None)
    return Base(f"{_short(refs[0])} ({found[:12]})", found)


def _too_shallow(git: Git) -> Base:
    """Return that there is no base, since more history is not to be had, as git has just said."""
    why = f": {git.said}" if git.said else ""
    words = f"this clone is shallow, and more of its history can't be fetched{why}"
    return Base(f"{words} (git fetch --unshallow)", None)


def _short(ref: str) -> str:
    """Return a branch's name as people write it."""
    return ref.removeprefix(_LOCAL).removeprefix("refs/remotes/")


def _tracking(ref: str) -> str:
    """Return the refspec that fetches a branch of the remote."""
    return f"+{_LOCAL}{ref.removeprefix(_REMOTE)}:{ref}"
