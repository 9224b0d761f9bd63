"""Which files differ from a base: a branch's merge base, what CI names, or what the user does.

Where no base can be found, everything counts as changed and the reason is said: never nothing.
"""

from __future__ import annotations

import os
import posixpath
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from hashlib import sha1, sha256
from pathlib import Path

from taskslib.disk import identity_of
from taskslib.errors import UsageError
from taskslib.project.bases import base_of_branch, base_of_ci
from taskslib.project.commits import Git

VARIABLE = "TASKSLIB_BASE"
"""Set in the environment, it is the base, unless the command line names one."""


@dataclass(frozen=True, slots=True)
class Changes:
    """What differs from the base in the files as they are now, committed or not."""

    base: str
    """What it was compared with, for people; empty where there is nothing to compare with."""
    files: frozenset[str] | None
    """Paths with slashes, from the repo's root on; of renamed files both. None: all of them.

    Where the repo is a folder of a git repository, what is around it begins with `..`.
    """
    reason: str = ""
    """Why that is all of them."""
    commit: str = field(default="", compare=False)
    """The base's, for `earlier`; empty where there is none."""


def changes(root: Path, environ: Mapping[str, str], base: str = "") -> Changes:
    """Return what changed in the checkout at `root`.

    Args:
        root: The repo.
        environ: For `TASKSLIB_BASE` and what CI says.
        base: A commit, branch or tag; wins over the environment.

    Raises `UsageError` for a base that is named and isn't there.
    """
    git = Git(root, environ)
    if (git("rev-parse", "--is-inside-work-tree") or "").strip() != "true":
        why = f": {git.said}" if git.said and "not a git repository" not in git.said else ""
        return Changes("", None, f"there is no git repository{why}")
    named = base or environ.get(VARIABLE, "")
    if named:
        commit = git.commit(named)
        if commit is None:
            where = "--base" if base else VARIABLE
            raise UsageError(f"{where}: no commit {named!r}", hint="`git branch --all` lists some")
        return _compared(git, git.merge_base([commit]) or commit, named)
    if environ.get("GITHUB_REF_TYPE") == "tag":
        return Changes("", None, f"tag {environ.get('GITHUB_REF_NAME', '')} is built as a whole")
    found = base_of_ci(git, environ) or base_of_branch(git, environ)
    if found.commit is None:
        return Changes("", None, found.name)
    return _compared(git, found.commit, found.name)


def earlier(root: Path, environ: Mapping[str, str], changed: Changes, path: str) -> str | None:
    """Return a file's text at the base, as far as that has the file."""
    git = Git(root, environ)
    return git("show", f"{changed.commit}:./{path}") if changed.commit else None


def _compared(git: Git, commit: str, name: str) -> Changes:
    # Submodules too, whatever the configuration says.
    how = ("--name-only", "--no-renames", "--no-ext-diff", "--ignore-submodules=none")
    differing = git("-c", "diff.relative=false", "diff", *how, "-z", commit)
    all_ = ("-z", "--full-name", "--", ":/")
    untracked = git("ls-files", "--others", "--exclude-standard", *all_)
    tracked = git("ls-files", "-s", "-v", *all_)
    folder = git("rev-parse", "--show-prefix")
    if differing is None or untracked is None or tracked is None or folder is None:
        return Changes("", None, f"git can't compare with {name}")
    folder = folder.removesuffix("\n").rstrip("/")
    listed = (differing + untracked).split("\0")[:-1]
    paths = [_from(folder, path) for path in listed]
    paths += _unseen(git.root, folder, tracked)
    inner = [one for path in paths for one in git.files_of(path)]
    return Changes(name, frozenset((*paths, *inner)), commit=commit)


def _from(folder: str, path: str) -> str:
    """Return a path as it is seen from a folder of the git repository."""
    return posixpath.relpath(f"/{path}", f"/{folder}")


def _unseen(root: Path, folder: str, tracked: str) -> Iterator[str]:
    """Yield those files that git was told not to look at, and that are not as in the index."""
    for line in tracked.split("\0")[:-1]:
        if not (line[0].islower() or line[0] == "S"):
            continue
        told, _, listed = line.partition("\t")
        tag, mode, blob, _ = told.split(" ")
        path = _from(folder, listed)
        sha = sha256 if len(blob) == sha256().digest_size * 2 else sha1
        now = identity_of(str(root / path), sha).partition(" -> ")[0]
        # A sparse checkout has not all files: what is not there is as it was.
        if now != f"{mode} {blob}" and not (tag in "Ss" and not os.path.lexists(root / path)):
            yield path
