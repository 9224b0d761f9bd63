"""vitest, 2.1 to 5: its packages by npm, its results by an injected reporter.

The reporter is passed by its path and is the only one: in vitest 5.1 on Node 20 the default
reporter crashes and takes others with it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from taskslib.cancellation import Cancellation
from taskslib.errors import EnvironmentFailure, UsageError, did_you_mean
from taskslib.frameworks.base import (
    Invocation,
    Prepared,
    as_pattern,
    positional,
    relative_tests,
    test_files,
    test_paths,
)
from taskslib.frameworks.covering import covering_folder
from taskslib.frameworks.node.package import read_package, version_of
from taskslib.frameworks.reading import EventsReader
from taskslib.processes import Command
from taskslib.project.model import Suite

_REPORTER = Path(__file__).parent / "plugins" / "taskslib-vitest-events.mjs"
_TEST_FILE = re.compile(r"\.(test|spec)\.[cm]?[jt]sx?$")
"""vitest's own pattern for test files."""
_OLDEST = (2, 1)
"""The first version whose hooks the reporter knows; an older one fails in its words."""
_LINE = re.compile(r":\d+$")
"""What may follow a file's path: where in it the test begins."""
# fmt: off
_TAKES_VALUE = frozenset({
    "-t", "--testNamePattern", "-r", "--root", "-c", "--config", "--configLoader", "--dir",
    "--mode", "--project", "--environment", "--pool", "--exclude", "--bail", "--retry", "--shard",
    "--testTimeout", "--hookTimeout", "--teardownTimeout", "--slowTestThreshold",
    "--maxWorkers", "--minWorkers", "--maxConcurrency", "--vmMemoryLimit", "--outputFile",
    "--reporter", "--diff", "--execArgv", "--attachmentsDir", "--tagsFilter",
})
# fmt: on
"""Options whose value is the next argument; those with a dot in their name have one too."""
_LONGEST = 8_000
"""Characters of a command line's part: Windows has 32,767 for all of it."""
_PROJECT = re.compile(r"^\|[^|]*\| ")
_NEVER_END = ("-w", "--watch", "--ui", "--standalone")


@dataclass(frozen=True, slots=True)
class Vitest:
    """The framework of suites in JavaScript and TypeScript."""

    name: str = "vitest"
    reporter: Path = _REPORTER
    """The injected reporter's file."""

    def detects(self, suite: Suite) -> bool:
        """Return whether there are test files, in a package that names vitest."""
        if not any(_TEST_FILE.search(path.name) for path in test_files(suite)):
            return False
        package = read_package(suite.folder, lock=False)
        return package is not None and "vitest" in package.dependencies

    def prepare(
        self, suite: Suite, cancellation: Cancellation, *, coverage: bool = False
    ) -> Prepared:
        """Make the suite's packages ready, and find vitest among them."""
        from taskslib.frameworks.node.prepare import prepare

        environment = prepare(suite.folder, cancellation)
        main = environment.modules / "vitest" / "vitest.mjs"
        if not main.is_file():
            raise EnvironmentFailure(
                f"{suite.id.name}: vitest is not in {environment.modules}",
                hint="npm install --save-dev vitest",
            )
        version = version_of(environment.modules, "vitest")
        if _too_old(version):
            raise EnvironmentFailure(
                f"{suite.id.name}: vitest {version} is older than {'.'.join(map(str, _OLDEST))}",
                hint="npm install --save-dev vitest@latest",
            )
        del coverage  # it is the package's own business to have what measures it
        return Prepared(environment.program, environment.variables, (str(main),))

    def command(self, invocation: Invocation) -> Command:
        """Return the command; filters among the arguments replace the tests folder."""
        if not self.reporter.is_file():
            # Without it vitest falls back to none of its own, and fails in its words.
            raise EnvironmentFailure(
                f"{self.reporter}: the reporter is missing", hint="reinstall taskslib"
            )
        prepared, folder = invocation.prepared, invocation.suite.folder
        vitest = (str(prepared.program), *prepared.arguments, "run")
        environment = {
            **invocation.variables,
            **prepared.variables,
            "TASKSLIB_EVENTS": str(invocation.events.resolve()),
            "TASKSLIB_VERBOSE": str(int(invocation.verbose)),
        }
        picked = self.selection(invocation.suite, invocation.only)
        filters = _within(invocation.suite, (*picked, *invocation.arguments))
        covering = _covering(invocation)
        argv = (*vitest, f"--reporter={self.reporter}", *covering, *filters)
        return Command(argv, cwd=folder, env=environment)

    def reader(self, invocation: Invocation) -> EventsReader:
        """Return what reads the reporter's events."""
        return EventsReader(invocation.events)

    def spreads(self, suite: Suite) -> bool:
        """No: vitest has workers of its own."""
        del suite
        return False

    def selection(self, suite: Suite, tests: Sequence[str]) -> tuple[str, ...]:
        """Return the files, and a pattern that fits the tests' names; where these are many, less.

        Vitest takes both from its command line alone, and that has an end.
        """
        del suite
        chosen = [_path_and_names(test) for test in tests]
        files = dict.fromkeys(path for path, *_ in chosen)
        if sum(map(len, files)) > _LONGEST:
            return ()
        if not all(names for _, *names in chosen):
            return tuple(files)  # one of the files could not be loaded: all of it is to run
        patterns = dict.fromkeys(_pattern(names) for _, *names in chosen)
        several = len(patterns) > 1
        pattern = f"^({'|'.join(patterns)})$" if several else f"^{next(iter(patterns), '')}$"
        return (*files, "-t", pattern) if files and len(pattern) < _LONGEST else tuple(files)

    def file_of(self, test: str) -> str:
        """Return what a test's name begins with, after its project."""
        return _path_and_names(test)[0]

    def within(self, suite: Suite, path: str, test: str) -> tuple[str, ...]:
        """Return the file, and a pattern that fits what is in a test's name."""
        del suite
        return (path, "-t", as_pattern(test)) if test else (path,)

    def without(self, suite: Suite, paths: Sequence[str]) -> tuple[str, ...]:
        """Return an option for each file."""
        del suite
        return tuple(f"--exclude={path}" for path in paths)

    def unmeasured(self, suite: Suite) -> str:
        """Return which package it lacks, else that it left nothing."""
        package = read_package(suite.folder, lock=False)
        if package is None or _COVERAGE not in package.dependencies:
            return f"it takes {_COVERAGE}: npm install --save-dev {_COVERAGE}"
        return f"{_COVERAGE} wrote nothing"


def _path_and_names(test: str) -> list[str]:
    """Return the parts of a test's id: its file, the names of its groups, its own."""
    return _PROJECT.sub("", test).split(" > ")


def _covering(invocation: Invocation) -> Iterator[str]:
    """Yield the options that measure coverage into a folder of the suite's own."""
    modules = Path(invocation.prepared.arguments[0]).parent.parent
    folder = covering_folder(invocation) if version_of(modules, _COVERAGE) else None
    if folder is None:
        return
    yield from ("--coverage.enabled", "--coverage.provider=v8", "--coverage.reporter=lcovonly")
    yield f"--coverage.reportsDirectory={folder}"


def _pattern(names: Sequence[str]) -> str:
    # vitest joins a test's names by a space, and from 5 on by an arrow.
    pattern = "( >)? ".join(as_pattern(name) for name in names)
    # The number may be ours, of a second test with that name, or the name's own.
    return re.sub(r" #\d+$", lambda number: f"({number[0]})?", pattern)


_COVERAGE = "@vitest/coverage-v8"
"""Without it a suite is not measured."""


def _too_old(version: str) -> bool:
    number = re.match(r"(\d+)\.(\d+)", version)
    return number is not None and (int(number[1]), int(number[2])) < _OLDEST


def _within(suite: Suite, arguments: tuple[str, ...]) -> Iterator[str]:
    """Yield the arguments, with filters that keep the run to the suite's own files.

    Of a filter vitest asks only whether it is somewhere in a file's path, and of several whether
    one is: so each that is no path itself is replaced by the suite's files that it fits. `--dir`
    would be exact, but the suite's `include` then starts there too.

    Raises `UsageError` for a filter that fits none, which beside another would be passed over.
    """
    dotted = [one for one in arguments if one.startswith("--") and "." in one and "=" not in one]
    filters = positional(arguments, {*_TAKES_VALUE, *dotted})
    if not filters:
        yield from test_paths(suite, _TEST_FILE) if suite.glob else (f"{relative_tests(suite)}/",)
    for index, argument in enumerate(arguments):
        if argument in _NEVER_END:
            raise UsageError(f"{suite.id}: {argument} never ends", hint="a suite runs to its end")
        if index in filters and not _is_path(suite, argument):
            yield from _fitting(suite, argument)
        else:
            yield argument


def _is_path(suite: Suite, argument: str) -> bool:
    path = _LINE.sub("", argument)
    return bool(path) and (suite.folder / path).exists()


def _fitting(suite: Suite, wanted: str) -> list[str]:
    """Return the suite's files with a text in their path, as vitest looks for it.

    All files, since the suite's own `include` says which are tests.
    """
    paths = sorted(path.relative_to(suite.folder).as_posix() for path in test_files(suite))
    found = [path for path in paths if wanted.lower() in path.lower()]
    if not found:
        raise UsageError(
            f"{suite.id}: no test file fits {wanted!r}",
            hint=f"{did_you_mean(wanted, paths)}the value of an option: --option=value",
        )
    return found
