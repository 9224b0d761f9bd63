"""Small projects and what depends on what in them."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from taskslib.events import Stage, SuiteId
from taskslib.project import load
from taskslib.project.changes import Changes
from taskslib.project.dependencies.affected import affected
from taskslib.project.dependencies.inputs import Dependencies, Inputs
from taskslib.tree import links, tree
from tests.support.projects import write

STACK = "services:\n  {name}:\n    build: {{context: {context}, dockerfile: {dockerfile}}}\n"


def service(
    name: str, dockerfile: str = "FROM a\nCOPY . .\n", context: str = "../.."
) -> dict[str, str]:
    """Return the files of a service with unit and service tests."""
    at = f"services/{name}"
    return {
        f"{at}/Dockerfile": dockerfile,
        f"{at}/code.py": "",
        f"{at}/tests/conftest.py": "",
        f"{at}/tests/unit/test_a.py": "",
        f"{at}/tests/integration/test_b.py": "",
        f"{at}/deploy/test/docker-compose.yml": STACK.format(
            name=name, context=context, dockerfile="Dockerfile"
        ),
    }


def library(name: str, **files: str) -> dict[str, str]:
    """Return the files of a library with unit tests."""
    at = f"services/{name}"
    return {
        f"{at}/code.py": "",
        f"{at}/tests/unit/test_a.py": "",
        **{f"{at}/{path}": text for path, text in files.items()},
    }


def dependencies(
    root: Path, files: Mapping[str, str], environ: Mapping[str, str] | None = None
) -> Dependencies:
    """Write a project and return what depends on what in it."""
    write(root, files)
    paths = tree(str(root))

    def read(path: str) -> str:
        return (root / path).read_text("utf-8")

    return Dependencies(load(root), paths, read, environ or {}, links(str(root), paths))


def services(found: Dependencies, *paths: str) -> set[str]:
    """Return the services that changes of files affect."""
    return set(affected(found, Changes("base", frozenset(paths))).services)


def inputs(found: Dependencies, name: str, stage: Stage = Stage.SERVICE) -> Inputs:
    """Return what a suite depends on."""
    return found.of(next(one for one in found.project.suites if one.id == SuiteId(name, stage)))


def hit(found: Dependencies, *paths: str) -> set[str]:
    """Return the suites that changes of files affect."""
    changed = affected(found, Changes("base", frozenset(paths)))
    return {str(suite) for suite in changed.suites}


def unknown(found: Dependencies, name: str, stage: Stage = Stage.UNIT) -> tuple[str, ...]:
    """Return what nobody can know of a suite."""
    return inputs(found, name, stage).unknown
