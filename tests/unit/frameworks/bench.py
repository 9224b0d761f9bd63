"""A project in a temporary folder, whose suite a real framework runs through `run_suite`."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from textwrap import dedent

from taskslib.cancellation import Cancellation
from taskslib.events import (
    Counts,
    Event,
    Outcome,
    Stage,
    State,
    SuiteId,
    SuiteResult,
    TestFinished,
    TestStarted,
)
from taskslib.frameworks.base import Framework, Invocation, Prepared
from taskslib.frameworks.pytest import Pytest
from taskslib.frameworks.run import Options, run_suite
from taskslib.frameworks.vitest import Vitest
from taskslib.project.model import Runner, Suite

NPM = Path(__file__).parents[2] / "support" / "npm"


@dataclass(frozen=True)
class Run:
    """A suite that was run: what it came to, and what was seen on the way."""

    result: SuiteResult
    events: list[Event]
    output: str
    """The raw output."""
    live: list[str]
    """The raw output's lines, as they were handed over."""

    @property
    def verdict(self) -> tuple[State, Counts, str]:
        return self.result.state, self.result.counts, self.result.reason

    @property
    def failures(self) -> list[tuple[str, Outcome, str, str]]:
        """Each failure as test, outcome, message and `path:line`."""
        return [
            (failure.test, failure.outcome, failure.message, f"{failure.path}:{failure.line}")
            for failure in self.result.failures
        ]


@dataclass
class Bench:
    """Makes a project in a folder and runs its suite."""

    folder: Path
    version: str
    """Of the framework: `current` is the pytest that runs these tests."""
    prepared: Prepared
    framework: Framework = field(default_factory=Pytest)
    runner: Runner | None = None
    stage: Stage = Stage.UNIT
    variables: dict[str, str] = field(default_factory=dict)
    cancellation: Cancellation = field(default_factory=Cancellation)
    on_event: Callable[[Event], None] | None = None

    def write(self, files: Mapping[str, str]) -> None:
        for name, text in files.items():
            path = self.folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(dedent(text), "utf-8")

    @property
    def suite(self) -> Suite:
        tests = self.folder / "tests" / "unit"
        tests.mkdir(parents=True, exist_ok=True)
        return Suite(SuiteId("api", self.stage), self.folder, tests, runner=self.runner)

    def invocation(self, output: Path, *arguments: str) -> Invocation:
        return Invocation(self.suite, self.prepared, output, {}, arguments)

    def run(
        self,
        *arguments: str,
        verbose: bool = False,
        timeout: float | None = None,
        first: tuple[str, ...] = (),
        only: tuple[str, ...] = (),
        coverage: Path | None = None,
        workers: int = 0,
    ) -> Run:
        events: list[Event] = []
        live: list[str] = []

        def sink(event: Event) -> None:
            events.append(event)
            if self.on_event is not None:
                self.on_event(event)

        output = self.folder / "runs" / "api.txt"
        options = Options(
            arguments,
            verbose,
            timeout,
            first,
            only,
            coverage,
            on_output=live.append,
            clock=lambda: 0.0,
            workers=workers,
        )
        result = run_suite(
            self.framework,
            self.suite,
            self.prepared,
            variables=clean_environment() | self.variables,
            output=output,
            sink=sink,
            cancellation=self.cancellation,
            options=options,
        )
        raw = output.read_text("utf-8", "replace") if output.exists() else ""
        return Run(result, events, raw, live)

    def time_out(self, *arguments: str, reaching: str = "") -> tuple[Run, int]:
        """Run with the shortest limit within which a test begins; return the limit too.

        `reaching` is where it must have come to, as the stacks of its threads say it.

        How long that takes depends on what else the machine does.
        """
        for limit in (4, 16, 64):
            run = self.run(*arguments, timeout=limit)
            started = any(isinstance(event, TestStarted) for event in run.events)
            if started and reaching in run.result.details:
                break
        return run, limit

    def test(self, text: str, *arguments: str, timeout: float | None = None) -> Run:
        """Run one file of tests."""
        self.write({"tests/unit/test_it.py": text})
        return self.run(*arguments, timeout=timeout)


def clean_environment() -> dict[str, str]:
    """Our own environment without what an outer pytest or coverage put there."""
    return {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("PYTEST", "PYTHON", "COV_", "TASKSLIB"))
    }


def without_times(events: list[Event]) -> list[Event]:
    """The events without what differs from run to run."""
    return [
        replace(event, seconds=0.0) if isinstance(event, TestFinished) else event
        for event in events
    ]


def npm_packages(folder: Path, name: str) -> None:
    """Let a folder be a package with what `tests/support/npm` locks under a name."""
    folder.mkdir(parents=True, exist_ok=True)
    for file in (NPM / name).iterdir():
        shutil.copyfile(file, folder / file.name)


def vitest_bench(folder: Path, version: str) -> Bench:
    """Return a bench on a package with a vitest."""
    npm_packages(folder, f"vitest-{version}")
    bench = Bench(folder, version, Prepared(folder), Vitest())
    bench.prepared = bench.framework.prepare(bench.suite, Cancellation())
    return bench


def old_pytest(version: str) -> Path:
    """Return the interpreter of an environment with another pytest, made once for all runs."""
    import filelock
    import platformdirs
    import uv

    tag = f"pytest-{version}-py{sys.version_info.major}.{sys.version_info.minor}"
    folder = platformdirs.user_cache_path("taskslib") / "test-envs" / tag
    python = folder / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
    ready = folder / "ready"
    folder.parent.mkdir(parents=True, exist_ok=True)
    with filelock.FileLock(f"{folder}.lock"):
        if not ready.exists():
            tool = uv.find_uv_bin()
            plugins = ("pytest-xdist", "pytest-rerunfailures", "pytest-subtests")
            make = (tool, "venv", "-q", "--clear", "--python", sys.executable, str(folder))
            fill = (tool, "pip", "install", "-q", "--python", str(python), f"pytest=={version}.*")
            subprocess.run(make, check=True)
            subprocess.run((*fill, *plugins), check=True)
            ready.touch()
    return python
