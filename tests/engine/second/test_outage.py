"""An engine that goes away in the middle of a run: one line says so, and what is left is found."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest

from taskslib.errors import EngineError
from taskslib.stacks.reap import candidates, reap
from taskslib.testing import wait_for
from tests.engine.second.daemon import Daemon
from tests.engine.second.images import TINY
from tests.engine.stacks.bench import HOST, Bench
from tests.engine.stacks.moments import BUILDS, STARTS, WAITS, builds, slow_stack, starts, waits
from tests.support.leftovers import docker, leftovers
from tests.support.projects import PASSES, TASKS, Ran, inv, single, write

pytestmark = pytest.mark.xdist_group("second-outage")
RUNS = f"services: {{web: {{image: '{TINY}', init: true}}}}\n"
DOWN = "the container engine is not running"


def hint() -> str:
    """Return what mends it, as it is said of the second engine."""
    return (
        f"start it at {os.environ['DOCKER_HOST']}, which DOCKER_HOST names; "
        "for one on this machine: unset DOCKER_HOST"
    )


def says_so_once(error: EngineError, bench: Bench) -> bool:
    """Tell whether an error is that of an engine that has gone away, and all that is said."""
    said = (type(error), error.message, error.hint, error.exit_code)
    return said == (EngineError, DOWN, hint(), 3) and bench.said == []


@contextmanager
def killed_when(second: Daemon, there: Callable[[], bool]) -> Iterator[None]:
    """Kill the engine as soon as something is so, beside what is done in here."""

    def kill() -> None:
        wait_for(there, timeout=60)
        second.stop("KILL")

    with ThreadPoolExecutor(1) as pool:
        killed = pool.submit(kill)
        yield
        killed.result()


def left_by_a_killed_engine(shop: Path, second: Daemon) -> Bench:
    """Return the bench of a run whose engine was killed, and runs again."""
    bench = Bench(shop, RUNS)
    with pytest.raises(EngineError) as raised, bench.lifetime.running(bench.spec()):
        second.stop("KILL")
    assert says_so_once(raised.value, bench)
    second.start()
    name = bench.spec().name
    assert leftovers(shop.name) == [f"container {name}-web-1", f"network {name}_default"]
    return bench


def test_what_a_killed_engine_keeps_is_reaped(shop: Path, second: Daemon) -> None:
    bench = left_by_a_killed_engine(shop, second)
    found = candidates(bench.engine.belongings(), HOST, bench.locks)
    assert reap(bench.lifetime, found) == (bench.spec().name,)
    assert leftovers(shop.name) == []
    assert bench.of_compose() == []


def test_what_a_killed_engine_keeps_is_cleared_by_the_next_run(shop: Path, second: Daemon) -> None:
    bench = left_by_a_killed_engine(shop, second)
    listing = ("ps", "--all", "--quiet")
    before = docker(*listing)
    with bench.lifetime.running(bench.spec()):
        assert docker(*listing) not in {"", before}
    assert bench.said == []
    assert leftovers(shop.name) == []


def test_what_the_tests_say_is_not_lost_to_an_engine_that_was_killed(
    shop: Path, second: Daemon
) -> None:
    def tests_fail() -> None:
        second.stop("KILL")
        raise AssertionError("red")

    bench = Bench(shop, RUNS)
    with pytest.raises(AssertionError, match="red"), bench.lifetime.running(bench.spec()):
        tests_fail()
    assert bench.said == [f"{DOWN}; {hint()}"]
    second.start()
    assert bench.lifetime.stop(bench.spec().name)


@pytest.mark.parametrize(
    ("text", "there"),
    [
        pytest.param(BUILDS, builds, id="build"),
        pytest.param(STARTS, starts, id="start"),
        pytest.param(WAITS, waits, id="wait"),
    ],
)
def test_it_is_killed_before_the_tests(
    shop: Path, second: Daemon, text: str, there: Callable[[Path], bool]
) -> None:
    bench = slow_stack(shop, text, TINY)
    with (
        killed_when(second, lambda: there(shop)),
        pytest.raises(EngineError) as raised,
        bench.lifetime.running(bench.spec()),
    ):
        pytest.fail("it is not up")
    assert says_so_once(raised.value, bench)
    second.start()
    left = () if text is BUILDS else (bench.spec().name,)
    assert reap(bench.lifetime, [bench.spec().name]) == left
    assert leftovers(shop.name) == []


@pytest.mark.parametrize("signal", ["TERM", "KILL"])
def test_it_is_restarted_while_the_tests_run(shop: Path, second: Daemon, signal: str) -> None:
    bench = Bench(shop, RUNS)
    with bench.lifetime.running(bench.spec()):
        second.stop(signal)
        second.start()
    assert bench.said == []
    assert leftovers(shop.name) == []
    assert bench.of_compose() == []


@pytest.mark.full
def test_it_hangs(shop: Path, second: Daemon) -> None:
    bench = Bench(shop, RUNS)
    with (
        ExitStack() as hung,
        pytest.raises(EngineError) as raised,
        bench.lifetime.running(bench.spec()),
    ):
        hung.enter_context(second.hung())
    error = raised.value
    assert (type(error), error.message) == (EngineError, "`docker ps` did not end in 60 s")
    assert error.hint == "the container engine hangs: restart it"
    assert bench.said == []
    assert bench.lifetime.stop(bench.spec().name)
    assert leftovers(shop.name) == []


@pytest.mark.full
def test_the_command_line_says_so_and_the_next_run_is_green(shop: Path, second: Daemon) -> None:
    stops = (
        f"import subprocess\n\ndef test_it():\n    subprocess.run({second.signalling('KILL')})\n"
    )
    tests = "tests/integration/test_web.py"
    write(shop, single(**{"deploy/test/docker-compose.yml": RUNS, tests: stops}))
    ran = inv(shop, "test")
    second.stopped()
    second.start()
    assert (ran.code, ran.err) == (3, "")
    assert ran.out == (
        "Unit Tests\n"
        f"  ✓ {shop.name:16} 1 passed TIME\n"
        "Integration Tests\n"
        f"  ✗ {shop.name:16} error TIME\n"
        f"    {DOWN}\n"
        f"    Cannot connect to the Docker daemon at {second.host}. Is the docker daemon running?\n"
        f"    hint: {hint()}\n"
        "\n"
        f"{shop.name}:integration: error: {DOWN}\n"
        "full output: .taskslib/runs/RUN\n"
        "2 suites in TIME\n"
        "1 passed, 1 failed, 0 skipped\n"
    )
    write(shop, {tests: PASSES})
    ran = inv(shop, "test")
    assert (ran.code, ran.err) == (0, "")
    assert ran.out.endswith("2 passed, 0 failed, 0 skipped\n")
    assert leftovers(shop.name) == []


PRODUCTION = """\
services:
  web:
    image: far/{name}-web:${{VERSION:?}}
    init: true
    healthcheck: {{test: [CMD, cat, "${{READY:?}}"], start_period: 60s, start_interval: 200ms}}
"""


def test_a_deployment_whose_engine_goes_away(shop: Path, second: Daemon) -> None:
    """It says what could not be done; when the engine is back, the next one goes on."""
    write(shop, {**TASKS, "deploy/prod/compose.yaml": PRODUCTION.format(name=shop.name)})
    for version in ("1.0.0", "1.0.1"):
        docker("tag", TINY, f"far/{shop.name}-web:{version}")
    new = ("ps", "--quiet", "--filter", "label=taskslib.deploy.version=1.0.1")

    def deploy(version: str, ready: str = "/bin/sh") -> Ran:
        local = ("--local", "--version", version, "--yes")
        return inv(shop, "deploy", "prod", *local, REGISTRY="far", READY=ready)

    assert deploy("1.0.0").code == 0
    with killed_when(second, lambda: docker(*new) != ""):
        ran = deploy("1.0.1", "/never")
    assert ran.code == 3
    assert (
        f"error: 1.0.1 does not come up: {DOWN}; and going back to 1.0.0 fails: {DOWN}\n" in ran.err
    )
    second.start()
    refused = deploy("1.0.1")
    assert "another deployment to " in refused.err
    docker(*refused.err.rpartition("if it was killed: docker ")[2].split())
    assert deploy("1.0.1").code == 0
    docker("compose", "--project-name", f"{shop.name}-prod", "down", "--timeout", "0")
    docker("volume", "rm", *docker("volume", "ls", "--quiet").split())
