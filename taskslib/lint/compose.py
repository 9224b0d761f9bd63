"""Compose itself, asked whether it takes a file; it needs no engine for that."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from shutil import which

from taskslib.cancellation import Cancellation
from taskslib.lint.gather import Repo
from taskslib.processes import Command, run

_LONGEST = 60


@dataclass(frozen=True, slots=True)
class Compose:
    """Docker's Compose, if it is there."""

    environ: Mapping[str, str]
    cancellation: Cancellation

    def refuses(self, repo: Repo, changed: Mapping[str, str]) -> bool:
        """Return whether Compose takes a stack with changed texts no more, that it took before.

        Where Compose is not there, or did not take the file before, nothing is known against it.
        """
        docker = which("docker", path=self.environ.get("PATH"))
        if docker is None:
            return False
        for stack in repo.stacks:
            for path in stack.files:
                source = repo.files.source(path)
                if path not in changed or source is None:
                    continue
                before = self._takes(docker, repo, stack.files, path, source.text)
                if before and not self._takes(docker, repo, stack.files, path, changed[path]):
                    return True
        return False

    def _takes(self, docker: str, repo: Repo, files: tuple[str, ...], path: str, text: str) -> bool:
        named = [part for one in files for part in ("-f", "-" if one == path else one)]
        folder = files[0].rpartition("/")[0] or "."
        argv = (docker, "compose", "--project-directory", folder, *named, "config", "--quiet")
        command = Command(argv, cwd=repo.files.root, env=self.environ, stdin=text, timeout=_LONGEST)
        try:
            return run(command, self.cancellation).code == 0
        except OSError:
            return False
