"""Compose itself, asked whether it takes a stack's files; it needs no engine for that."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from shutil import which
from tempfile import TemporaryDirectory

from taskslib.cancellation import Cancellation
from taskslib.lint.files import Files
from taskslib.lint.gather import Repo
from taskslib.lint.nodes import Node
from taskslib.lint.ours import leads_out
from taskslib.lint.stack import Stack
from taskslib.lint.texts import default
from taskslib.processes import Command, run

_LONGEST = 60
_REQUIRED = re.compile(r"\$\{([A-Za-z_]\w*):?\?")
_Texts = tuple[tuple[str, str], ...]
"""All that Compose reads of a stack: paths and what is written there."""


@dataclass(frozen=True, slots=True)
class Compose:
    """Docker's Compose, if it is there."""

    environ: Mapping[str, str]
    cancellation: Cancellation
    _taken: dict[tuple[tuple[str, ...], _Texts], bool] = field(default_factory=dict, init=False)

    def refuses(self, before: Repo, after: Repo) -> bool:
        """Return whether Compose takes a stack's files no more, that it took before.

        The files of a stack are judged together, each as it is in that repo. Where Compose is not
        there, or did not take the files before, nothing is known against them.
        """
        docker = which("docker", path=self.environ.get("PATH"))
        if docker is None:
            return False
        known = {one.files: _texts(one, before.files) for one in before.stacks}
        for stack in after.stacks:
            first, second = known.get(stack.files, ()), _texts(stack, after.files)
            if first == second:
                continue
            if self._takes(docker, stack, first) and not self._takes(docker, stack, second):
                return True
        return False

    def _takes(self, docker: str, stack: Stack, texts: _Texts) -> bool:
        key = (stack.files, texts)
        if key not in self._taken:
            self._taken[key] = self._asked(docker, stack.files, texts)
        return self._taken[key]

    def _asked(self, docker: str, files: tuple[str, ...], texts: _Texts) -> bool:
        named = [part for one in files for part in ("-f", one)]
        folder = posixpath.dirname(files[0]) or "."
        argv = (docker, "compose", "--project-directory", folder, *named, "config", "--quiet")
        # What has to be set when the stack starts need not be set here.
        missing = {name: "1" for _, text in texts for name in _REQUIRED.findall(text)}
        with TemporaryDirectory(prefix="taskslib-lint-") as root:
            for path, text in texts:
                place = Path(root, path)
                place.parent.mkdir(parents=True, exist_ok=True)
                place.write_bytes(text.encode("utf-8", "surrogateescape"))
            env = {**missing, **self.environ}
            command = Command(argv, cwd=Path(root), env=env, timeout=_LONGEST)
            try:
                return run(command, self.cancellation).code == 0
            except OSError:
                return False


def _texts(stack: Stack, files: Files) -> _Texts:
    """Return what Compose reads of a stack, without what lies outside of the repo."""
    read = {one.source.path: one.source.text for one in stack.documents}
    read.update({source.path: source.text for source, _ in stack.unreadable})
    for path in {one for each in stack.documents for one in _named(each, stack)}:
        if (source := files.source(path)) is not None:
            read[path] = source.text
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
