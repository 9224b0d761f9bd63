"""Git in one folder: commits asked by a name, and fetched where a clone has not all of them."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path

from taskslib.errors import UsageError
from taskslib.repository import git_environment

_FETCH = 120.0
"""Seconds for one fetch."""
_NONE = "git is not installed (it is not on PATH)"


class Git:
    """Git in one folder; what fails is None."""

    said: str = ""
    """What it said last where it failed."""

    def __init__(self, root: Path, environ: Mapping[str, str]) -> None:
        self.root = root
        self._environ = {**git_environment(environ), "GIT_TERMINAL_PROMPT": "0"}

    def check(self) -> None:
        """Raise `UsageError` where there is no git at all."""
        if shutil.which("git", path=self._environ.get("PATH")) is None:
            raise UsageError(_NONE, hint="install git: versions are its tags")

    def __call__(self, *arguments: str, timeout: float | None = None) -> str | None:
        """Return what a command prints; None where it fails or takes longer than that."""
        try:
            done = subprocess.run(
                ["git", *arguments],
                cwd=self.root,
                env=self._environ,
                stdin=subprocess.DEVNULL,
                capture_output=True,
                timeout=timeout,
                check=False,
            )
        except FileNotFoundError as error:  # the program, or the folder
            there = shutil.which("git", path=self._environ.get("PATH")) is not None
            self.said = str(error) if there else _NONE
            return None
        except subprocess.TimeoutExpired as error:
            self.said = f"`git {arguments[0]}` did not end in {error.timeout:.0f} s"
            return None
        except OSError as error:
            self.said = str(error)
            return None
        lines = done.stderr.decode("utf-8", "replace").splitlines() if done.returncode else []
        self.said = lines[0].removeprefix("fatal: ") if lines else ""
        return os.fsdecode(done.stdout) if done.returncode == 0 else None

    def commit(self, name: str) -> str | None:
        """Return the commit that a name stands for."""
        told = self("rev-parse", "--verify", "--quiet", "--end-of-options", f"{name}^{{commit}}")
        return told.strip() if told else None

    def merge_base(self, others: list[str]) -> str | None:
        """Return the nearest commit that HEAD shares with any of others."""
        commits = [commit for one in others if (commit := self.commit(one)) is not None]
        told = self("merge-base", "HEAD", *commits) if commits else None
        return told.split()[0] if told and told.strip() else None

    def is_ancestor(self, commit: str, tip: str) -> bool:
        """Return whether a commit is in the history of another, as far as that is here."""
        return self("merge-base", "--is-ancestor", commit, tip) is not None

    @property
    def has_remote(self) -> bool:
        """Whether there is a remote called origin."""
        return bool(self("config", "--get", "remote.origin.url"))

    @property
    def is_shallow(self) -> bool:
        """Whether the clone has only the latest of its history."""
        return (self("rev-parse", "--is-shallow-repository") or "").strip() == "true"

    def files_of(self, path: str) -> list[str]:
        """Return the files of a submodule, or of a repository in this one; of a file, none."""
        if not (self.root / path / ".git").exists():
            return []
        inner = Git(self.root / path, self._environ)
        listed = inner("ls-files", "-c", "-o", "--exclude-standard", "-z") or ""
        return [f"{path}/{one}" for one in listed.split("\0") if one]

    def fetch_one(self, what: str) -> bool:
        """Fetch a commit or a branch; of its history only what a full clone has to have."""
        return self._fetch(*(["--depth=1"] if self.is_shallow else []), "origin", what)

    def deepen(self, depth: int, *what: str) -> bool:
        """Fetch more history of all that a shallow clone has, or of a remote's branch."""
        return self._fetch(f"--deepen={depth}", *what)

    def complete(self) -> bool:
        """Fetch all history of what a shallow clone has, and all tags."""
        return self._fetch("--unshallow", "--tags", "origin")

    def _fetch(self, *arguments: str) -> bool:
        tags = () if "--tags" in arguments else ("--no-tags",)
        fetched = self("fetch", "--quiet", *tags, *arguments, timeout=_FETCH)
        return fetched is not None
