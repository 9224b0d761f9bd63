"""What a run's suites depend on, as it is at one moment: asked of files, machine and engine."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from taskslib import identities
from taskslib.above import UPWARDS, above
from taskslib.events import SuiteId
from taskslib.frameworks.variables import keyed_patterns
from taskslib.pipeline.results.interpreters import Used, interpreters
from taskslib.pipeline.results.manifest import DIFFERS, Manifest, interpreter_of, manifests, tools
from taskslib.project.dependencies.inputs import Dependencies
from taskslib.project.model import Project, Suite
from taskslib.quick import Looked
from taskslib.tree import tree

Follow = Callable[[Mapping[str, str]], Dependencies]
"""Returns what depends on what, given all files."""


@dataclass(frozen=True, slots=True)
class Observation:
    """One look at everything that a run's suites depend on."""

    manifests: Mapping[SuiteId, Manifest]
    files: Mapping[str, str]
    """All files of the repo, and some above it, with their identities."""
    left_out: tuple[str, ...]
    """Files and folders that are inputs wherever they lie."""
    patterns: tuple[str, ...]
    """Names of variables, some with wildcards."""
    programs: tuple[str, ...]
    images: tuple[str, ...]
    asked: Mapping[str, str]
    """What machine and engine said."""
    stacks: bool
    """Whether any suite has a stack, and the engine was asked."""

    @property
    def engine(self) -> dict[str, str]:
        """What the engine said."""
        return {name: one for name, one in self.asked.items() if not name.startswith("tool ")}


def observe(
    project: Project,
    suites: Sequence[Suite],
    arguments: Sequence[str],
    environ: Mapping[str, str],
    follow: Follow,
    before: Observation | Looked | None = None,
    *,
    parts: Mapping[SuiteId, Sequence[str]] | None = None,
    engines: Sequence[Mapping[str, str]] = (),
) -> Observation:
    """Return what suites depend on now.

    Args:
        project: The repo.
        suites: The suites.
        arguments: What is passed through to the frameworks.
        environ: The environment that a run has.
        follow: Returns what depends on what.
        before: An earlier look at the same suites; where nothing changed, it is returned. Or one
            at the files alone, a moment ago.
        parts: What picks a part of a suite.
        engines: Environments that lead to the engines which its stacks may come up on; none where
            `environ` does.
    """
    engines = engines or (environ,)
    used = interpreters(suites)
    if isinstance(before, Looked):
        fits = before.fits(str(project.root), project.dropped)
        files, before = dict(before.files) if fits else _files(project), None
    else:
        files = _files(project, before.left_out if before is not None else ())
    if before is not None and files == before.files:
        asked = _asked(before.programs, before.images, environ, engines if before.stacks else ())
        asked |= _interpreters(used)
        if asked == before.asked:
            return before
    # What is left out is found in what isn't.
    files = _files(project) if before is not None and before.left_out else files
    dependencies = follow({path: one for path, one in files.items() if path[:3] != UPWARDS})
    inputs = [dependencies.of(suite) for suite in suites]
    left_out = tuple(sorted({place for one in inputs for place in one.left_out}))
    files = _files(project, left_out) if left_out else files
    own = {program for one in used.values() for program in one.programs}
    programs = tuple(sorted({name for suite in suites for name in tools(suite)} | own))
    images = tuple(sorted({image for one in inputs for image in one.images}))
    stacks = any(suite.stack for suite in suites)
    asked = _asked(programs, images, environ, engines if stacks else ()) | _interpreters(used)
    taken = {name for one in inputs for name in one.variables} - {"TEST_INSTANCE_ID"}
    passed = {name for suite in suites for name in keyed_patterns(suite.pass_env)}
    return Observation(
        manifests(dependencies, suites, files, arguments, environ, asked, parts=parts),
        files,
        left_out,
        tuple(sorted(taken | passed)),
        programs,
        images,
        asked,
        stacks,
    )


def _files(project: Project, left_out: Iterable[str] = ()) -> dict[str, str]:
    root = str(project.root)
    return {**tree(root, project.dropped, left_out), **above(root)}


def _interpreters(used: Mapping[Path, Used]) -> dict[str, str]:
    return {interpreter_of(folder): one.identity for folder, one in used.items()}


def _asked(
    programs: Iterable[str],
    images: Iterable[str],
    environ: Mapping[str, str],
    engines: Iterable[Mapping[str, str]],
) -> dict[str, str]:
    """Return the identities of programs, and what engines say of images and themselves."""
    questions = [identities.EngineQuestions(images, engine) for engine in engines]
    found = identities.programs(programs, environ.get("PATH", ""))
    asked = {f"tool {name}": one for name, one in found.items()}
    asked["tool python"] = identities.python()
    first, *others = [one.answers() for one in questions] or [{}]
    for name, said in first.items():
        asked[name] = said if all(one.get(name) == said for one in others) else DIFFERS
    return asked
