"""A new project's texts: the template, its services, its workflows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

from taskslib.ci.actions import Provider
from taskslib.ci.branch import main_branch
from taskslib.ci.files import unread
from taskslib.lint.environments import Environment
from taskslib.lint.files import Files
from taskslib.project import load
from taskslib.project.model import Layout
from taskslib.scaffold.answers import Answers
from taskslib.scaffold.changes import Changes, changes
from taskslib.scaffold.render import Part, render
from taskslib.scaffold.service import Place, with_service
from taskslib.scaffold.workflows import with_workflows

SERVICES = "services"
STACKS = {one: f"deploy/{one}/docker-compose.yml" for one in Environment}


def project_changes(root: Path, answers: Answers, environ: Mapping[str, str]) -> Changes:
    """Return what a folder gets to be a project. Raises `UsageError`, OSError."""
    there = next(one for one in (root, *root.resolve().parents) if one.is_dir())
    notes = []
    if answers.ci != "none" and (inside := unread(root)):
        answers = replace(answers, ci="none")
        notes.append(f"CI reads no workflows in {inside}, a folder of a repository: there are none")
    return changes(root, project_files(answers, main_branch(there, environ)), tuple(notes))


def project_files(answers: Answers, branch: str = "main") -> dict[str, str]:
    """Return all of a project's files, by path.

    Args:
        answers: What it is made of.
        branch: The default branch, whose pushes its workflows test.
    """
    with TemporaryDirectory(prefix="taskslib-") as folder:
        # The workflows are made of a project that is found as any other is: it has to be somewhere.
        stage = Path(folder)
        files = _files(stage, answers)
        changes(stage, files.changed).write()
        if answers.ci != "none":
            made = load(stage)
            made = replace(made, ci=replace(made.ci, branch=branch))
            files, _ = with_workflows(files, made, (Provider(answers.ci),))
        return dict(files.changed)


def _files(stage: Path, answers: Answers) -> Files:
    words = {
        "taskslib": answers.taskslib,
        "project": answers.project,
        "layout": "single" if answers.layout is Layout.SINGLE else "multi",
        "services": ",".join(f"{one.name}:{one.kind}" for one in answers.services),
        "datastore": answers.datastore,
        "ci": answers.ci,
        "registry": answers.registry,
        "package": answers.services[0].package,
        "variable": answers.services[0].variable,
    }
    files = Files(stage, render(Part.PROJECT, words))
    place = Place(answers, answers.layout, SERVICES, STACKS)
    for one in answers.services:
        files = with_service(files, place, one)
    return files
