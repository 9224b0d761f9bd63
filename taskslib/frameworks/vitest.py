"""vitest, 2.1 to 5: its packages by npm, its results by an injected reporter.

The reporter is passed by its path and is the only one: in vitest 5.1 on Node 20 the default
reporter crashes and takes others with it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from taskslib.errors import EnvironmentFailure
from taskslib.frameworks.base import Prepared, files_below, names_a_path, relative_tests, rerun_line
from taskslib.frameworks.node import prepare
from taskslib.frameworks.node.package import read_package
from taskslib.frameworks.reading import EventsReader
from taskslib.processes import Cancellation, Command
from taskslib.project.model import Suite

_REPORTER = Path(__file__).parent / "plugins" / "taskslib-vitest-events.mjs"
_TEST_FILE = re.compile(r"\.(test|spec)\.[cm]?[jt]sx?$")
"""vitest's own pattern for test files."""
_SPECIAL = re.compile(r"[.*+?^${}()|[\]\\]")
"""What means something in a pattern of JavaScript."""
_SWITCHES = frozenset({"--run", "--watch", "--ui", "--coverage", "--globals", "--dom"})
"""Options without a value: only after these, and after `--no-…`, is a path a test's."""


@dataclass(frozen=True, slots=True)
class Vitest:
    """The framework of suites in JavaScript and TypeScript."""

    name: str = "vitest"
    verbose: tuple[str, ...] = ("--taskslib-verbose",)
    """Our own reporter's, which `command` understands and vitest never sees."""
    reporter: Path = _REPORTER
    """The injected reporter's file."""

    def detects(self, suite: Suite) -> bool:
        """Return whether there are test files, in a package that names vitest."""
        if not any(_TEST_FILE.search(name) for name in files_below(suite.tests)):
            return False
        package = read_package(suite.folder, lock=False)
        return package is not None and "vitest" in package.dependencies

    def prepare(self, suite: Suite, cancellation: Cancellation) -> Prepared:
        """Make the suite's packages ready, and find vitest among them."""
        environment = prepare(suite.folder, cancellation)
        main = environment.modules / "vitest" / "vitest.mjs"
        if not main.is_file():
            raise EnvironmentFailure(
                f"{suite.id.name}: vitest is not in {environment.modules}",
                hint="npm install --save-dev vitest",
            )
        return Prepared(environment.program, environment.variables, (str(main),))

    def command(
        self,
        suite: Suite,
        prepared: Prepared,
        events: Path,
        arguments: tuple[str, ...],
        variables: Mapping[str, str],
    ) -> Command:
        """Return the command; paths among the arguments replace the tests folder."""
        if not self.reporter.is_file():
            # Without it vitest falls back to none of its own, and fails in its words.
            raise EnvironmentFailure(
                f"{self.reporter}: the reporter is missing", hint="reinstall taskslib"
            )
        theirs = tuple(one for one in arguments if one not in self.verbose)
        options = [one for one in theirs if one.startswith("-") and "=" not in one]
        valued = [one for one in options if one not in _SWITCHES and one[:5] != "--no-"]
        named = names_a_path(suite.folder, theirs, valued)
        # Of a filter vitest asks only whether it is somewhere in a file's path; `--dir` would be
        # exact, but the suite's own `include` then starts there too.
        tests = () if named else (f"{relative_tests(suite)}/",)
        vitest = (str(prepared.program), *prepared.arguments, "run")
        environment = {**variables, **prepared.variables, "TASKSLIB_EVENTS": str(events.resolve())}
        environment["TASKSLIB_VERBOSE"] = str(int(theirs != arguments))
        argv = (*vitest, f"--reporter={self.reporter}", *tests, *theirs)
        return Command(argv, cwd=suite.folder, env=environment)

    def reader(self, suite: Suite, events: Path, output: Path) -> EventsReader:
        """Return what reads the reporter's events."""
        del suite, output
        return EventsReader(events)

    def rerun(self, suite: Suite, test: str) -> str:
        """Return the command line that runs one test again."""
        path, *names = re.sub(r"^\|[^|]*\| ", "", test).split(" > ")
        # vitest joins a test's names by a space, and from 5 on by an arrow.
        pattern = "( >)? ".join(_SPECIAL.sub(r"\\\g<0>", name) for name in names)
        # The number may be ours, of a second test with that name, or the name's own.
        pattern = re.sub(r" #\d+$", lambda number: f"({number[0]})?", pattern)
        return rerun_line(suite, (path, "-t", f"^{pattern}$") if names else (path,))
