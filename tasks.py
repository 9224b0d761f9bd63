"""This repo's tasks: those of taskslib, and `check`, `bench` and `lock` for its own development."""

from __future__ import annotations

import os
import sys
import time
import tomllib
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from shutil import which

from invoke.context import Context
from invoke.exceptions import Exit
from invoke.tasks import task

from taskslib import make_ns
from taskslib.cancellation import Cancellation
from taskslib.cli.outcome import cancellation, say, tell
from taskslib.cli.session import command
from taskslib.errors import ExitCode

ROOT = Path(__file__).parent
PLATFORMS = ("linux", "darwin", "win32")


@dataclass(frozen=True)
class Check:
    """One thing that `check` runs: a program of the environment of a folder."""

    title: str
    arguments: tuple[str, ...]
    folder: Path = ROOT


def python_services() -> Iterator[Path]:
    """Yield the folders of the services that are Python's: npm locks the frontend."""
    from taskslib.project import load

    for name in load(ROOT).service_names():
        folder = ROOT / "services" / name
        if (folder / "pyproject.toml").is_file():
            yield folder


def static_checks() -> Iterator[Check]:
    """Yield the checks that only read."""
    yield Check("ruff", ("ruff", "check", "."))
    yield Check("ruff format", ("ruff", "format", "--check", "."))
    yield Check("import contracts", ("lint-imports", "--no-cache"))
    verified = ("pyright", "--ignoreexternal", "--verifytypes", "taskslib")
    yield Check("types for users", verified)
    for platform in PLATFORMS:
        yield Check(f"mypy on {platform}", ("mypy", "--platform", platform))
    for folder in python_services():
        yield Check(f"mypy in {folder.name}", ("mypy",), folder)
    # Without --quiet, under which MkDocs counts no warnings and so is strict about nothing.
    site = ("mkdocs", "build", "--strict", "--config-file", "docs/mkdocs.yml")
    yield Check("documentation", site)
    yield Check("tsc in frontend", ("tsc", "--noEmit"), ROOT / "services" / "frontend")


def project_tests(*, full: bool) -> Iterator[Check]:
    """Yield the project's own tests.

    The unit tests are a suite of `inv test`, too. They run as that suite, so that neither command
    repeats what the other has seen pass; their long forms are no suite's.
    """
    if full:
        yield Check("tests", ("pytest", "--quiet", "--full", "tests/unit", "tests/engine"))
        return
    unit = (sys.executable, "-m", "invoke", "test-unit", "--plain", "--service", "taskslib")
    yield Check("tests without an engine", unit)
    yield Check("tests on the engine", ("pytest", "--quiet", "tests/engine"))


@task(
    auto_shortflags=False,
    help={"full": "also the long forms: other versions of frameworks, long property tests"},
)
@command
def check(context: Context, full: bool = False) -> ExitCode:
    """Run linters, types, import contracts, and the project's own tests on the real engine.

    Example: inv check
    """
    del context
    ending = cancellation()
    with ThreadPoolExecutor(2) as pool:
        tested = pool.submit(
            lambda: [_passes(one, ending, show=True) for one in project_tests(full=full)]
        )
        passed = [_passes(one, ending) for one in static_checks()]
        passed += tested.result()
    ending.check()
    return ExitCode.PASSED if all(passed) else ExitCode.FAILED


def _passes(check: Check, cancellation: Cancellation, *, show: bool = False) -> bool:
    """Run a check, say how it ended, and show what it printed where it failed (or if `show`)."""
    from taskslib.frameworks.environments.prepare import prepare
    from taskslib.frameworks.node.prepare import prepare as prepare_node
    from taskslib.processes import Command, run

    began = time.monotonic()
    if (check.folder / "package.json").is_file():
        variables = prepare_node(check.folder, cancellation).variables
    else:
        variables = prepare(check.folder, ("pytest",), cancellation).variables
    program = which(check.arguments[0], path=variables["PATH"]) or check.arguments[0]
    argv = (program, *check.arguments[1:])
    done = run(Command(argv, cwd=check.folder, env={**os.environ, **variables}), cancellation)
    passed = done.code == 0
    mark = "ok    " if passed else "FAILED"
    print(f"{mark} {check.title} ({time.monotonic() - began:.1f} s)", flush=True)
    if show or not passed:
        print((done.stdout + done.stderr).strip(), flush=True)
    return passed


@task(
    auto_shortflags=False,
    help={
        "only": "these benchmarks, e.g. cached,infra",
        "runs": "how often to measure each thing",
        "json": "a file for every single measurement",
    },
)
@command
def bench(context: Context, only: str = "", runs: str = "", json: str = "") -> None:
    """Measure what taskslib costs against its peers; tests/bench/README.md says what and how.

    Example: inv bench --only cached --runs 5
    """
    from tests.bench.run import bench as measured

    del context
    tell(measured(only, runs, json, cancellation(), say))


@task(auto_shortflags=False)
def lock(context: Context) -> None:
    """Write the requirements locks anew, with hashes and without any registry's name.

    Example: inv lock
    """
    del context
    for folder in (ROOT, *python_services()):
        _uv(folder, "lock", "--upgrade")
        common = ("export", "--frozen", "--no-emit-local", "--no-header", "--no-annotate")
        if folder != ROOT:
            _uv(folder, *common, "--no-dev", "--output-file", "requirements.lock")
        if "reload" in tomllib.loads((folder / "pyproject.toml").read_text("utf-8")).get(
            "dependency-groups", {}
        ):
            reload = ("--only-group", "reload", "--output-file", "requirements-reload.lock")
            _uv(folder, *common, *reload)
        prune = ("--prune", "taskslib") if folder != ROOT else ()
        _uv(folder, *common, *prune, "--output-file", "requirements-dev.lock")
        (folder / "uv.lock").unlink()  # it names the registry
        print(f"locked {folder.name}")


def _uv(folder: Path, *arguments: str) -> None:
    from taskslib.frameworks.environments.build import uv_program
    from taskslib.processes import Command, run

    done = run(Command((uv_program(), *arguments), cwd=folder), Cancellation())
    if done.code != 0:
        print(done.stderr, file=sys.stderr)
        raise Exit(code=1)


ns = make_ns()
ns.add_task(check)
ns.add_task(bench)
ns.add_task(lock)
