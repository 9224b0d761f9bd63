"""Compose itself, asked whether it takes a stack's files; it needs no engine for that."""

from __future__ import annotations

import os
import posixpath
import re
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from shutil import which
from tempfile import TemporaryDirectory

from taskslib.cancellation import Cancellation
from taskslib.lint.environments import Environment
from taskslib.lint.files import Files
from taskslib.lint.gather import Repo
from taskslib.lint.nodes import Node
from taskslib.lint.ours import leads_out
from taskslib.lint.stack import Stack
from taskslib.lint.texts import default
from taskslib.processes import Command, run
from taskslib.project.dotenv import troubles
from taskslib.project.references.interpolation import variables
from taskslib.stacks.compose_errors import located, without_warnings

MOST = 64
"""Stacks that are asked about: each takes a tenth of a second of a processor."""
_LONGEST = 60
_REQUIRED = re.compile(r"\$\{([A-Za-z_]\w*):?\?")
_NOT_OURS = re.compile(
    r"no such file or directory|env file .* not found|cannot find the (?:file|path)"
)
"""What is missing on this machine, and not wrong in the files."""
_NO_FILE = re.compile(r"(?:failed to read \S+: )?line \d+: ")
_ENGINES = ("DOCKER_HOST", "DOCKER_CONTEXT")
_RIGHT = ("compose.yml", "services: {x: {image: 'x:1'}}\n")
"""What Compose takes in any version."""
_Texts = tuple[tuple[str, str], ...]
"""All that Compose reads of a stack: paths and what is written there."""


@dataclass(frozen=True, slots=True)
class Refusal:
    """What Compose says of files that it does not take."""

    path: str
    line: int
    problem: str


@dataclass(frozen=True, slots=True)
class Compose:
    """Docker's Compose, if it is there."""

    environ: Mapping[str, str]
    cancellation: Cancellation
    _answers: dict[tuple[tuple[str, ...], _Texts], Refusal | None] = field(
        default_factory=dict, init=False
    )

    def refusals(self, repo: Repo, only: Environment | None = None) -> tuple[Refusal, ...]:
        """Return what Compose does not take, of the first `MOST` stacks that look right.

        Nothing where it is not there. What a variable, or a file, lacks on this machine is not
        held against the files.
        """
        docker = self._docker()
        if docker is None:
            return ()
        asked = list(askable(repo, only))[:MOST]
        with ThreadPoolExecutor(os.cpu_count() or 1) as pool:
            told = pool.map(lambda one: self._refusal(docker, one, _texts(one, repo.files)), asked)
            found = [one for one in told if one is not None]
        if found and self._asked(docker, (_RIGHT[0],), (_RIGHT,)):
            return ()  # Docker without Compose, or what answers otherwise
        return tuple(dict.fromkeys(found))

    def refuses(self, before: Repo, after: Repo) -> bool:
        """Return whether Compose takes a stack's files no more, that it took before.

        The files of a stack are judged together, each as it is in that repo. Where Compose is not
        there, or did not take the files before, nothing is known against them.
        """
        docker = self._docker()
        if docker is None:
            return False
        known = {one.files: _texts(one, before.files) for one in before.stacks}
        changed = [
            (stack, first, second)
            for stack in after.stacks
            if (first := known.get(stack.files, ())) != (second := _texts(stack, after.files))
        ]

        def is_new(one: tuple[Stack, _Texts, _Texts]) -> bool:
            stack, *texts = one
            first, second = (self._refusal(docker, stack, each) for each in texts)
            return first is None and second is not None

        with ThreadPoolExecutor(os.cpu_count() or 1) as pool:
            return any(pool.map(is_new, changed))

    def _docker(self) -> str | None:
        return which("docker", path=self.environ.get("PATH"))

    def _refusal(self, docker: str, stack: Stack, texts: _Texts) -> Refusal | None:
        key = (stack.files, texts)
        if key not in self._answers:
            self._answers[key] = self._asked(docker, stack.files, texts)
        return self._answers[key]

    def _asked(self, docker: str, files: tuple[str, ...], texts: _Texts) -> Refusal | None:
        if not texts:
            return Refusal(files[0], 1, "empty compose file")
        unset = {one for _, text in texts for one in variables(text)} - set(self.environ)
        # What has to be set when the stack starts need not be set here.
        required = {one for _, text in texts for one in _REQUIRED.findall(text)}
        with TemporaryDirectory(prefix="taskslib-lint-") as folder:
            root = Path(folder).resolve()
            if not _written(root, texts):
                return None
            argv = _argv(docker, files)
            taken, said = self._run(argv, root, dict.fromkeys(required, "1"))
            if not taken and unset - required:
                taken, _ = self._run(argv, root, dict.fromkeys(unset, "1"))
            if taken or _NOT_OURS.search(said):
                return None
            return _told(root, files, texts, said, unset)

    def _run(self, argv: tuple[str, ...], cwd: Path, given: Mapping[str, str]) -> tuple[bool, str]:
        """Return whether a program ends well, or can't be asked; and what it says if not."""
        own = {
            name: value
            for name, value in self.environ.items()
            if name not in _ENGINES and not name.startswith("COMPOSE_")
        }
        command = Command(argv, cwd=cwd, env={**given, **own}, timeout=_LONGEST)
        try:
            done = run(command, self.cancellation)
        except OSError:
            return True, ""
        return done.code == 0 or done.timed_out, without_warnings(done.stderr)


def _written(root: Path, texts: _Texts) -> bool:
    """Write texts into a folder; return whether there can be such files together."""
    try:
        for path, text in texts:
            place = root / path
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_bytes(text.encode("utf-8", "surrogateescape"))
    except (OSError, ValueError):
        return False
    return True


def askable(repo: Repo, only: Environment | None) -> Iterator[Stack]:
    """Yield the stacks of which nothing is known that Compose would not take."""
    for one in repo.stacks:
        known = one.unreadable or one.refused or one.outside
        if only in {None, one.environment} and one.whole and one.documents and not known:
            yield one


def _argv(docker: str, files: tuple[str, ...]) -> tuple[str, ...]:
    named = [part for one in files for part in ("-f", one)]
    folder = posixpath.dirname(files[0]) or "."
    profiles = ("--profile", "*")
    where = ("--project-directory", folder)
    return (docker, "compose", *profiles, *where, *named, "config", "--quiet")


def _told(
    root: Path, files: tuple[str, ...], texts: _Texts, said: str, unset: set[str]
) -> Refusal | None:
    """Return what Compose says, with its place in the repo."""
    read = dict(texts)
    others = [path for path in read if path not in files]
    words = " ".join(said.split())
    if _NO_FILE.match(words):  # of variables: it does not say of which
        for path in (one for one in others if not one.endswith((".yml", ".yaml"))):
            for one in troubles(read[path]):
                if one.fatal:
                    return Refusal(path, one.line, words)
    paths, line, words = located([root / one for one in (*files, *others)], said)
    path = paths[0].relative_to(root).as_posix()
    lines = read.get(path, "").splitlines()
    written = lines[line - 1] if 0 < line <= len(lines) else ""
    if unset & set(variables(written)) and "interpolation format" not in words:
        return None  # the empty value of a variable that is set elsewhere
    problem = words.replace(f"{root}{os.sep}", "").removesuffix(": invalid compose project")
    return Refusal(path, max(line, 1), problem)


def _texts(stack: Stack, files: Files) -> _Texts:
    """Return what Compose reads of a stack, without what lies outside of the repo."""
    read = {one.source.path: one.source.text for one in stack.documents}
    read.update({source.path: source.text for source, _ in stack.unreadable})
    for path in {one for each in stack.documents for one in _named(each, stack)}:
        source = files.source(path)
        # Git often ignores what holds variables: where it is not there, its like is none.
        if source is not None or posixpath.basename(path) != ".env":
            read[path] = source.text if source else ""
    return tuple(sorted(one for one in read.items() if not leads_out(one[0])))


def _named(document: Node, stack: Stack) -> Iterator[str]:
    """Yield the files with variables that a Compose file names, or that Compose looks for."""
    path = document.source.path
    folder = posixpath.dirname(stack.files[0] if path in stack.files else path)
    yield posixpath.join(folder, ".env")
    services, include = document.get("services"), document.get("include")
    entries = [*(services.fields().values() if services else ())]
    entries += include.each() if include else []
    for entry in entries:
        for key in ("env_file", "label_file"):
            told = entry.value.get(key)
            for one in told.texts() if told else ():
                if written := default(one.text):
                    yield posixpath.normpath(posixpath.join(folder, written))
