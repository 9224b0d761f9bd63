"""Asks `taskslib ports` for the stack that is up: the fixtures live in a service's environment."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

_NO_STACK = 3
"""Exit code of `ports` where there is a stack to have, and it isn't up."""


class NoStackError(Exception):
    """The tests need a stack, and none is up; its words say what brings it up."""

    def __init__(self, message: str, tests: str) -> None:
        super().__init__(message)
        self.tests = tests
        """The folder of the tests that need it."""


def ask(command: Sequence[str], arguments: Sequence[str]) -> dict[str, str]:
    """Return the variables of the kept stack that tests use.

    Args:
        command: The task `ports`; `taskslib ports` where it is empty.
        arguments: pytest's: paths, with `::` and what follows.

    Raises:
        NoStackError: That stack isn't up, or the engine isn't.
        LookupError: These are no tests that have a stack; or which one, nobody could say.
    """
    # Without the folder's own modules, which may be called as some of the library's.
    program = list(command) or [sys.executable, "-P", "-m", "taskslib", "ports"]
    paths = [Path(argument.partition("::")[0]).absolute() for argument in arguments]
    first = next((path for path in paths if path.exists()), Path.cwd())
    folder = first if first.is_dir() else first.parent
    asked = [*program, "--format", "json", "--tests", str(first)]
    try:
        done = subprocess.run(
            asked, cwd=folder, capture_output=True, text=True, encoding="utf-8", check=False
        )
    except OSError as error:
        raise LookupError(f"taskslib_command = {program[0]}: {error.strerror}") from error
    if done.returncode == _NO_STACK:
        tests = json.loads(done.stdout)["tests"]
        raise NoStackError(done.stderr.strip().removeprefix("error: "), tests)
    if done.returncode != 0:
        raise LookupError(done.stderr.strip().removeprefix("error: "))
    variables: dict[str, str] = json.loads(done.stdout)["variables"]
    return variables
