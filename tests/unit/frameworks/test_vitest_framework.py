"""vitest as a framework: which versions it takes."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from taskslib.cancellation import Cancellation
from taskslib.errors import EnvironmentFailure
from taskslib.events import Stage, SuiteId
from taskslib.frameworks.base import Invocation, Prepared
from taskslib.frameworks.vitest import Vitest
from taskslib.project.model import Suite
from tests.support.projects import write


@pytest.mark.parametrize(
    ("version", "fits"),
    [("1.6.0", False), ("2.0.5", False), ("2.1.0", True), ("12.0.0-beta.1", True), ("", True)],
)
def test_one_that_is_too_old_is_refused(tmp_path: Path, version: str, *, fits: bool) -> None:
    package = tmp_path / "node_modules" / "vitest"
    package.mkdir(parents=True)
    (package / "vitest.mjs").touch()
    (package / "package.json").write_text(json.dumps({"version": version}))
    (tmp_path / "package.json").write_text('{"devDependencies": {"vitest": "*"}}')
    suite = Suite(SuiteId("web", Stage.UNIT), tmp_path, tmp_path / "tests")
    if fits:
        assert Vitest().prepare(suite, Cancellation()).arguments == (str(package / "vitest.mjs"),)
    else:
        with pytest.raises(EnvironmentFailure) as refused:
            Vitest().prepare(suite, Cancellation())
        assert refused.value.message == f"web: vitest {version} is older than 2.1"


def test_more_tests_than_a_command_line_holds(tmp_path: Path) -> None:
    """Then their files are run, or all of them."""
    suite = Suite(SuiteId("web", Stage.UNIT), tmp_path, tmp_path / "tests")
    tests = [f"tests/a.test.js > {number} is the number of this test" for number in range(999)]
    assert Vitest().selection(suite, tests) == ("tests/a.test.js",)
    assert Vitest().selection(suite, tests[:1])[:2] == ("tests/a.test.js", "-t")
    files = [f"|node| tests/{number}.test.js > it" for number in range(999)]
    assert Vitest().selection(suite, files) == ()
    assert Vitest().file_of(files[0]) == "tests/0.test.js"


def test_of_a_glob_it_runs_the_files(tmp_path: Path) -> None:
    """Its filters are parts of paths: a pattern would fit none."""
    files = ("src/a.test.ts", "src/deep/b.test.ts", "src/deep/b.itest.ts", "src/c.ts")
    write(
        tmp_path,
        {**dict.fromkeys(files, ""), "package.json": '{"devDependencies": {"vitest": "3"}}'},
    )
    suite = Suite(SuiteId("web", Stage.UNIT), tmp_path, tmp_path / "src", glob="**/*.test.ts")
    assert Vitest().detects(suite)
    invocation = Invocation(
        suite, Prepared(Path("node"), arguments=("vitest.mjs",)), tmp_path / "output.txt", {}
    )
    assert Vitest().command(invocation).argv[-2:] == ("src/a.test.ts", "src/deep/b.test.ts")
    assert not Vitest().detects(replace(suite, glob="**/*.spec.ts"))


def test_what_it_takes_to_be_measured(tmp_path: Path) -> None:
    suite = Suite(SuiteId("web", Stage.UNIT), tmp_path, tmp_path / "tests")
    package = {"devDependencies": {"vitest": "3"}}
    write(tmp_path, {"package.json": json.dumps(package)})
    assert Vitest().unmeasured(suite) == (
        "it takes @vitest/coverage-v8: npm install --save-dev @vitest/coverage-v8"
    )
    package["devDependencies"]["@vitest/coverage-v8"] = "3"
    write(tmp_path, {"package.json": json.dumps(package)})
    assert Vitest().unmeasured(suite) == "@vitest/coverage-v8 wrote nothing"
