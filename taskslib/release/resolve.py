"""Which version a checkout is, or a tag: git and the remote are asked, `version.py` decides.

The remote is asked for all its tags at once, since a clone may have none, or those of yesterday;
nothing but missing history is fetched.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from taskslib.errors import ConfigError, UsageError
from taskslib.project.commits import Git
from taskslib.project.model import Release
from taskslib.project.places import LOCK
from taskslib.release.branches import check_branch, rivals
from taskslib.release.lockfile import released
from taskslib.release.remote import COMPLETE, HEADS, TAGS, Remote, ask_remote, local_tags
from taskslib.release.version import Version, development, highest, preferred, version_of_tag


@dataclass(frozen=True, slots=True)
class Found:
    """A version, and where it stands in the history."""

    version: Version
    commit: str
    """The full hash."""
    tag: str = ""
    """Empty for a development version."""
    dirty: bool = False
    """Whether there are changes that are not committed."""
    notes: tuple[str, ...] = ()
    """What a person should know of how it was found."""

    @property
    def outputs(self) -> dict[str, str]:
        """What later steps of a workflow get."""
        more = {"PRERELEASE": "true"} if self.version.prerelease else {}
        return {"VERSION": self.version.text, **more}


def resolve(
    root: Path,
    environ: Mapping[str, str],
    settings: Release,
    tag: str = "",
    *,
    publish: bool = False,
) -> Found:
    """Return the version of a tag, or of the checkout. Raises `UsageError` for what is none.

    Also `ConfigError`, where the branch that is configured does not exist.

    Args:
        root: The repo.
        environ: For what CI says: `GITHUB_REF_TYPE` and `GITHUB_REF_NAME`, Gitea's too.
        settings: Which branches may be released from.
        tag: A tag; else that of CI, or that of the commit that is checked out.
        publish: Whether it is to be published. A tag that nobody named then has to be on a branch
            that is released from as well; otherwise that it isn't is a note.
    """
    git = Git(root, environ)
    git.check()
    head = git.commit("HEAD")
    if head is None:
        why = git.said or "there is no commit"
        raise UsageError(f"{root} has no version: {why}", hint="a version comes from git's tags")
    dirty = is_dirty(git)
    ci = environ.get("GITHUB_REF_NAME", "") if environ.get("GITHUB_REF_TYPE") == "tag" else ""
    if named := tag or ci:
        return _tagged(
            git, settings, named, "" if tag else head, dirty=dirty, strict=True, publish=publish
        )
    here = preferred(one for one, commit in local_tags(git).items() if commit == head)
    if here and not dirty:
        return _tagged(git, settings, here, "", dirty=dirty, strict=publish, publish=publish)
    return _untagged(git, head, dirty=dirty)


def is_dirty(git: Git) -> bool:
    """Return whether files differ from the commit, untracked ones included, the lock not."""
    return bool(differing(git))


def differing(git: Git) -> tuple[str, ...]:
    """Return the files that differ from the commit as git tells them, a line a file."""
    told = git("status", "--porcelain", "--untracked-files=all", "--", ".", f":!{LOCK}")
    return tuple((told or "").splitlines())


def _tagged(
    git: Git,
    settings: Release,
    tag: str,
    head: str,
    *,
    dirty: bool,
    strict: bool,
    publish: bool,
) -> Found:
    version_of_tag(tag, ())  # what is no version needs no remote
    remote, notes = _asked(git)
    local = local_tags(git)
    here, there = local.get(tag), remote.tags.get(tag) if remote else None
    commit = there or here
    if commit is None:
        raise UsageError(f"there is no tag {tag!r}", hint=f"`git tag {tag}`, or `git fetch --tags`")
    _refuse_other(git, tag, commit)
    _refuse_moved(git, tag, here, commit, head)
    if git.commit(commit) is None:
        git.fetch_one(f"refs/tags/{tag}")
        _refuse_other(git, tag, commit)
    try:
        branch = check_branch(git, settings, remote, commit, tag)
    except (ConfigError, UsageError) as error:
        if strict:
            raise
        version = replace(version_of_tag(tag, ()), floating=())
        notes = (*notes, f"{error.message}: it can't be published")
    else:
        version = version_of_tag(tag, rivals(git, settings, remote, tag, local))
        if publish and remote is not None and there is None:
            push = f"git push --atomic origin {HEADS}{branch} {TAGS}{tag}"
            notes = (*notes, f"the remote has no {tag}, so nobody else has what this is: {push}")
    return Found(version, commit, tag, dirty, notes)


def _refuse_moved(git: Git, tag: str, here: str | None, commit: str, head: str) -> None:
    """Raise `UsageError` where a tag is not the same everywhere, or another commit checked out.

    Args:
        git: Git in the repo.
        tag: The tag.
        here: Its commit in this clone, where that has it.
        commit: Its commit at the remote, where that has it; else also here.
        head: What is checked out, where that is to be the tag's; else empty.
    """
    stays, next_ = "a version does not change", "release what is new under the next version"
    if here not in {None, commit}:
        raise UsageError(
            f"{tag} is {str(here)[:12]} here and {commit[:12]} at the remote: {stays}",
            hint=f"git fetch --tags --force takes what the remote has; {next_}",
        )
    was = released(git.root, tag)
    if was not in {None, commit}:
        raise UsageError(
            f"{tag} is {commit[:12]} now, and was released as {str(was)[:12]} ({LOCK}): {stays}",
            hint=next_,
        )
    if head not in {"", commit}:
        raise UsageError(
            f"checked out is {head[:12]}, not {tag} ({commit[:12]}), which CI runs for",
            hint=f"git checkout {tag}; without it leave GITHUB_REF_TYPE and GITHUB_REF_NAME unset",
        )


def _refuse_other(git: Git, tag: str, found: str) -> None:
    """Raise `UsageError` for a tag that names no commit: git takes any object."""
    kind = (git("cat-file", "-t", found) or "").strip()
    if kind and git.commit(found) is None:
        raise UsageError(
            f"{tag} names a {kind}, not a commit, so no history has it",
            hint=f"remove it (git tag --delete {tag}), and tag a commit",
        )


def _asked(git: Git) -> tuple[Remote | None, tuple[str, ...]]:
    """Return what the remote has, or why it is not known. Raises `UsageError` where it must be."""
    remote = ask_remote(git)
    if remote is not None:
        return remote, ()
    said = git.said
    if git.is_shallow:
        raise UsageError(
            "this clone is shallow, and the remote does not tell its tags: which version is the "
            "highest is not known",
            details=said,
            hint=COMPLETE,
        )
    if git.has_remote:
        return None, (f"the remote does not answer: its tags are those of the last fetch ({said})",)
    return None, ()


def _untagged(git: Git, head: str, *, dirty: bool) -> Found:
    if git.is_shallow and not git.complete():
        raise UsageError(
            "this clone is shallow: which version it comes after is not known",
            details=git.said,
            hint=COMPLETE,
        )
    before = tuple(local_tags(git, "--merged", head))
    last = highest(before)
    since = ("--count", head, *([f"^refs/tags/{last}"] if last else []), "--")
    distance = int((git("rev-list", *since) or "0").strip())
    return Found(development(before, distance, head, dirty=dirty), head, dirty=dirty)
