"""Clones, commits and pushes of real repositories, and what changed in them."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path

import git

from taskslib.project.changes import Changes, changes
from tests.support.projects import repository, write


def two_commits(at: Path) -> git.Repo:
    """Make a repository with two commits on main."""
    made = repository(write(at, {"a.txt": "a", "b.txt": "b"}))
    commit(made, "a.txt", "a2")
    return made


def root(repo: git.Repo) -> Path:
    return Path(str(repo.working_dir))


def commit(repo: git.Repo, name: str, text: str) -> str:
    write(root(repo), {name: text})
    repo.git.add("-A")
    repo.git.commit("-m", name)
    return str(repo.git.rev_parse("HEAD"))


def found(repo: git.Repo | Path, base: str = "", **environ: str) -> Changes:
    place = repo if isinstance(repo, Path) else root(repo)
    outer = {
        name: one for name, one in os.environ.items() if not name.startswith(("GITHUB_", "CI"))
    }
    return changes(place, {**outer, **environ}, base)


def files(repo: git.Repo | Path, base: str = "", **environ: str) -> set[str]:
    """Return the changed files, where they are known."""
    changed = found(repo, base, **environ).files
    assert changed is not None
    return set(changed)


def clone(repo: git.Repo, to: Path, *options: str) -> git.Repo:
    url = root(repo).as_uri()
    subprocess.run(["git", "clone", "-q", *options, url, to], check=True)
    return git.Repo(to)


def push(folder: Path, before: str) -> dict[str, str]:
    event = folder / "event.json"
    event.write_text(json.dumps({"before": before}))
    return {"GITHUB_EVENT_NAME": "push", "GITHUB_EVENT_PATH": str(event)}
