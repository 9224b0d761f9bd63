"""Which branches may be released from, and what is on them: git and the remote are asked."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from fnmatch import fnmatchcase

from taskslib.errors import ConfigError, UsageError
from taskslib.project.commits import Git
from taskslib.project.model import Release
from taskslib.release.remote import COMPLETE, HEADS, Remote
from taskslib.release.version import higher

_DEFAULTS = ("main", "master")
_NAMES = "--format=%(refname:lstrip=2)"
_TRACKING = "refs/remotes/origin/"
_DEEPENED = (50, 500, 5000, 2_147_483_647)
"""By how many commits a shallow clone is deepened to find a commit; the last is git's infinity."""


def check_branch(git: Git, settings: Release, remote: Remote | None, commit: str, what: str) -> str:
    """Return the branch that a commit is on, of those that may be released from.

    Raises `UsageError` where it is on none of them, `ConfigError` where the one that is configured
    does not exist.
    """
    allowed = tuple(branches(git, settings, remote))
    for branch in allowed:
        if _holds(git, branch, remote.branches.get(branch, "") if remote else "", commit):
            return branch
    if words := missing(git, settings, remote):
        raise ConfigError(
            f"{words}, so {what} is on none that is released from",
            hint="name the one that releases are of, or leave `branch` out for the default one",
        )
    names = ", ".join((default_branch(git, settings.branch, remote) or "main", *settings.branches))
    raise UsageError(
        f"{what} is not on a branch that is released from ({names})",
        hint='merge it; or allow more, as `branches = ["release/*"]` in [tool.taskslib.release]',
    )


def branches(git: Git, settings: Release, remote: Remote | None) -> Iterator[str]:
    """Yield the branches that may be released from, the default one first."""
    default = default_branch(git, settings.branch, remote)
    if default:
        yield default
    listed = git("for-each-ref", _NAMES, HEADS) or ""
    known = dict.fromkeys((*(remote.branches if remote else ()), *listed.splitlines()))
    for name in known:
        if name != default and any(fnmatchcase(name, one) for one in settings.branches):
            yield name


def default_branch(git: Git, configured: str, remote: Remote | None) -> str:
    """Return the default branch: as configured, as the remote says, by its name, or the only one.

    Empty where nothing tells it.
    """
    if configured:
        return configured
    if remote is not None and remote.default:
        return remote.default
    if told := head_of_origin(git):
        return told
    if named := next((one for one in _DEFAULTS if git.commit(f"{HEADS}{one}") is not None), ""):
        return named
    if git.has_remote:  # what is checked out of a clone may be anybody's branch
        return ""
    # In a repository without a commit the one to come is in no list.
    listed = git("for-each-ref", _NAMES, HEADS) or git("symbolic-ref", "--short", "HEAD") or ""
    names = listed.splitlines()
    return names[0] if len(names) == 1 else ""


def head_of_origin(git: Git) -> str:
    """Return the remote's default branch as a clone remembers it; empty where it doesn't."""
    told = (git("symbolic-ref", "--quiet", "refs/remotes/origin/HEAD") or "").strip()
    return told.removeprefix("refs/remotes/origin/")


def missing(git: Git, settings: Release, remote: Remote | None) -> str:
    """Return words about a configured branch that is nowhere; empty where it may be somewhere."""
    name = settings.branch
    if not name or (remote is None and git.has_remote):
        return ""
    here = any(git.commit(one) is not None for one in (f"{HEADS}{name}", f"{_TRACKING}{name}"))
    if here or (remote is not None and name in remote.branches):
        return ""
    return f"[tool.taskslib.release] branch = {name!r}: there is no such branch"


def rivals(
    git: Git, settings: Release, remote: Remote | None, tag: str, local: Mapping[str, str]
) -> frozenset[str]:
    """Return the tags that a version is held against: those that may have been released.

    One that is known here to be on no branch that is released from can't have been. Not known is it
    in a shallow clone, where the remote does not answer, and where `branches` are configured: those
    come and go.

    Args:
        git: Git in the repo.
        settings: Which branches may be released from.
        remote: What the remote has.
        tag: The tag of the version.
        local: The tags that are here, each with its commit.
    """
    every = {**local, **(remote.tags if remote else {})}
    above = higher(tag, every)
    asked = remote is not None or not git.has_remote
    default = default_branch(git, settings.branch, remote)
    if not above or not asked or not default or settings.branches or git.is_shallow:
        return frozenset(every)
    tip = remote.branches.get(default, "") if remote else ""
    tips = tuple(_tips(git, default, tip))
    if not tips or (tip and tip not in tips):
        return frozenset(every)
    commits = {every[one] for one in above}
    told = git("rev-list", "--ignore-missing", *commits, "--not", *tips, "--")
    elsewhere = set((told or "").split())
    return frozenset(every) - {one for one in above if every[one] in elsewhere}


def _holds(git: Git, branch: str, tip: str, commit: str) -> bool:
    """Return whether a branch has a commit in its history, here or at the remote.

    Raises `UsageError` where a shallow clone does not tell and nothing more can be fetched.
    """
    if tip:
        tracking = f"+{HEADS}{branch}:{_TRACKING}{branch}"
        if git.commit(tip) is None:
            git.fetch_one(tracking)
        for depth in _DEEPENED:
            if git.is_ancestor(commit, tip) or not git.is_shallow:
                break
            if not git.deepen(depth, "origin", tracking):
                raise UsageError(
                    f"this clone is shallow: whether {branch} has {commit[:12]} is not known",
                    details=git.said,
                    hint=COMPLETE,
                )
    return any(git.is_ancestor(commit, one) for one in _tips(git, branch, tip))


def _tips(git: Git, branch: str, tip: str) -> Iterator[str]:
    """Yield the commits that a branch is known to be at: at the remote, as fetched, and here."""
    for one in (tip, f"{_TRACKING}{branch}", f"{HEADS}{branch}"):
        if one and (found := git.commit(one)) is not None:
            yield found
