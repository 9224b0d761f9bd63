"""A repo as it is on disk: its files, and of a few of them what they say. Nothing of it is run."""

from __future__ import annotations

import os
import posixpath
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path

from taskslib.lint.files import Files
from taskslib.lint.loading import stack
from taskslib.lint.makefiles import lines
from taskslib.lint.placing import ELSEWHERE
from taskslib.lint.ports import ports
from taskslib.project.commits import Git
from taskslib.project.dependencies.areas import matches
from taskslib.project.references.values import table
from taskslib.scaffold.adoption.commands import Call, calls, unread_recipes
from taskslib.scaffold.adoption.containers import addresses
from taskslib.scaffold.adoption.found import (
    NODE_TESTS,
    PYTHON_TESTS,
    Build,
    Compose,
    Found,
    Published,
)
from taskslib.scaffold.adoption.makefiles import Target, makefile
from taskslib.scaffold.adoption.starting import Used, starting, used
from taskslib.scaffold.adoption.words import beside

_COMPOSE = ("compose*.yml", "compose*.yaml", "docker-compose*.yml", "docker-compose*.yaml")
_SCRIPTS = ("*.sh",)
_TESTS = (*PYTHON_TESTS, *NODE_TESTS, "conftest.py")
_MAKEFILES = ("Makefile", "makefile", "GNUmakefile")
TASKS = ("tasks.py", "tasks/__init__.py")
_OURS = (*TASKS, "pyproject.toml", "setup.py", "setup.cfg")
"""Files that decide what is written, whether git ignores them or not."""
_LEFT_OUT = ("node_modules", "__pycache__")


def read(root: Path, environ: Mapping[str, str]) -> Found:
    """Return what is in a repo."""
    there = (one for one in _OURS if os.path.lexists(root / one))
    paths = frozenset((*_paths(root, environ), *there))
    files = Files(root)
    made = makefile(_text(files, next((one for one in _MAKEFILES if one in paths), "")))
    scripts = {
        path: [beside(line, path) for line in lines(_text(files, path))]
        for path in sorted(paths)
        if _is_script(path)
    }
    uses = tuple(_uses(made.targets, scripts, paths))
    named = {one for one in paths if matches(posixpath.basename(one), _COMPOSE)}
    named |= {path for one in uses for path in one.files}
    return Found(
        files=paths,
        composes={path: _compose(files, path) for path in sorted(named)},
        targets=made.targets,
        unread=made.unread,
        recipes=tuple(unread_recipes(made.targets)),
        calls=tuple(_calls(made.targets, scripts, paths)),
        used=uses,
        addresses={
            one: names
            for one in paths
            if matches(posixpath.basename(one), _TESTS) and (names := addresses(_text(files, one)))
        },
        vitest=frozenset(
            posixpath.dirname(one)
            for one in paths
            if posixpath.basename(one) == "package.json" and '"vitest"' in _text(files, one)
        ),
        poetry=frozenset(
            posixpath.dirname(one)
            for one in paths
            if posixpath.basename(one) == "pyproject.toml" and _has_groups(_text(files, one))
        ),
    )


def is_configured(root: Path) -> bool:
    """Return whether pyproject.toml has our table already. Raises `ConfigError`."""
    from taskslib.project.config import read_pyproject

    tool = read_pyproject(root).get("tool", {})
    return isinstance(tool, dict) and "taskslib" in tool


def tasks_text(root: Path) -> str:
    """Return the tasks.py that is there, or a package's; empty where there is none."""
    files = Files(root)
    return next((text for one in TASKS if (text := _text(files, one))), "")


def _has_groups(text: str) -> bool:
    """Return whether a pyproject.toml says in poetry's words alone what only tests need."""
    try:
        data = tomllib.loads(text)
    except tomllib.TOMLDecodeError:
        return False  # what reads its configuration says so
    poetry = table(table(data, "tool"), "poetry")
    return not table(data, "dependency-groups") and bool(
        table(poetry, "group") or table(poetry, "dev-dependencies")
    )


def _paths(root: Path, environ: Mapping[str, str]) -> Iterator[str]:
    """Yield the files that git has or would take; without git, all but what tools leave.

    A name with signs that can't be printed is nothing that a configuration could have.
    """
    listed = Git(root, environ)("ls-files", "-z", "--cached", "--others", "--exclude-standard")
    found = listed.split("\0")[:-1] if listed is not None else _walked(root)
    yield from (one for one in found if one.isprintable() and (root / one).is_file())


def _walked(root: Path) -> Iterator[str]:
    for parent, folders, names in os.walk(root):
        folders[:] = [
            one
            for one in folders
            if (not one.startswith(".") or one in ELSEWHERE)
            and one not in _LEFT_OUT
            # Unlike `is_file`, no error where we may not look, as in a database's folder.
            and not os.path.lexists(Path(parent) / one / "pyvenv.cfg")
        ]
        yield from ((Path(parent) / one).relative_to(root).as_posix() for one in names)


def _compose(files: Files, path: str) -> Compose:
    services = stack(files, (path,), None).services.values()
    builds = (
        Build(one.name, _place(one.build.context), _place(one.build.path))
        for one in services
        if one.build
    )
    published = (
        Published(number, one.name, port.targets[0] if port.targets else port.target)
        for one in services
        for port in ports(one.node)
        for number in port.taken
    )
    whole = all(one.build or one.image for one in services)
    return Compose(tuple(builds), tuple(published), whole)


def _place(path: str) -> str:
    path = posixpath.normpath(path) if path else ""
    return "" if path == "." else path


def _is_script(path: str) -> bool:
    return matches(posixpath.basename(path), _SCRIPTS) and path.count("/") < 2  # noqa: PLR2004


def _uses(
    made: tuple[Target, ...], scripts: Mapping[str, list[str]], paths: frozenset[str]
) -> Iterator[Used]:
    found = [one for target in made for one in used(target.name, target.recipe)]
    found += [one for path in scripts for one in used(path, scripts[path], keep_folder=True)]
    for one in found:
        if files := tuple(path for path in one.files if path in paths):
            yield Used(one.by, files)


def _calls(
    made: tuple[Target, ...], scripts: Mapping[str, list[str]], paths: frozenset[str]
) -> Iterator[Call]:
    started = starting(made)
    found: list[Call] = []
    for target in made:
        first = next((started[one] for one in target.needs if one in started), None)
        found += calls(target.recipe, before=first, up=started, env=target.env)
    for told in scripts.values():
        found += calls(told, keep_folder=True)
    for one in found:
        yield replace(one, stack=tuple(path for path in one.stack if path in paths))


def _text(files: Files, path: str) -> str:
    source = files.source(path)
    return "" if source is None else source.text
