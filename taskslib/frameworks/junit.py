"""Any command that writes JUnit XML: jest, mocha, go, Rust, maven, dotnet, and the next one.

The configuration names the command and its report; taskslib believes the report and the exit code,
never what is printed. What is printed only moves the display, where it is TAP or JSON lines.
"""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from taskslib.errors import EnvironmentFailure
from taskslib.frameworks.base import Prepared, rerun_line
from taskslib.frameworks.reports.reader import JUnitReader
from taskslib.processes import Cancellation, Command
from taskslib.project.model import Runner, Suite


@dataclass(frozen=True, slots=True)
class JUnit:
    """The framework of suites with a command of their own."""

    name: str = "junit"
    verbose: tuple[str, ...] = ()

    def detects(self, suite: Suite) -> bool:
        """Return whether the configuration says how the suite is run."""
        return suite.runner is not None

    def prepare(self, suite: Suite, cancellation: Cancellation) -> Prepared:
        """Make the environment of the command's folder: Node's by its package.json, else Python's.

        A folder that is neither uses the machine's programs.
        """
        runner = _runner(suite)
        for folder in dict.fromkeys((runner.folder, suite.folder)):
            if (folder / "package.json").is_file():
                from taskslib.frameworks.node import prepare as prepare_node

                node = prepare_node(folder, cancellation)
                return _found(runner, node.variables)
            if (folder / "pyproject.toml").is_file():
                from taskslib.frameworks.environments import prepare as prepare_python

                python = prepare_python(folder, (), cancellation)
                return _found(runner, python.variables)
        return _found(runner, {})

    def command(
        self,
        suite: Suite,
        prepared: Prepared,
        events: Path,
        arguments: tuple[str, ...],
        variables: Mapping[str, str],
    ) -> Command:
        """Return the configured command, with what was passed through at its end."""
        del events
        runner = _runner(suite)
        argv = (str(prepared.program), *runner.command[1:], *arguments)
        return Command(argv, cwd=runner.folder, env={**variables, **prepared.variables})

    def reader(self, suite: Suite, events: Path, output: Path) -> JUnitReader:
        """Return what reads the report, and what is printed until it is there."""
        del events
        return JUnitReader(_runner(suite), output)

    def rerun(self, suite: Suite, test: str) -> str:
        """Return the command line that runs the test again, or its suite where none can say so."""
        classname, _, name = re.sub(r" #\d+$", "", test).rpartition(" > ")
        parts = _runner(suite).select
        named = (part.replace("{classname}", classname).replace("{name}", name) for part in parts)
        return rerun_line(suite, tuple(named))


def _runner(suite: Suite) -> Runner:
    assert suite.runner is not None  # noqa: S101 — `detects` says so
    return suite.runner


def _found(runner: Runner, variables: Mapping[str, str]) -> Prepared:
    wanted = runner.command[0]
    path = variables.get("PATH", os.environ.get("PATH"))
    # Not left to the operating system: on Windows it finds no `npx.cmd`.
    found = shutil.which(wanted, path=path) or shutil.which(runner.folder / wanted)
    if found is None:
        raise EnvironmentFailure(
            f"{wanted} is not there, neither on PATH nor in {runner.folder}",
            hint=f"install {wanted}, or correct `command` in [tool.taskslib] of pyproject.toml",
        )
    return Prepared(Path(found), variables)
