"""What has to be so before a version is tagged, then the tag, and its push on request."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from taskslib.errors import UsageError
from taskslib.project.commits import Git
from taskslib.project.git import checkout
from taskslib.project.model import Release
from taskslib.release.branches import branches, missing, rivals
from taskslib.release.changelog import section
from taskslib.release.remote import HEADS, TAGS, Remote, ask_remote, local_tags
from taskslib.release.resolve import is_dirty
from taskslib.release.unchanged import refuse_changed
from taskslib.release.version import Version, tag_of, version_of_tag

_PUSH = 300.0
"""Seconds."""


@dataclass(frozen=True, slots=True)
class Ready:
    """A release that may be tagged, as far as files and git tell."""

    tag: str
    version: Version
    branch: str
    commit: str
    """The full hash of what was looked at."""
    notes: str
    """What the changelog says of it."""
    tagged: bool = False
    """Whether the tag is there, at this commit: an earlier run made it."""
    has_remote: bool = True

    @property
    def push(self) -> tuple[str, ...]:
        """The command that publishes it: branch and tag, both or neither."""
        refs = (f"{HEADS}{self.branch}", f"{TAGS}{self.tag}")
        return ("git", "push", "--atomic", "origin", *refs)


def prepared(git: Git, settings: Release, version: str, *, push: bool) -> Ready:
    """Return a release that may be tagged. Raises `UsageError` with all that is in its way.

    A tag that is at this very commit is in nobody's way: it is what an earlier run made whose push
    was refused, or that did not push.

    Args:
        git: Git in the repo.
        settings: Branches and changelog.
        version: `1.2.3`, also as `v1.2.3`.
        push: Whether it is to be pushed.
    """
    tag = tag_of(version)
    git.check()
    commit = git.commit("HEAD")
    if commit is None:
        raise UsageError(f"{git.root} has nothing to release: {git.said or 'there is no commit'}")
    has_remote = git.has_remote  # asked before: what git says of the remote is lost by any other
    if push and not has_remote:
        raise UsageError(
            "there is no remote called origin to push to",
            hint="git remote add origin URL; or leave --push out",
        )
    remote = ask_remote(git) if has_remote else None
    if has_remote and remote is None:
        raise UsageError(
            f"the remote does not answer, so whether {tag} is free is not known", details=git.said
        )
    local, there = local_tags(git), remote.tags if remote else {}
    found = version_of_tag(tag, rivals(git, settings, remote, tag, local))
    branch = checkout(git.root).branch
    notes = _notes(git, settings, found)
    wrong = [*_of_files(git, settings, found, notes), *_of_branch(git, settings, remote, branch)]
    others = {one[tag] for one in (local, there) if tag in one} - {commit}
    wrong += [f"{tag} is there already, as {one[:12]}" for one in sorted(others)]
    if wrong:
        raise UsageError(
            f"{found.text} can't be released", details="\n".join(wrong), hint="mend these first"
        )
    return Ready(tag, found, branch, commit, notes, tag in local, has_remote)


def make_tag(git: Git, ready: Ready, project: str) -> None:
    """Make the annotated tag, where it is not there.

    Raises `UsageError` where something changed, or git refuses.
    """
    refuse_changed(
        git,
        ready.commit,
        "something changed while the tests ran: what would be tagged is not what was tested",
        f"inv release {ready.version.text}",
    )
    if ready.tagged:
        return
    words = "\n\n".join(filter(None, (f"{project} {ready.version.text}", ready.notes)))
    how = ("--annotate", "--cleanup=verbatim", "--message", words)
    if git("tag", *how, "--", ready.tag, ready.commit) is None:
        raise UsageError(f"git does not make {ready.tag}: {git.said}")


def publish_tag(git: Git, ready: Ready) -> None:
    """Push branch and tag. Raises `UsageError` where git or the remote refuses."""
    if git(*ready.push[1:], timeout=_PUSH) is None:
        raise UsageError(
            f"the remote does not take {ready.tag}: {git.said}",
            hint=f"the tag is here; try again: inv release {ready.version.text} --push",
        )


def _notes(git: Git, settings: Release, found: Version) -> str:
    try:
        text = (git.root / settings.changelog).read_text("utf-8", "replace")
    except OSError:
        return ""
    return section(text, found.text)


def _of_files(git: Git, settings: Release, found: Version, notes: str) -> Iterator[str]:
    if is_dirty(git):
        yield "there are changes that are not committed: git status"
    if settings.changelog and not notes:
        yield (
            f"{settings.changelog} has no section of it, or an empty or unreleased one: "
            f"`## {found.text}`"
        )


def _of_branch(git: Git, settings: Release, remote: Remote | None, branch: str) -> Iterator[str]:
    allowed = tuple(branches(git, settings, remote))
    if words := missing(git, settings, remote):
        yield words
    elif branch not in allowed:
        here = f"branch {branch}" if branch else "no branch"
        yield f"{here} is checked out, and released is from {', '.join(allowed) or 'main'}"
    tip = remote.branches.get(branch, "") if remote else ""
    if tip and not git.is_ancestor(tip, "HEAD"):
        yield f"the remote's {branch} has commits that are not here: git pull"
