"""TL701 and TL702: what CI builds, and when."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator

from taskslib.lint.edits import elements
from taskslib.lint.gather import Repo, owners_of
from taskslib.lint.nodes import Node
from taskslib.lint.rule import E, Hit, Scope, W, hit, rule
from taskslib.lint.source import Source
from taskslib.lint.workflows import Built, builds, document, matches, on_changes
from taskslib.project.references.dockerfile import dockerfile as references

_SELECTS = re.compile(
    r"paths-filter|changed-files|--affected|\binv affected|\btaskslib affected|git diff"
)
_SEVERAL = 2


@rule(
    "TL701",
    "CI that builds everything on every change",
    {None: W},
    scope=Scope.WORKFLOW,
    why="A change of one service waits for the images of all, and so does everybody behind it. A "
    "matrix of what changed builds what is needed: `inv ci-matrix` prints it. "
    "Releases (tags) build all, and rightly.",
    origin="the pattern's table of mistakes: building all services on every change",
)
def _everything(subject: tuple[Repo, Source]) -> Iterator[Hit]:
    repo, source = subject
    workflow = document(source)
    if workflow is None or _SELECTS.search(source.text):
        return
    changes = on_changes(workflow)
    open_ = [one for one in changes if not (one and (one.get("paths") or one.get("paths-ignore")))]
    own = owners_of(repo.project, repo.files)
    built = [one for one in builds(workflow) if one.dockerfile in own]
    names = sorted({own[one.dockerfile] for one in built})
    if open_ and len(names) >= _SEVERAL:
        yield Hit(
            source,
            built[0].offset,
            f"every change builds {', '.join(names)}",
            "build what changed: `inv ci-matrix` as the matrix, or `paths` filters",
        )


@rule(
    "TL702",
    "a path filter that misses what an image is made of",
    {None: E},
    scope=Scope.WORKFLOW,
    fixes=True,
    why="A service's image is made of what its Dockerfile copies, also from other folders. Where "
    "the filter names the service's folder alone, a change of a library is not built and not "
    "tested, and breaks later, elsewhere.",
    origin="what Dockerfiles copy, compared with `paths`",
)
def _filter(subject: tuple[Repo, Source]) -> Iterator[Hit]:
    repo, source = subject
    workflow = document(source)
    if workflow is None:
        return
    needed: dict[str, str] = {}
    for one in builds(workflow):
        for path in _made_of(repo, one):
            needed.setdefault(path, one.dockerfile)
    for told in on_changes(workflow):
        paths = told.get("paths") if told else None
        if paths is not None:
            yield from _missed(repo, paths, needed)


def _made_of(repo: Repo, built: Built) -> Iterator[str]:
    """Yield the paths that an image is made of."""
    source = repo.files.source(built.dockerfile)
    if source is None:
        return
    yield built.dockerfile
    for told in references(source.text, {}).sources:
        path = posixpath.normpath(posixpath.join(built.context, told))
        if path != "." and "*" not in path:
            yield path


def _missed(repo: Repo, paths: Node, needed: dict[str, str]) -> Iterator[Hit]:
    patterns = [one.value.text for one in paths.each() if not one.value.text.startswith("!")]
    for path, dockerfile_ in needed.items():
        folder = repo.files.is_folder(path)
        probe = f"{path}/x" if folder else path
        if any(matches(one, probe) for one in patterns):
            continue
        wanted = f"{path}/**" if folder else path
        yield hit(
            paths,
            f"a change of {path} does not start this, and {dockerfile_} is made of it",
            f'add "{wanted}"',
            elements(paths, f'"{wanted}"'),
        )
