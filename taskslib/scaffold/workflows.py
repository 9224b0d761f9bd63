"""CI's workflows in a project's texts, as `ci-init` makes them."""

from __future__ import annotations

from collections.abc import Iterable

from taskslib.ci.actions import Provider
from taskslib.ci.files import Condition, Workflow
from taskslib.ci.workflows import written
from taskslib.lint.files import Files
from taskslib.project.model import Project


def with_workflows(
    files: Files, project: Project, providers: Iterable[Provider], prefix: str = ""
) -> tuple[Files, tuple[str, ...]]:
    """Return a project's files with its workflows, and a note of each that was edited by hand."""
    changed, notes = {}, []
    for provider in providers:
        for path, wanted in written(project, provider, prefix).items():
            source = files.source(path)
            # With the line ends of this machine's git they are the same.
            now = None if source is None else source.text.replace("\r\n", "\n")
            one = Workflow(path, now, wanted)
            if one.condition is Condition.EDITED:
                again = f"inv ci-init --provider {provider}"
                notes.append(
                    f"{path} was edited by hand and stays, so ci-check may be red: `{again} "
                    "--dry-run` shows what it lacks, `--force` writes it"
                )
            elif one.condition is not Condition.SAME and wanted is not None:
                changed[path] = wanted
    return files.with_changes(changed), tuple(notes)
