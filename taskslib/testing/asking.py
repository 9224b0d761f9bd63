"""Asks `taskslib ports` for the stack that is up: the fixtures live in a service's environment."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path
from shutil import which

_NO_STACK = 3
"""Exit code of `ports` where there is a stack to have, and it isn't up."""
_NOT_OURS = 4
"""Where these are no tests that have a stack."""
_SCRIPTS = ("bin/taskslib", "Scripts/taskslib.exe")


class NoStackError(Exception):
    """The tests need a stack, and none is up; its words say what brings it up."""

    def __init__(self, message: str, *tests: str) -> None:
        super().__init__(message)
        self.tests = tests
        """The folders of the tests that need it."""


def ask(command: Sequence[str], arguments: Sequence[str]) -> dict[str, str]:
    """Return the variables of the kept stack that tests use.

    Args:
        command: The task `ports`; where it is empty, it is looked for.
        arguments: pytest's: paths, with `::` and what follows.

    Raises:
        NoStackError: That stack isn't up, there are several, or nobody could say where.
        LookupError: These are no tests that have a stack.
    """
    paths = [Path(argument.partition("::")[0]).absolute() for argument in arguments]
    there = list(dict.fromkeys(path for path in paths if path.exists())) or [Path.cwd()]
    folders = [str(path if path.is_dir() else path.parent) for path in there]
    folder = Path(folders[0])
    tests = (word for path in there for word in ("--tests", str(path)))
    asked = [*(command or _command(folder)), "--format", "json", *tests]
    try:
        done = subprocess.run(
            asked, cwd=folder, capture_output=True, text=True, encoding="utf-8", check=False
        )
    except OSError as error:
        raise NoStackError(f"taskslib_command: {asked[0]}: {error.strerror}", *folders) from error
    words = done.stderr.strip().removeprefix("error: ")
    if done.returncode == _NO_STACK:
        raise NoStackError(words, json.loads(done.stdout)["tests"])
    if done.returncode == _NOT_OURS:
        raise LookupError(words)
    if done.returncode != 0:
        raise NoStackError(words, *folders)
    variables: dict[str, str] = json.loads(done.stdout)["variables"]
    return variables


def _command(folder: Path) -> list[str]:
    """Return the task `ports`: of this environment, of the repo's, or of what is on PATH.

    A suite's environment may have taskslib without what its command needs.
    """
    if find_spec("invoke") is not None:
        # Without the folder's own modules, which may be called as some of the library's.
        return [sys.executable, "-P", "-m", "taskslib", "ports"]
    places = (
        above / ".venv" / script for above in (folder, *folder.parents) for script in _SCRIPTS
    )
    found = next((str(place) for place in places if place.is_file()), None) or which("taskslib")
    if found is None:
        raise NoStackError(
            "nothing here tells where the stack is: no taskslib in .venv or on PATH\n\n"
            'hint: in pytest\'s configuration: taskslib_command = ".../bin/taskslib ports"',
            str(folder),
        )
    return [found, "ports"]
