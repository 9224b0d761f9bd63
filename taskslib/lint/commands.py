"""Command lines in scripts, CI workflows and Compose files."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

from taskslib.lint.environments import Environment
from taskslib.lint.gather import Script
from taskslib.lint.nodes import Node
from taskslib.lint.shell import Shell
from taskslib.lint.source import Source
from taskslib.lint.stack import Stack
from taskslib.lint.workflows import document, steps

_LOOP = re.compile(r"(?:^|[;&|({`!]|(?<=\t)[@+-]+|\b(?:do|then|else|time))\s*(?:while|until|for)\b")
_DONE = re.compile(r"(?:^|[;&|])\s*done\b")
_QUOTED = re.compile(r"""["']\s*(?:while|until|for)\b.*?[;&|]\s*done\b""")
"""A loop that is an argument: of `bash -c`."""
_COMMENT = re.compile(r"(?:^|(?<=\s))#.*")
_TARGET = re.compile(r"([\w./%-]+)(?:\s+[\w./%-]+)*\s*:(?![=:])")
_FIRST = Shell()
_TESTS = re.compile(r"(?<![a-z])tests?(?![a-z])", re.IGNORECASE)
_TEST = re.compile(rf"{_TESTS.pattern}|pytest|integration", re.IGNORECASE)
_CI = re.compile(r"(?<![a-z])ci(?![a-z])", re.IGNORECASE)
_OTHER = re.compile(
    r"(?<![a-z])(?:prod|prd|production|dev|develop|development|staging|stage|live|releases?|"
    r"deployments?|deploys|rollout|publish)(?![a-z])|(?<![a-z])deploy(?![a-z/])",
    re.IGNORECASE,
)
_ELSEWHERE = re.compile(
    r"(?<![\w.-])(?:ssh|mosh|pdsh|sshpass)(?=\s|://)|\bDOCKER_(?:HOST|CONTEXT)\b|"
    r"\bdocker\s+context\s+use\b"
)
"""What makes commands run on another machine, those in the lines below it too."""


@dataclass(frozen=True, slots=True)
class Command:
    """A line, with those that continue it."""

    source: Source
    offset: int
    text: str
    """What is no command in it is blank: comments, what continues lines."""
    loops: bool
    """Whether it is run again and again, until something is so."""
    context: str
    """What says what it is for: file, target, job, folder, the line itself."""
    elsewhere: bool = False
    """Whether it may run on another machine than this one."""
    is_workflow: bool = False
    in_compose: bool = False
    shell: Shell = _FIRST
    """As earlier lines left it."""

    @property
    def tests(self) -> bool:
        """Whether it is about tests, and about no environment that is to stay."""
        return is_of_tests(self.context)

    @property
    def in_ci(self) -> bool:
        """Whether CI runs it, for no environment that is to stay."""
        found = self.is_workflow or _CI.search(self.source.path)
        return bool(found) and not _OTHER.search(self.context)


def is_of_tests(words: str) -> bool:
    """Return whether words are about tests, and about no environment that is to stay."""
    return bool(_TEST.search(words)) and not _OTHER.search(words)


def names_tests(name: str) -> bool:
    """Return whether a name says so itself: `integration` can be a product."""
    return bool(_TESTS.search(name)) and not _OTHER.search(name)


def commands(subject: Stack | Script) -> Iterator[Command]:
    """Yield what a script, a workflow or the services of a test stack run."""
    if isinstance(subject, Stack):
        yield from _of_services(subject)
        return
    source = subject.source
    if not source.path.endswith((".yml", ".yaml")):
        yield from _lines(source, 0, len(source.text), source.path)
        return
    for node, context, folder in _regions(subject):
        about = f"{source.path} {context}"
        for one in _lines(source, node.start, node.end, about, Shell(folder)):
            yield replace(one, is_workflow=True)


def _regions(script: Script) -> Iterator[tuple[Node, str, str]]:
    """Yield the texts of a workflow that are commands: what they are about, in which folder."""
    root = document(script.source)
    if root is None:
        return
    if script.is_workflow:
        for step in steps(root):
            if step.run is not None and step.run.text:
                yield step.run, f"{root.value('name')} {step.about}", step.folder
        return
    for name, job in root.fields().items():  # GitLab's
        where = job.value.value("environment", "name") or job.value.value("environment")
        about = f"{name} {job.value.value('stage')} {where}"
        for key in ("before_script", "script", "after_script"):
            told = job.value.get(key)
            for one in told.texts() if told else ():
                yield one, about, ""


def _of_services(stack: Stack) -> Iterator[Command]:
    if stack.environment is not Environment.TEST:
        return
    for service in stack.services.values():
        for key in ("command", "entrypoint"):
            node = service.node.get(key)
            if node is None:
                continue
            text = " ".join(one.value.text for one in node.each()) or node.text
            loops = bool(re.search(r"\b(?:while|until|for)\b", text))
            context = f"test {service.name} {text}"
            yield Command(node.source, node.start, text, loops, context, in_compose=True)


def _lines(
    source: Source, start: int, end: int, context: str, first: Shell = _FIRST
) -> Iterator[Command]:
    depth, target, folder, after = 0, "", "", first
    elsewhere = bool(_ELSEWHERE.search(context))
    makes = posixpath.basename(source.path) == "Makefile" or source.path.endswith(".mk")
    for offset, text in _joined(source.text, start, end):
        if makes and not text.startswith("\t") and (found := _TARGET.match(text)):
            target, folder, elsewhere = found[1], "", False
        before = first if makes else after  # each line of a recipe has a shell of its own
        after = before.after(text)
        folder = (after.folder or folder if makes else after.folder) or ""
        rest, quoted = _QUOTED.subn("", text)
        opened = len(_LOOP.findall(rest))
        closed = len(_DONE.findall(rest))
        loops = depth > 0 or opened > 0 or quoted > 0
        depth = max(0, depth + opened - closed)
        if text.strip():
            elsewhere = elsewhere or bool(_ELSEWHERE.search(text))
            about = f"{context} {target} {folder} {text}"
            yield Command(source, offset, text, loops, about, elsewhere, shell=before)


def _joined(text: str, start: int, end: int) -> Iterator[tuple[int, str]]:
    """Yield logical lines, as long as they are written: offsets in them are those of the file."""
    begin, line = start, ""
    for physical in text[start:end].splitlines(keepends=True):
        body = _COMMENT.sub(lambda found: " " * len(found[0]), physical.rstrip("\r\n"))
        tail = " " * (len(physical) - len(body))
        if body.endswith("\\"):
            line += body[:-1] + " " + tail
            continue
        line += body
        yield begin, line
        begin += len(line) + len(tail)
        line = ""
    if line:
        yield begin, line
