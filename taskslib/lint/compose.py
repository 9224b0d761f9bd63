"""Compose itself, asked whether it takes a stack's files; it needs no engine for that."""

from __future__ import annotations

import os
import posixpath
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from shutil import which
from tempfile import TemporaryDirectory

from taskslib.cancellation import Cancellation
from taskslib.lint.answers import Answer, Refusal, answer
from taskslib.lint.gather import Repo
from taskslib.lint.inputs import Inputs, inputs
from taskslib.lint.stack import Stack
from taskslib.processes import Command, run
from taskslib.stacks.compose_errors import without_warnings

MOST = 64
"""Stacks that are asked about: each takes a tenth of a second of a processor."""
_LONGEST = 60
_ENGINES = ("DOCKER_HOST", "DOCKER_CONTEXT")
_RIGHT = Inputs(("compose.yml",), (("compose.yml", "services: {x: {image: 'x:1'}}\n"),))
"""What Compose takes in any version."""


@dataclass(frozen=True, slots=True)
class Refusals:
    """What Compose does not take."""

    found: tuple[Refusal, ...]
    stacks: int
    """Of how many there was something to ask."""
    asked: int
    """Of how many it was asked; 0 where there is no Compose that answers."""


@dataclass(frozen=True, slots=True)
class Compose:
    """Docker's Compose, if it is there."""

    environ: Mapping[str, str]
    cancellation: Cancellation
    _answers: dict[Inputs, Answer] = field(default_factory=dict, init=False)

    def refusals(self, repo: Repo, only: str | None = None) -> Refusals:
        """Return what Compose does not take, of the first `MOST` stacks that look right.

        Nothing where it is not there. What a variable, or a file, lacks on this machine is not
        held against the files.
        """
        docker = self._docker()
        every = [*askable(repo, only)]
        if docker is None:
            return Refusals((), len(every), 0)
        asked = [inputs(one, repo.files) for one in every[:MOST]]
        with ThreadPoolExecutor(os.cpu_count() or 1) as pool:
            told = [one.refusal for one in pool.map(lambda one: self._answer(docker, one), asked)]
        found = dict.fromkeys(one for one in told if one is not None)
        if found and self._asked(docker, _RIGHT).said:
            return Refusals((), len(every), 0)  # Docker without Compose, or what answers otherwise
        return Refusals(tuple(found), len(every), len(asked))

    def refuses(self, before: Repo, after: Repo) -> bool:
        """Return whether Compose takes a stack's files no more, that it took before.

        The files of a stack are judged together, each as it is in that repo. Where Compose is not
        there, or refused the files before, nothing is known against them. Where it did not take
        them for want of a value or a file, it is to say no more than the same.
        """
        docker = self._docker()
        if docker is None:
            return False
        nothing = Inputs((), ())
        known = {one.files: inputs(one, before.files) for one in before.stacks}
        pairs = [
            (known.get(stack.files, nothing), inputs(stack, after.files)) for stack in after.stacks
        ]

        def is_new(pair: tuple[Inputs, Inputs]) -> bool:
            first, second = (self._answer(docker, each) for each in pair)
            return first.refusal is None and second.said not in {"", first.said}

        with ThreadPoolExecutor(os.cpu_count() or 1) as pool:
            return any(pool.map(is_new, [pair for pair in pairs if pair[0] != pair[1]]))

    def _docker(self) -> str | None:
        return which("docker", path=self.environ.get("PATH"))

    def _answer(self, docker: str, given: Inputs) -> Answer:
        if given not in self._answers:
            self._answers[given] = self._asked(docker, given)
        return self._answers[given]

    def _asked(self, docker: str, given: Inputs) -> Answer:
        if not given.documents:
            words = "empty compose file"
            return Answer(words, Refusal(next(iter(given.files), ""), 1, words))
        values = given.values(self.environ)
        with TemporaryDirectory(prefix="taskslib-lint-") as folder:
            root = Path(folder).resolve()
            if not given.write(root):
                return Answer()
            argv, said = _argv(docker, given.files), []
            for variables in values.guesses():
                said.append(self._said(argv, root, variables))
                if not said[-1]:
                    return Answer()
            return answer(root, given, values, said)

    def _said(self, argv: tuple[str, ...], cwd: Path, given: Mapping[str, str]) -> str:
        """Return what a program says that does not end well; empty, too, if it can't be asked."""
        own = {
            name: value
            for name, value in self.environ.items()
            if value and name not in _ENGINES and not name.startswith("COMPOSE_")
        }
        command = Command(argv, cwd=cwd, env={**given, **own}, timeout=_LONGEST)
        try:
            done = run(command, self.cancellation)
        except OSError:
            return ""
        if done.code == 0 or done.timed_out:
            return ""
        return without_warnings(done.stderr) or "it does not say why"


def askable(repo: Repo, only: str | None) -> Iterator[Stack]:
    """Yield the stacks of which all files are here, and nothing speaks against them already."""
    for one in repo.stacks:
        known = one.unreadable or one.refused or one.outside
        here = one.whole and one.complete and one.documents
        if one.is_for(only) and here and not known:
            yield one


def _argv(docker: str, files: tuple[str, ...]) -> tuple[str, ...]:
    named = [part for one in files for part in ("-f", one)]
    folder = posixpath.dirname(files[0]) or "."
    profiles = ("--profile", "*")
    where = ("--project-directory", folder)
    return (docker, "compose", *profiles, *where, *named, "config", "--quiet")
