"""Install what a package-lock.json pins, once for all folders and worktrees with that lock."""

from __future__ import annotations

import os
import re
import shlex
import shutil
from dataclasses import dataclass
from pathlib import Path

from taskslib.cancellation import Cancellation
from taskslib.errors import EnvironmentFailure
from taskslib.frameworks.environments.inputs import digest
from taskslib.frameworks.environments.store import Store
from taskslib.frameworks.node.interpreter import Node
from taskslib.frameworks.node.links import entries
from taskslib.frameworks.node.package import LOCK, MANIFEST
from taskslib.processes import Command, run
from taskslib.project.places import cache_root

_FORM = b"2"
"""Changes when what older versions of taskslib installed must not be used any more."""
_INPUTS = (MANIFEST, LOCK, ".npmrc")
_LINES = 20
_USAGE = re.compile(r"^npm (?:error|ERR!) (?:Clean install a project|Usage:)(?s:.*)", re.MULTILINE)
"""What npm adds of its own command line, which the user did not type."""


@dataclass(frozen=True, slots=True)
class Packages:
    """Installs the packages of a folder outside of it."""

    folder: Path
    node: Node
    cancellation: Cancellation

    def ensure(self) -> Path:
        """Return a `node_modules` with what the lock pins. Raises `EnvironmentFailure`."""
        inputs = [(name, self.folder / name) for name in _INPUTS]
        content = [(name, path.read_bytes()) for name, path in inputs if path.is_file()]
        key = [("form", _FORM), ("node", self.node.identity.encode()), *content]
        store = Store(cache_root() / "environments", identity=_identity)
        return store.ensure(f"npm-{digest(key)}", self._install, self.cancellation) / "node_modules"

    def _install(self, home: Path) -> None:
        home.mkdir(parents=True)
        for name in _INPUTS:
            if (self.folder / name).is_file():
                shutil.copy(self.folder / name, home / name)  # with its mode: it may hold a token
        try:
            # The tests need what development needs, whatever NODE_ENV says. The folder's own
            # scripts are for the folder; those of the packages are run by themselves.
            self._npm(home, "ci", "--include=dev", "--ignore-scripts")
            self._npm(home, "rebuild")
        finally:
            (home / ".npmrc").unlink(missing_ok=True)

    def _npm(self, home: Path, *arguments: str) -> None:
        quiet = ("--no-audit", "--no-fund", "--no-update-notifier", "--no-progress")
        argv = (str(self.node.program), str(self.node.npm), *arguments, *quiet)
        path = os.pathsep.join((str(self.node.program.parent), os.environ.get("PATH", "")))
        done = run(
            Command(argv, cwd=home, env={**os.environ, "PATH": path, "NO_COLOR": "1"}),
            self.cancellation,
        )
        if done.code:
            said = _USAGE.sub("", done.stderr or done.stdout).strip().splitlines()
            raise EnvironmentFailure(
                f"{self.folder.name}: its packages cannot be installed from {LOCK}",
                hint=f"npm install {in_folder(self.folder)}, or check the registry's connection",
                details="\n".join(said[-_LINES:]),
            )


def in_folder(folder: Path) -> str:
    """Return npm's option that makes it work in a folder, as one would type it."""
    try:
        shown = folder.relative_to(Path.cwd()).as_posix()
    except ValueError:
        shown = str(folder)
    return f"--prefix {shlex.quote(shown)}"


def _identity(home: Path) -> dict[str, str]:
    """Return what tells that the packages are still those: npm's own list, and its scopes.

    Somebody's `npm install` in a folder that shows them could follow a link in here.
    """
    modules = home / "node_modules"
    hidden = modules / ".package-lock.json"
    if not hidden.is_file():
        # npm makes no folder where there is nothing to install.
        return {} if modules.exists() else {"packages": ""}
    there = sorted(path.relative_to(modules).as_posix() for path in entries(modules))
    return {"packages": digest([("list", hidden.read_bytes()), ("there", repr(there).encode())])}
