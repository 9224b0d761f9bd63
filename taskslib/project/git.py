"""What git says about the checkout. Plain git: three milliseconds a call."""

from __future__ import annotations

import hashlib
import subprocess
from dataclasses import dataclass
from pathlib import Path

from taskslib import repository

_BRANCHES = "refs/heads/"


@dataclass(frozen=True, slots=True)
class Checkout:
    """Where HEAD is. Without git, or outside a repository, both are empty."""

    branch: str = ""
    """The full branch name; empty on a detached HEAD."""
    commit: str = ""
    """The commit's full hash on a detached HEAD; empty on a branch."""


def checkout(root: Path) -> Checkout:
    """Return what is checked out at `root`; a branch without a commit yet is a branch too."""
    said = repository.head(str(root))
    if said and not said.startswith("ref: "):
        return Checkout(commit=said)
    name = said.removeprefix("ref: ") or _git(root, "symbolic-ref", "--quiet", "HEAD")
    if name.startswith(_BRANCHES):
        return Checkout(branch=name.removeprefix(_BRANCHES))
    return Checkout(commit=head(root))


def head(root: Path) -> str:
    """Return the full hash of the commit that is checked out; empty where there is none."""
    return _git(root, "rev-parse", "--verify", "--quiet", "HEAD")


@dataclass(frozen=True, slots=True)
class Checked:
    """What is in a checkout. Without git both are empty."""

    commit: str = ""
    changes: str = ""
    """What identifies how tracked files differ from the commit; empty where they don't."""


def checked_out(root: Path) -> Checked:
    """Return the commit at `root`, and whether (and how) its files are other ones."""
    differing = _git(root, "diff", "--binary", "--no-ext-diff", "--no-textconv", "HEAD")
    digest = hashlib.sha256(differing.encode("utf-8", "surrogateescape")).hexdigest()
    return Checked(head(root), digest if differing else "")


def common_folder(root: Path) -> Path | None:
    """Return git's folder that all worktrees share; None where `root` is in no repository."""
    found = repository.common_folder(str(root))
    return None if found is None else Path(found)


def main_worktree(root: Path) -> Path:
    """Return the folder of the main worktree, so that all worktrees give the project one name.

    Outside a repository, or where `root` is a folder inside one, that is `root` itself.
    """
    found = repository.common_at(str(root.resolve() / ".git"))
    common = Path(found) if found is not None else root
    return common.parent if common.name == ".git" else root


def branches(root: Path) -> frozenset[str] | None:
    """Return all local branches of the repository around `root`; None where there is none."""
    if not _git(root, "rev-parse", "--git-dir"):
        return None
    listed = _git(root, "for-each-ref", "--format=%(refname:lstrip=2)", "refs/heads")
    # The branch of a repository without a commit is in no list.
    return frozenset((*listed.splitlines(), checkout(root).branch))


def _git(root: Path, *arguments: str) -> str:
    """Return what git prints; empty where it fails or is not there."""
    try:
        done = subprocess.run(
            ["git", *arguments],
            cwd=root,
            capture_output=True,
            text=True,
            encoding="utf-8",
            errors="surrogateescape",
            check=False,
        )
    except OSError:
        return ""
    return done.stdout.strip() if done.returncode == 0 else ""
