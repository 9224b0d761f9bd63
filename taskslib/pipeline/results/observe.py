"""What a run's suites depend on, as it is at one moment: asked of files, machine and engine."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from taskslib import identities
from taskslib.events import SuiteId
from taskslib.frameworks.variables import keyed_patterns
from taskslib.pipeline.results.manifest import Manifest, manifests, tools
from taskslib.project.dependencies.inputs import Dependencies
from taskslib.project.model import Project, Suite
from taskslib.tree import tree

Follow = Callable[[Mapping[str, str]], Dependencies]
"""Returns what depends on what, given all files."""


@dataclass(frozen=True, slots=True)
class Observation:
    """One look at everything that a run's suites depend on."""

    manifests: Mapping[SuiteId, Manifest]
    files: Mapping[str, str]
    """All files of the repo, with their identities."""
    patterns: tuple[str, ...]
    """Names of variables, some with wildcards."""
    programs: tuple[str, ...]
    images: tuple[str, ...]
    engine: Mapping[str, str] | None
    """What the engine said; None where no suite has a stack."""


def observe(
    project: Project,
    suites: Sequence[Suite],
    arguments: Sequence[str],
    environ: Mapping[str, str],
    follow: Follow,
) -> Observation:
    """Return what suites depend on now.

    Args:
        project: The repo.
        suites: The suites.
        arguments: What is passed through to the frameworks.
        environ: The environment that a run has.
        follow: Returns what depends on what.
    """
    files = tree(str(project.root), project.dropped)
    dependencies = follow(files)
    inputs = [dependencies.of(suite) for suite in suites]
    programs = tuple(sorted({name for suite in suites for name in tools(suite)}))
    images = tuple(sorted({image for one in inputs for image in one.images}))
    engine = None
    if any(suite.stack for suite in suites):
        engine = identities.EngineQuestions(images, environ).answers()
    found = identities.programs(programs, environ.get("PATH", ""))
    asked = {f"tool {name}": one for name, one in found.items()}
    asked |= {"tool python": identities.python(), **(engine or {})}
    taken = {name for one in inputs for name in one.variables} - {"TEST_INSTANCE_ID"}
    passed = {name for suite in suites for name in keyed_patterns(suite.pass_env)}
    return Observation(
        manifests(dependencies, suites, files, arguments, environ, asked),
        files,
        tuple(sorted(taken | passed)),
        programs,
        images,
        engine,
    )
