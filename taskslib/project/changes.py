"""Which files differ from a base: a branch's merge base, what CI names, or what the user does.

Where no base can be found, everything counts as changed and the reason is said: never nothing.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from taskslib.errors import UsageError
from taskslib.repository import git_environment

VARIABLE = "TASKSLIB_BASE"
"""Set in the environment, it is the base, unless the command line names one."""

_DEFAULTS = ("main", "master")
_REMOTE = "origin/"
_COMMIT = re.compile(r"[0-9a-f]{7,64}")
_ZERO = re.compile(r"0+")
_DEEPENED = (50, 500, 5000)
"""By how many commits a shallow clone is deepened, one after the other, to find a merge base."""
_FETCH = 120.0
"""Seconds for one of them."""


@dataclass(frozen=True, slots=True)
class Changes:
    """What differs from the base in the files as they are now, committed or not."""

    base: str
    """What it was compared with, for people; empty where there is nothing to compare with."""
    files: frozenset[str] | None
    """Paths with slashes, from the repo's root on; of renamed files both. None: all of them."""
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
    git = _Git(root, environ)
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
    found = _base_of_ci(git, environ) or _base_of_branch(git)
    if found.commit is None:
        return Changes("", None, found.name)
    return _compared(git, found.commit, found.name)


def earlier(root: Path, environ: Mapping[str, str], changed: Changes, path: str) -> str | None:
    """Return a file's text at the base, as far as that has the file."""
    git = _Git(root, environ)
    return git("show", f"{changed.commit}:./{path}") if changed.commit else None


@dataclass(frozen=True, slots=True)
class _Base:
    name: str
    """For people; where there is no commit, why."""
    commit: str | None


def _compared(git: _Git, commit: str, name: str) -> Changes:
    # Submodules too, whatever the configuration says.
    how = ("--name-only", "--no-renames", "--no-ext-diff", "--relative", "--ignore-submodules=none")
    differing = git("diff", *how, "-z", commit)
    untracked = git("ls-files", "--others", "--exclude-standard", "-z")
    if differing is None or untracked is None:
        return Changes("", None, f"git can't compare with {name}")
    paths = [path.rstrip("/") for path in (differing + untracked).split("\0") if path]
    inner = [one for path in paths for one in git.files_of(path)]
    return Changes(name, frozenset((*paths, *inner)), commit=commit)


def _base_of_ci(git: _Git, environ: Mapping[str, str]) -> _Base | None:
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
        return _Base(f"the commit before the push, {before[:12]}, is not there", None)
    return _Base(before[:12], commit)


def _before(environ: Mapping[str, str]) -> str:
    """Return which commit a push replaced, as the event says; empty where there is no push."""
    if environ.get("GITHUB_EVENT_NAME") != "push":
        return ""
    try:
        event = json.loads(Path(environ.get("GITHUB_EVENT_PATH", "")).read_text("utf-8"))
        return str(event["before"])
    except (OSError, ValueError, KeyError, TypeError):
        return ""


def _base_of_branch(git: _Git) -> _Base:
    branch = (git("symbolic-ref", "--quiet", "--short", "HEAD") or "").strip()
    told = (git("symbolic-ref", "--quiet", "--short", "refs/remotes/origin/HEAD") or "").strip()
    defaults = {told.removeprefix(_REMOTE), *_DEFAULTS} - {""}
    if branch in defaults:
        return _parent(git)
    names = list(dict.fromkeys(_candidates(told)))
    there = [name for name in names if git.commit(name) is not None]
    if not there:
        return _Base(f"there is no branch to compare with ({', '.join(names)})", None)
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


def _parent(git: _Git) -> _Base:
    if git.commit("HEAD~1") is None and git.is_shallow:
        git.deepen(1)
    commit = git.commit("HEAD~1")
    if commit is None:
        return _Base("there is no commit before this one", None)
    return _Base("HEAD~1", commit)


def _merge_base(git: _Git, names: list[str]) -> _Base:
    words = " and ".join(names)
    found = git.merge_base(names)
    for depth in _DEEPENED if found is None and git.is_shallow else ():
        if not git.deepen(depth):
            break
        found = git.merge_base(names)
        if found is not None:
            break
    if found is None:
        return _Base(f"there is no common commit with {words}", None)
    return _Base(f"{names[0]} ({found[:12]})", found)


def _tracking(name: str) -> str:
    """Return the refspec that fetches a branch of the remote, `origin/main`."""
    return f"+refs/heads/{name.removeprefix(_REMOTE)}:refs/remotes/{name}"


class _Git:
    """Git in one folder; what fails is None."""

    said = ""
    """What it said last where it failed."""

    def __init__(self, root: Path, environ: Mapping[str, str]) -> None:
        self._root = root
        self._environ = {**git_environment(environ), "GIT_TERMINAL_PROMPT": "0"}

    def __call__(self, *arguments: str, timeout: float | None = None) -> str | None:
        try:
            done = subprocess.run(
                ["git", *arguments],
                cwd=self._root,
                env=self._environ,
                stdin=subprocess.DEVNULL,
                capture_output=True,
                timeout=timeout,
                check=False,
            )
        except (OSError, subprocess.TimeoutExpired) as error:
            self.said = str(error)
            return None
        lines = done.stderr.decode("utf-8", "replace").splitlines() if done.returncode else []
        self.said = lines[0].removeprefix("fatal: ") if lines else ""
        return os.fsdecode(done.stdout) if done.returncode == 0 else None

    def commit(self, name: str) -> str | None:
        """Return the commit that a name stands for."""
        told = self("rev-parse", "--verify", "--quiet", "--end-of-options", f"{name}^{{commit}}")
        return told.strip() if told else None

    def merge_base(self, others: list[str]) -> str | None:
        """Return the nearest commit that HEAD shares with any of others."""
        commits = [commit for one in others if (commit := self.commit(one)) is not None]
        told = self("merge-base", "HEAD", *commits) if commits else None
        return told.split()[0] if told and told.strip() else None

    @property
    def is_shallow(self) -> bool:
        return (self("rev-parse", "--is-shallow-repository") or "").strip() == "true"

    def files_of(self, path: str) -> list[str]:
        """Return the files of a submodule, or of a repository in this one; of a file, none."""
        if not (self._root / path / ".git").exists():
            return []
        inner = _Git(self._root / path, self._environ)
        listed = inner("ls-files", "-c", "-o", "--exclude-standard", "-z") or ""
        return [f"{path}/{one}" for one in listed.split("\0") if one]

    def fetch_one(self, what: str) -> bool:
        """Fetch a commit or a branch; of its history only what a full clone has to have."""
        return self._fetch(*(["--depth=1"] if self.is_shallow else []), "origin", what)

    def deepen(self, depth: int) -> bool:
        """Fetch more history of all that a shallow clone has."""
        return self._fetch(f"--deepen={depth}")

    def _fetch(self, *arguments: str) -> bool:
        fetched = self("fetch", "--quiet", "--no-tags", *arguments, timeout=_FETCH)
        return fetched is not None
