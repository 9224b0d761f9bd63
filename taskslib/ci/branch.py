"""Whose pushes are tested, where the configuration does not say it: the repo's default branch."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from taskslib.project.commits import Git
from taskslib.project.model import Project
from taskslib.release.branches import default_branch, head_of_origin
from taskslib.release.remote import ask_remote


def with_branch(project: Project, environ: Mapping[str, str]) -> Project:
    """Return a project whose workflows name their branch, as `release` finds it."""
    if project.ci.branch:
        return project
    branch = project.release.branch or main_branch(project.root, environ)
    return replace(project, ci=replace(project.ci, branch=branch))


def main_branch(root: Path, environ: Mapping[str, str]) -> str:
    """Return the default branch of the repository around a folder; `main` where nothing tells it.

    CI's checkout has one commit and nobody to ask, but the event that started it says it. Where
    there is no repository yet, it is the one that git would give it.
    """
    if told := _of_event(environ):
        return told
    git = Git(root, environ)
    if told := head_of_origin(git):
        return told
    remote = ask_remote(git) if git.has_remote else None
    if git("rev-parse", "--git-dir") is None:
        return (git("config", "--get", "init.defaultBranch") or "").strip() or "main"
    return default_branch(git, "", remote) or "main"


def _of_event(environ: Mapping[str, str]) -> str:
    try:
        event = json.loads(Path(environ.get("GITHUB_EVENT_PATH", "")).read_text("utf-8"))
        return str(event["repository"]["default_branch"])
    except (OSError, ValueError, KeyError, TypeError):
        return ""
