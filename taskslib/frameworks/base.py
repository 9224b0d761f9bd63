"""What a test framework is to the rest of taskslib."""

from __future__ import annotations

import os
import shlex
import subprocess
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from taskslib.events import Stage
from taskslib.frameworks.reading import Reader
from taskslib.processes import Cancellation, Command
from taskslib.project.model import Suite


@dataclass(frozen=True, slots=True)
class Prepared:
    """A suite's environment, made and ready."""

    program: Path
    """The interpreter that has the suite's packages, or another tool's executable."""
    variables: Mapping[str, str] = field(default_factory=dict)
    """Win over the variables of the run: a PATH that begins with the environment's programs."""
    arguments: tuple[str, ...] = ()
    """What the program is to run, where that depends on the environment: a script of a package."""


class Framework(Protocol):
    """Runs suites of one kind. Stateless; its plugin writes the lines of `messages`."""

    @property
    def name(self) -> str:
        """How the framework is called, in messages and in the configuration."""

    @property
    def verbose(self) -> tuple[str, ...]:
        """The arguments that make its own output say more."""

    def detects(self, suite: Suite) -> bool:
        """Return whether the suite's files are tests of this framework."""

    def prepare(self, suite: Suite, cancellation: Cancellation) -> Prepared:
        """Make the suite's environment, or find it made. Raises `EnvironmentFailure`."""

    def command(
        self,
        suite: Suite,
        prepared: Prepared,
        events: Path,
        arguments: tuple[str, ...],
        variables: Mapping[str, str],
    ) -> Command:
        """Return the command that runs the suite and writes its events to a file.

        Args:
            suite: The suite.
            prepared: What `prepare` returned for it.
            events: The file for the events; does not exist yet.
            arguments: What the user passed through to the framework.
            variables: The whole environment of the tests, but for what the framework adds.
        """

    def reader(self, suite: Suite, events: Path, output: Path) -> Reader:
        """Return what reads the results; called before the suite's process starts.

        Args:
            suite: The suite.
            events: As for `command`.
            output: The file that gets all that the process prints.
        """

    def rerun(self, suite: Suite, test: str) -> str:
        """Return the command line that runs one test (an id from the events) again, and only it."""


def rerun_line(suite: Suite, arguments: tuple[str, ...]) -> str:
    """Return our own command line that runs a suite with pass-through arguments."""
    name = suite.id.name
    task = {
        Stage.UNIT: ("test-unit", "--service", name),
        Stage.SERVICE: ("test-service", name),
        Stage.INTEGRATION: ("test-integration",),
    }[suite.id.stage]
    argv = ("inv", *task, *(("--", *arguments) if arguments else ()))
    return subprocess.list2cmdline(argv) if os.name == "nt" else shlex.join(argv)


def relative_tests(suite: Suite) -> str:
    """Return the tests' folder as seen from the suite's, with slashes."""
    return Path(os.path.relpath(suite.tests, suite.folder)).as_posix()


def names_a_path(folder: Path, arguments: Sequence[str], takes_value: Collection[str]) -> bool:
    """Return whether an argument is a path (before `::`) that exists in the folder.

    `takes_value` are the options whose value, the next argument, is no path of a test.
    """
    for before, argument in zip(("", *arguments), arguments, strict=False):
        if argument.startswith("-") or before in takes_value:
            continue
        path = argument.split("::")[0]
        if path and (folder / path).exists():
            return True
    return False


def files_below(folder: Path) -> Iterator[str]:
    """Yield the names of all files below a folder, but not in what tools put there."""
    for _, folders, names in os.walk(folder):
        folders[:] = [name for name in folders if name[0] != "." and name not in _NOT_TESTS]
        yield from names


_NOT_TESTS = ("node_modules", "__pycache__")
