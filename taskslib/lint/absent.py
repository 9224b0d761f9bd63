"""What a stack names and the repo does not have: files with variables, what images are built of.

Compose is not asked about them, since what is missing may be missing on this machine alone: what
git ignores, what an example is there for, what lies elsewhere, what a submodule has.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator

from taskslib.lint.files import Files
from taskslib.lint.nodes import Node
from taskslib.lint.ours import leads_out
from taskslib.lint.parsing import Unreadable
from taskslib.lint.source import Source
from taskslib.lint.stack import Service, Stack
from taskslib.lint.texts import default
from taskslib.project.environments import ENV, EXAMPLE

_LIKE = ("example", "sample", "template", "dist")
_DRIVE = re.compile(r"([A-Za-z]):[/\\]")
Absent = tuple[Source, Unreadable]


def absent(stack: Stack, files: Files) -> Iterator[Absent]:
    """Yield what is named and not there; nothing of services of which not all could be read."""
    volumes = {one.name for one in stack.top("volumes")}
    for service in stack.services.values():
        if service.complete:
            yield from _variables(stack, service, files)
            yield from _built(service, files)
            yield from _drives(service, volumes)


def _at(node: Node, service: Service, words: str, hint: str) -> Absent:
    line, _ = node.source.position(node.start)
    return node.source, Unreadable(line, f"{service.name}: {words}", hint)


def _variables(stack: Stack, service: Service, files: Files) -> Iterator[Absent]:
    told = service.node.get("env_file")
    for node in ([told, *(one.value for one in told.each())]) if told else ():
        path = node.get("path") or node
        written = default(path.text)
        if not written or node.value("required").lower() == "false" or _elsewhere(stack, path):
            continue
        first = path.source.path in stack.files  # a file that is not the first counts from there
        folder = posixpath.dirname(stack.files[0] if first else path.source.path)
        found = posixpath.normpath(posixpath.join(folder, written))
        if _is_missing(files, found) and not _has_example(files, found):
            yield _at(
                path, service, f"its env_file {found} is not there",
                f"write it; or, where each has one of their own, commit {found}.example, or say "
                "`required: false`",
            )  # fmt: skip


def _elsewhere(stack: Stack, node: Node) -> bool:
    """Return whether a path may count from another folder: that of who includes its file."""
    if node.source.path in stack.files:
        return False
    included = (one.get("include") for one in stack.documents)
    return any(
        one.value.get("project_directory") for each in included if each for one in each.each()
    )


def _built(service: Service, files: Files) -> Iterator[Absent]:
    build, told = service.build, service.node.get("build")
    if build is None or told is None or not build.context:
        return
    hint = "name what it is built from, or leave the service out"
    context, file = told.get("context") or told, told.get("dockerfile") or told
    if _is_missing(files, build.context):
        words = f"its build context {build.context} is not there"
        yield _at(context, service, words, hint)
    elif build.path and _is_missing(files, build.path):
        yield _at(file, service, f"its Dockerfile {build.path} is not there", hint)


def _drives(service: Service, volumes: set[str]) -> Iterator[Absent]:
    for one in (service.node.get("volumes") or service.node).each():
        drive = _DRIVE.match(one.value.text)
        if drive and drive[1] in volumes:
            name = drive[1]
            yield _at(
                one.value, service,
                f"{name}:/… is a path on a Windows drive for Compose, and not the volume {name}",
                "give the volume a name of two letters or more",
            )  # fmt: skip


def _is_missing(files: Files, path: str) -> bool:
    """Return whether the repo is to have something, and has not."""
    if leads_out(path) or "~" in path.split("/") or files.exists(path):
        return False
    return not files.is_of_submodule(path) and not files.ours.ignores(path)


def _has_example(files: Files, path: str) -> bool:
    folder, name = posixpath.split(path)
    names = [f"{name}.{one}" for one in _LIKE]
    names += [EXAMPLE] if name.startswith(ENV) else []
    return any(files.exists(posixpath.join(folder, one)) for one in names)
