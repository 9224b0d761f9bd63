"""What the repo has, as lines: what `services` prints. Pure."""

from __future__ import annotations

from collections.abc import Iterator

from taskslib.events import Stage
from taskslib.project.model import Project


def service_lines(project: Project) -> Iterator[str]:
    """Yield the services and their suites, the project's own suites, and what is missing."""
    yield f"{project.name}: {project.layout}, {project.root}"
    names = [*project.service_names()]
    names += [s.id.name for s in project.suites if s.id.name not in names]
    kinds = {s.name: "library" if s.is_library else "service" for s in project.services}
    for name in dict.fromkeys(names):
        stages = [s.id.stage for s in project.suites if s.id.name == name]
        shown = ", ".join(stage for stage in Stage if stage in stages) or "no tests"
        yield f"  {name:16} {kinds.get(name, 'project'):8} {shown}"
    stacks = [suite.stack for suite in project.suites if suite.stack]
    for stack in dict.fromkeys([*stacks, *([project.stack] if project.stack else [])]):
        yield f"  stack {stack.scope:10} {project.shown(stack.files[0])}"
    for gap in project.gaps:
        yield f"note: {gap}"
