"""What a test framework is to the rest of taskslib."""

from __future__ import annotations

import os
import re
import shlex
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from taskslib.cancellation import Cancellation
from taskslib.events import Stage
from taskslib.frameworks.reading import Reader
from taskslib.processes import Command
from taskslib.project.dependencies.areas import Area
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


@dataclass(frozen=True, slots=True)
class Invocation:
    """One run of a suite by its framework."""

    suite: Suite
    prepared: Prepared
    """What `prepare` returned for the suite."""
    output: Path
    """The file that gets all that the process prints."""
    variables: Mapping[str, str] = field(default_factory=dict, repr=False)
    """The whole environment of the tests, but for what the framework adds."""
    arguments: tuple[str, ...] = ()
    """What the user passed through to the framework."""
    verbose: bool = False
    """Whether the framework's own output is to say more."""
    coverage: Path | None = None
    """The folder for what the tests cover, where that is to be measured."""
    first: tuple[str, ...] = ()
    """Tests that are to go first, where the framework can do that: they were red the last time."""
    only: tuple[str, ...] = ()
    """Just these tests, or more where the framework can't do that; all where there are none."""
    workers: int = 0
    """In how many processes tests are to run, unless the suite itself says otherwise; 0: one."""

    @property
    def events(self) -> Path:
        """The file for the plugin's events; does not exist before the run."""
        return self.output.with_suffix(".events")


class Framework(Protocol):
    """Runs suites of one kind. Stateless; its plugin writes the lines of `messages`."""

    @property
    def name(self) -> str:
        """How the framework is called, in messages and in the configuration."""

    def detects(self, suite: Suite) -> bool:
        """Return whether the suite's files are tests of this framework."""

    def prepare(
        self, suite: Suite, cancellation: Cancellation, *, coverage: bool = False
    ) -> Prepared:
        """Make the suite's environment, or find it made; with what measures coverage, if asked to.

        Raises `EnvironmentFailure`.
        """

    def command(self, invocation: Invocation) -> Command:
        """Return the command that runs the suite and writes its results. Raises TaskslibError."""

    def reader(self, invocation: Invocation) -> Reader:
        """Return what reads the results; called before the suite's process starts."""

    def spreads(self, suite: Suite) -> bool:
        """Return whether the suite can be run by workers, and leaves it to us."""

    def selection(self, suite: Suite, tests: Sequence[str]) -> tuple[str, ...]:
        """Return the arguments that run just these tests (ids from the events).

        Nothing where that can't be told: then the whole suite is run.
        """

    def file_of(self, test: str) -> str:
        """Return the file that a test is in, relative to the suite's folder; empty if unknown."""

    def within(self, suite: Suite, path: str, test: str) -> tuple[str, ...]:
        """Return the arguments that run a file or folder, or of it what is called `test`.

        `path` is relative to the suite's folder. Raises `UsageError` where that can't be told.
        """

    def without(self, suite: Suite, paths: Sequence[str]) -> tuple[str, ...] | None:
        """Return the arguments that run all but some files; None where that can't be told."""

    def unmeasured(self, suite: Suite) -> str:
        """Return why a run of the suite can leave nothing of what it covered, in a few words."""


def rerun_line(suite: Suite, arguments: tuple[str, ...]) -> str:
    """Return our own command line that runs a suite with pass-through arguments."""
    name = suite.id.name
    task = {
        Stage.UNIT: ("test-unit", "--service", name),
        Stage.SERVICE: ("test-service", name),
        Stage.INTEGRATION: ("test-integration",),
    }[suite.id.stage]
    return command_line("inv", *task, *(("--", *arguments) if arguments else ()))


def command_line(*argv: str) -> str:
    """Return words as a command line that a person can paste; empty where none is safe."""
    return windows_line(argv) if os.name == "nt" else shlex.join(argv)


def windows_line(argv: Sequence[str]) -> str:
    """Return words as a line that cmd and PowerShell both read as just them.

    A test's name is anybody's: where the one or the other would replace something in it, or run
    it, the line is empty.
    """
    if any(_READ_BY_SHELLS.search(word) for word in argv):
        return ""
    return " ".join(word if _PLAIN.fullmatch(word) else f'"{word}"' for word in argv)


def as_pattern(name: str) -> str:
    """Return a test's name as a regular expression for just it, in whatever language it is read."""
    return _SPECIAL.sub(r"\\\g<0>", name)


def relative_tests(suite: Suite) -> str:
    """Return the tests' folder as seen from the suite's, with slashes."""
    return Path(os.path.relpath(suite.tests, suite.folder)).as_posix()


def test_files(suite: Suite) -> Iterator[Path]:
    """Yield the files in a suite's folder of tests; where it has a glob, what that finds."""
    wanted = Area(suite.glob) if suite.glob else None
    for file in files_below(suite.tests):
        if wanted is None or wanted.covers(file.relative_to(suite.tests).as_posix()):
            yield file


def test_paths(suite: Suite, named: re.Pattern[str]) -> tuple[str, ...]:
    """Return what a framework is to run, as seen from the suite's folder: the tests' folder.

    Of a glob it is the files, since frameworks have other words for what a glob may say; of those
    the ones whose names can be a test's.
    """
    if not suite.glob:
        return (relative_tests(suite),)
    files = (file for file in test_files(suite) if named.search(file.name))
    return tuple(sorted(Path(os.path.relpath(file, suite.folder)).as_posix() for file in files))


def positional(arguments: Sequence[str], takes_value: Collection[str]) -> tuple[int, ...]:
    """Return which arguments are neither options nor the values of options, by their index.

    `takes_value` are the options whose value is the next argument.
    """
    pairs = enumerate(zip(("", *arguments), arguments, strict=False))
    return tuple(
        index
        for index, (before, argument) in pairs
        if not argument.startswith("-") and before not in takes_value
    )


def files_below(folder: Path) -> Iterator[Path]:
    """Yield all files below a folder, but not in what tools put there."""
    for parent, folders, names in os.walk(folder):
        folders[:] = [name for name in folders if name[0] != "." and name not in _NOT_TESTS]
        yield from (Path(parent, name) for name in names)


_PLAIN = re.compile(r"[\w./:\\-]+", re.ASCII)
_READ_BY_SHELLS = re.compile("""[\x00-\x1f"%!$`\u2018-\u201f]|\\\\\\Z""")
"""What means something between double quotes, which PowerShell sees in typographic ones too."""
_SPECIAL = re.compile(r"[.*+?^${}()|[\]\\]")
"""What means something in a pattern; more than that a backslash must not precede everywhere."""
_NOT_TESTS = ("node_modules", "__pycache__")
