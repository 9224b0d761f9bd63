"""Any command that writes JUnit XML: jest, mocha, go, Rust, maven, dotnet, and the next one.

The configuration names the command and its report; taskslib believes the report and the exit code,
never what is printed. What is printed only moves the display, where it is TAP or JSON lines.
"""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from taskslib.cancellation import Cancellation
from taskslib.errors import EnvironmentFailure, UsageError
from taskslib.frameworks.base import Invocation, Prepared, as_pattern
from taskslib.frameworks.reports.reader import JUnitReader
from taskslib.processes import Command
from taskslib.project.model import Runner, Suite


@dataclass(frozen=True, slots=True)
class JUnit:
    """The framework of suites with a command of their own."""

    name: str = "junit"

    def detects(self, suite: Suite) -> bool:
        """Return whether the configuration says how the suite is run."""
        return suite.runner is not None

    def prepare(
        self, suite: Suite, cancellation: Cancellation, *, coverage: bool = False
    ) -> Prepared:
        """Make the environment of the command's folder: Node's by its package.json, else Python's.

        A folder that is neither uses the machine's programs. Coverage is the command's business.
        """
        del coverage
        runner = _runner(suite)
        for folder in dict.fromkeys((runner.folder, suite.folder)):
            if (folder / "package.json").is_file():
                from taskslib.frameworks.node.prepare import prepare as prepare_node

                node = prepare_node(folder, cancellation)
                return _found(runner, node.variables)
            if (folder / "pyproject.toml").is_file():
                from taskslib.frameworks.environments.prepare import prepare as prepare_python

                python = prepare_python(folder, (), cancellation)
                return _found(runner, python.variables)
        return _found(runner, {})

    def command(self, invocation: Invocation) -> Command:
        """Return the configured command, with what was passed through at its end."""
        runner, prepared = _runner(invocation.suite), invocation.prepared
        picked = self.selection(invocation.suite, invocation.only)
        argv = (str(prepared.program), *runner.command[1:], *picked, *invocation.arguments)
        env = {**invocation.variables, **prepared.variables}
        return Command(argv, cwd=runner.folder, env=env)

    def reader(self, invocation: Invocation) -> JUnitReader:
        """Return what reads the report, and what is printed until it is there."""
        picked = self.selection(invocation.suite, invocation.only)
        narrowed = bool(picked or invocation.arguments)
        return JUnitReader(_runner(invocation.suite), invocation.output, narrowed=narrowed)

    def spreads(self, suite: Suite) -> bool:
        """No: how its command runs tests is not known."""
        del suite
        return False

    def selection(self, suite: Suite, tests: Sequence[str]) -> tuple[str, ...]:
        """Return what the configuration selects one test by; several can't be told."""
        if len(tests) != 1:
            return ()
        [test] = tests
        group, _, rest = re.sub(r" #\d+$", "", test).partition(" > ")
        classname, name = (group, rest) if rest else ("", group)
        parts = _runner(suite).select
        words = {"classname": classname, "name": name, "pattern": as_pattern(name)}
        return tuple(_filled(part, words) for part in parts)

    def file_of(self, test: str) -> str:
        """Return nothing: a report says of no file for sure that a test is in it."""
        del test
        return ""

    def within(self, suite: Suite, path: str, test: str) -> tuple[str, ...]:
        """Refuse: which arguments name a file is the command's own business."""
        raise UsageError(
            f"{suite.id}: its command runs the whole suite; what runs {test or path} isn't known",
            hint="pass its own arguments through, after --",
        )

    def without(self, suite: Suite, paths: Sequence[str]) -> None:
        """Return nothing: which arguments name a file is the command's own business."""

    def unmeasured(self, suite: Suite) -> str:
        """Return that the command is not ours."""
        return f"{_runner(suite).command[0]} is a command of its own, and so is what it measures"


def _filled(part: str, words: Mapping[str, str]) -> str:
    # In one go: a name may hold what looks like a placeholder.
    return re.sub(r"\{(\w+)\}", lambda found: words.get(found[1], found[0]), part)


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
