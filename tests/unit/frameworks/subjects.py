"""The same small suites, written for each framework: what the contract tests run."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from textwrap import dedent

from taskslib.cancellation import Cancellation
from taskslib.frameworks.base import Prepared
from taskslib.frameworks.junit import JUnit
from taskslib.project.model import Runner
from tests.unit.frameworks.bench import Bench, vitest_bench


@dataclass(frozen=True)
class Subject:
    """A bench, and the source of each case."""

    bench: Bench
    file: str
    """The one test file."""
    cases: Mapping[str, str]
    events: str
    """The file of results, beside the raw output or in the suite's folder."""

    output: str
    """The file of raw output whose run has those results."""
    line: int
    """Where the case `red` fails."""
    uncaptured: tuple[str, ...] = ()
    """Arguments with which what a test prints is not held back."""

    def write(self, case: str) -> None:
        self.bench.write({self.file: dedent(self.cases[case])})


PYTEST = {
    "green": """\
        import pytest
        def test_one(): pass
        def test_two(): pass
        @pytest.mark.skip(reason="later")
        def test_three(): pass
        """,
    "red": """\
        def test_one(): pass
        def test_two():
            assert 1 == 2, "no"
        """,
    "crash": """\
        import os
        def test_one(): pass
        def test_two(): os.kill(os.getpid(), 9)
        """,
    "hang": """\
        def test_one(): pass
        def test_two():
            while True: pass
        """,
    "many": """\
        import pytest
        @pytest.mark.parametrize("n", range(10_000))
        def test_one(n): pass
        """,
    "bytes": """\
        import os
        def test_one(): os.write(1, b"\\xff\\xfe\\n")
        """,
}

VITEST = {
    "green": """\
        import { test } from "vitest"
        test("one", () => {})
        test("two", () => {})
        test.skip("three", () => {})
        """,
    "red": """\
        import { expect, test } from "vitest"
        test("one", () => {})
        test("two", () => { expect(1, "no").toBe(2) })
        """,
    "crash": """\
        import { test } from "vitest"
        test("one", () => {})
        test("two", async () => {
          process.kill(process.ppid, "SIGKILL")
          await new Promise(() => {})
        })
        """,
    "hang": """\
        import { test } from "vitest"
        test("one", () => {})
        test("two", () => { for (;;) {} })
        """,
    "many": """\
        import { test } from "vitest"
        for (let n = 0; n < 10_000; n++) test(`one ${n}`, () => {})
        """,
    "bytes": """\
        import { test } from "vitest"
        test("one", () => { process.stdout.write(Buffer.from([255, 254, 10])) })
        """,
}

NODE = {
    "green": """\
        import test from "node:test"
        test("one", () => {})
        test("two", () => {})
        test("three", { skip: "later" }, () => {})
        """,
    "red": """\
        import assert from "node:assert"
        import test from "node:test"
        test("one", () => {})
        test("two", () => { assert.equal(1, 2, "no") })
        """,
    "crash": """\
        import test from "node:test"
        test("one", () => {})
        test("two", async () => {
          process.kill(process.ppid, "SIGKILL")
          await new Promise((resolve) => setTimeout(resolve, 60_000))
        })
        """,
    "hang": """\
        import test from "node:test"
        test("one", () => {})
        test("two", () => { for (;;) {} })
        """,
    "many": """\
        import test from "node:test"
        for (let n = 0; n < 10_000; n++) test(`one ${n}`, () => {})
        """,
    "bytes": """\
        import test from "node:test"
        test("one", () => { process.stdout.write(Buffer.from([255, 254, 10])) })
        """,
}


def subject(name: str, folder: Path, python: Path) -> Subject:
    """Return a framework's suite in a folder, which is empty."""
    if name == "pytest":
        bench = Bench(folder, "current", Prepared(python))
        bench.write({"pyproject.toml": "[tool.pytest.ini_options]\n"})
        return Subject(
            bench, "tests/unit/test_it.py", PYTEST, "runs/api.events", "runs/api.txt", 3, ("-s",)
        )
    if name == "vitest":
        bench = vitest_bench(folder, "4.1")
        file = "tests/unit/it.test.js"
        return Subject(bench, file, VITEST, "runs/api.events", "runs/api.txt", 3)
    return Subject(node_bench(folder), "tests/unit/it.test.mjs", NODE, "junit.xml", "none", 4)


def node_bench(folder: Path) -> Bench:
    """Return a bench on Node's own test runner, which writes TAP and JUnit."""
    reporters = ("tap", "stdout", "junit", "junit.xml")
    options = zip(("reporter", "reporter-destination") * 2, reporters, strict=True)
    command = ("node", "--test", *(f"--test-{name}={value}" for name, value in options))
    runner = Runner(command, folder, "junit.xml", "tap", ("--test-name-pattern", "^{pattern}$"))
    bench = Bench(folder, "20", Prepared(folder), JUnit(), runner)
    bench.write({"package.json": '{"engines": {"node": ">=20"}}'})
    bench.prepared = bench.framework.prepare(bench.suite, Cancellation())
    return bench
