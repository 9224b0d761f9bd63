"""CI workflows of GitHub, Gitea and Forgejo: what starts them, what they run, what they build."""

from __future__ import annotations

import posixpath
import re
import shlex
from collections.abc import Iterator
from dataclasses import dataclass

from taskslib.lint.nodes import Node
from taskslib.lint.parsing import Unreadable, parsed
from taskslib.lint.source import Source

_BUILD = re.compile(r"\bdocker\s+(?:buildx\s+|image\s+)?build\b(?P<rest>[^;&|\n]*)")
_MATRIX = re.compile(r"\$\{\{\s*matrix\.([\w-]+)\s*\}\}")
_SPACED = re.compile(r"\$\{\{\s*([\w.-]+)\s*\}\}")
_FOLDER = "working-directory"
_FILE_OPTIONS = ("-f", "--file")
_TAKES_VALUE = (
    "-t", "--tag", "--build-arg", "--target", "--platform", "--cache-from", "--cache-to",
    "--label", "--secret", "--progress", "--output", "-o", "--network",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Built:
    """An image that a workflow builds; paths from the repo's root on."""

    offset: int
    context: str
    dockerfile: str


@dataclass(frozen=True, slots=True)
class Step:
    """A step of a job: what it runs, where that is written."""

    about: str
    """What its job and itself are called, and where they run."""
    node: Node
    run: Node | None
    folder: str
    """Where it runs, from the repo's root on; empty for the root itself."""
    matrix: dict[str, tuple[str, ...]]


def document(source: Source) -> Node | None:
    """Return a workflow; None where it cannot be read."""
    try:
        return parsed(source)
    except Unreadable:
        return None


def steps(workflow: Node) -> Iterator[Step]:
    """Yield the steps of all jobs."""
    jobs = workflow.get("jobs")
    for name, job in (jobs.fields() if jobs else {}).items():
        matrix = job.value.get("strategy", "matrix")
        values = {
            key: tuple(one.value.text for one in entry.value.each())
            for key, entry in (matrix.fields() if matrix else {}).items()
        }
        where = job.value.value("environment", "name") or job.value.value("environment")
        told = job.value.get("steps")
        for one in told.each() if told else ():
            engines = " ".join(_engines(workflow, job.value, one.value))
            about = f"{name} {job.value.value('name')} {where} {one.value.value('name')} {engines}"
            folder = one.value.value(_FOLDER) or _default(job.value) or _default(workflow)
            yield Step(about, one.value, one.value.get("run"), folder, values)


def _default(node: Node) -> str:
    """Return where the steps of a job, or of a workflow, run that don't say it themselves."""
    return node.value("defaults", "run", _FOLDER)


def _engines(*nodes: Node) -> Iterator[str]:
    """Yield the variables that lead Docker to another machine's engine."""
    for node in nodes:
        told = node.get("env")
        yield from {"DOCKER_HOST", "DOCKER_CONTEXT"} & set(told.fields() if told else ())


def triggers(workflow: Node) -> dict[str, Node | None]:
    """Return what starts a workflow, each with what is said of it."""
    told = workflow.get("on")
    if told is None:
        return {}
    if told.is_map:
        return {name: entry.value for name, entry in told.fields().items()}
    return dict.fromkeys([one.value.text for one in told.each()] or [told.text])


def on_changes(workflow: Node) -> list[Node | None]:
    """Return what is said of pushes and pull requests; pushes of tags alone are none."""
    found = []
    for name, told in triggers(workflow).items():
        if name not in {"push", "pull_request", "pull_request_target", "merge_group"}:
            continue
        tags = told and told.get("tags") and not told.get("branches")
        if not tags:
            found.append(told)
    return found


def builds(workflow: Node) -> Iterator[Built]:
    """Yield the images that a workflow builds with commands or Docker's own action."""
    for step in steps(workflow):
        if step.run is not None:
            text = _SPACED.sub(r"${{\1}}", step.run.text.replace("\\\n", "  "))
            for found in _BUILD.finditer(text):
                yield from _expanded(step, step.run.start, *_arguments(found["rest"]))
        if step.node.value("uses").startswith("docker/build-push-action"):
            told = step.node.get("with")
            context = (told.value("context") if told else "") or "."
            file = told.value("file") if told else ""
            yield from _expanded(step, step.node.start, context, file)


def _arguments(rest: str) -> tuple[str, str]:
    """Return the context and the Dockerfile that a command names."""
    try:
        words = shlex.split(rest)
    except ValueError:
        words = rest.split()
    context, file, waiting = "", "", ""
    for word in words:
        if waiting:
            file = word if waiting in _FILE_OPTIONS else file
            waiting = ""
        elif word in _FILE_OPTIONS or word in _TAKES_VALUE:
            waiting = word
        elif word.startswith("--file="):
            file = word.partition("=")[2]
        elif not word.startswith("-"):
            context = word
    return context, file


def _expanded(step: Step, offset: int, context: str, file: str) -> Iterator[Built]:
    used = _MATRIX.search(f"{context} {file}")
    values = step.matrix.get(used[1], ()) if used else ("",)
    for value in values:
        where, path = (_MATRIX.sub(value, one) for one in (context, file))
        if "$" not in f"{where}{path}" and where:
            where = posixpath.normpath(where)
            path = posixpath.normpath(path or posixpath.join(where, "Dockerfile"))
            yield Built(offset, where, path)


def matches(pattern: str, path: str) -> bool:
    """Return whether a filter's pattern is about a path."""
    parts = []
    for piece in re.split(r"(\*\*/?|\*|\?)", pattern.removeprefix("./")):
        known = {"**/": "(?:.*/)?", "**": ".*", "*": "[^/]*", "?": "[^/]"}
        parts.append(known.get(piece, re.escape(piece)))
    return re.fullmatch("".join(parts), path) is not None
