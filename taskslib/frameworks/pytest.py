"""pytest, 7.4 or newer: its environment by uv, its results by an injected plugin.

The plugin is found through PYTHONPATH and loaded by `-p`, so that nothing is installed into a
suite's environment, and a user's PYTEST_ADDOPTS, PYTEST_PLUGINS and PYTHONPATH keep working
where they reach the tests (`pass_env`).
"""

from __future__ import annotations

import os
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from taskslib.cancellation import Cancellation
from taskslib.errors import EnvironmentFailure, UsageError, did_you_mean
from taskslib.events import Stage
from taskslib.frameworks.base import (
    Invocation,
    Prepared,
    positional,
    test_files,
    test_paths,
)
from taskslib.frameworks.covering import DATA, covering_folder
from taskslib.frameworks.defined import others
from taskslib.frameworks.reading import EventsReader
from taskslib.frameworks.stacks import VARIABLE, stacks_folder
from taskslib.processes import Command
from taskslib.project.model import Suite

_PLUGINS = Path(__file__).parent / "plugins"
_PLUGIN = "taskslib_pytest_events"

NEEDS = ("pytest",)
"""What is added to a project's environment."""
_TEST_FILE = re.compile(r"test_.*\.py|.*_test\.py")
"""pytest's own pattern for test files."""
_CAN_BE_TEST = re.compile(r"^(?!conftest\.py$|__init__\.py$).+\.py$")
_CONFIGURATION = ("pyproject.toml", "pytest.ini", ".pytest.ini", "tox.ini", "setup.cfg")
_WORKERS = re.compile(r"(?<![\w-])(?:-n ?(?:\d|auto|logical)|--numprocesses|--dist\b)")
"""What a configuration has in it that says how many workers there are, or what they get."""
# fmt: off
_TAKES_VALUE = frozenset({
    "-k", "-m", "-p", "-c", "-o", "-W", "--config-file", "--override-ini", "--rootdir",
    "--confcutdir", "--basetemp", "--ignore", "--ignore-glob", "--deselect", "--junitxml",
    "--junit-xml", "--log-file", "--cov", "--cov-config",
})
# fmt: on
"""Options whose value, the next argument, could be taken for a test's path."""


@dataclass(frozen=True, slots=True)
class Pytest:
    """The framework of Python suites."""

    name: str = "pytest"
    plugins: Path = _PLUGINS
    """The folder of the injected plugin."""

    def detects(self, suite: Suite) -> bool:
        """Return whether there is a test file of Python; in a project of Python, any Python file.

        A project may call its test files as it likes. Beside a package.json a helper in Python
        must not hide that the tests are JavaScript's.
        """
        names = [path.name for path in test_files(suite) if path.suffix == ".py"]
        if (suite.folder / "package.json").is_file():
            return any(_TEST_FILE.fullmatch(name) for name in names)
        return bool(names)

    def prepare(
        self, suite: Suite, cancellation: Cancellation, *, coverage: bool = False
    ) -> Prepared:
        """Make the suite's environment; pytest is added where the project does not name it."""
        from taskslib.frameworks.environments.prepare import prepare

        needs = (*NEEDS, "pytest-cov") if coverage else NEEDS
        environment = prepare(suite.folder, needs, cancellation)
        return Prepared(environment.python, environment.variables)

    def command(self, invocation: Invocation) -> Command:
        """Return the command; paths or node ids among the arguments replace the tests folder."""
        if not (self.plugins / f"{_PLUGIN}.py").is_file():
            # Without it pytest runs no test and ends with 4; this says more.
            raise EnvironmentFailure(
                f"{self.plugins}: the plugin {_PLUGIN}.py is missing", hint="reinstall taskslib"
            )
        suite, prepared, events = invocation.suite, invocation.prepared, invocation.events
        arguments = invocation.arguments
        more = ("--durations=10",) if invocation.verbose else ()
        paths = (arguments[index].split("::")[0] for index in positional(arguments, _TAKES_VALUE))
        named = any(path and (suite.folder / path).exists() for path in paths)
        tests = () if named else test_paths(suite, _CAN_BE_TEST)
        # Unbuffered: what was printed before a crash is evidence, and can be followed live.
        python = (str(prepared.program), "-u", "-m", "pytest")
        environment = {
            **invocation.variables,
            **prepared.variables,
            "TASKSLIB_EVENTS": str(events.resolve()),
        }
        covering = covering_folder(invocation)
        if covering is not None:
            # What is imported is measured, or what the project's own configuration names.
            more = (*more, "--cov", "--cov-branch", "--cov-report=")
            environment["COVERAGE_FILE"] = str(covering / DATA)
        # By a file: on a command line there is no room for many.
        for name, ids in (("first", invocation.first), ("only", invocation.only)):
            if ids:
                file = invocation.output.with_suffix(f".{name}")
                file.write_text("\n".join(ids), "utf-8", errors="replace")
                environment[f"TASKSLIB_{name.upper()}"] = str(file.resolve())
        if invocation.workers:
            environment["TASKSLIB_WORKERS"] = str(invocation.workers)
        environment[VARIABLE] = str(stacks_folder(events).resolve())
        theirs = environment.get("PYTHONPATH", "")
        environment["PYTHONPATH"] = os.pathsep.join(filter(None, (str(self.plugins), theirs)))
        if suite.id.stage is not Stage.UNIT:
            environment["TASKSLIB_INTEGRATION"] = "1"
        argv = (*python, "-p", _PLUGIN, *more, *tests, *arguments)
        return Command(argv, cwd=suite.folder, env=environment, ask="SIGUSR1")

    def reader(self, invocation: Invocation) -> EventsReader:
        """Return what reads the plugin's events."""
        return EventsReader(invocation.events)

    def spreads(self, suite: Suite) -> bool:
        """Return whether the suite names pytest-xdist, has no groups, and says nothing of workers.

        Workers get whole files: tests in groups of several files would meet. A configuration that
        this does not see wins all the same, in the plugin.
        """
        from taskslib.frameworks.environments.inputs import names_package

        if not names_package(suite.folder, "pytest-xdist"):
            return False
        configured = (suite.folder / name for name in _CONFIGURATION)
        if any(
            _WORKERS.search(one.read_text("utf-8", "replace"))
            for one in configured
            if one.is_file()
        ):
            return False
        files = (file for file in test_files(suite) if file.suffix == ".py")
        return not any(b"xdist_group" in file.read_bytes() for file in files)

    def selection(self, suite: Suite, tests: Sequence[str]) -> tuple[str, ...]:
        """Return the ids themselves."""
        del suite
        return tuple(tests)

    def file_of(self, test: str) -> str:
        """Return what an id begins with."""
        return test.partition("::")[0]

    def within(self, suite: Suite, path: str, test: str) -> tuple[str, ...]:
        """Return the id. Raises `UsageError` for a test that the file certainly hasn't."""
        file = suite.folder / path
        if test and file.suffix == ".py":
            _refuse_misspelt(file, test)
        return (f"{path}::{test}" if test else path,)

    def without(self, suite: Suite, paths: Sequence[str]) -> tuple[str, ...]:
        """Return an option for each file."""
        del suite
        return tuple(f"--ignore={path}" for path in paths)

    def unmeasured(self, suite: Suite) -> str:
        """Return what keeps pytest-cov, which is always there, from writing."""
        del suite
        return "pytest-cov wrote nothing: it is switched off, or the run ended early"


def _refuse_misspelt(file: Path, test: str) -> None:
    beside = (folder / "conftest.py" for folder in file.parents)
    conftests = [one.read_text("utf-8", "replace") for one in beside if one.is_file()]
    known = others(file.read_text("utf-8", "replace"), test, conftests)
    if known is not None:
        more = ", …" if len(known) > _NAMED else ""
        raise UsageError(
            f"{file.name} has no {test}",
            hint=f"{did_you_mean(test.partition('[')[0], known)}"
            f"it has: {', '.join(known[:_NAMED]) or 'no test'}{more}",
        )


_NAMED = 8
"""Tests that are named where another was asked for."""
