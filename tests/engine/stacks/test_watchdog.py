"""A run that is killed without a word: nothing of it is left a few seconds later."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from taskslib.stacks.watchdog.process import is_held, watchdog_lock
from taskslib.testing import wait_for
from tests.engine.stacks.bench import IMAGE, Bench
from tests.engine.stacks.test_signals import (
    BUILDS,
    STARTS,
    TESTS,
    WAITS,
    builds,
    is_up,
    starts,
    waits,
)
from tests.support.leftovers import leftovers

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="kills by POSIX signals")
SCRIPT = """\
import os, sys
from dataclasses import replace
from pathlib import Path
from taskslib.processes import Command, run
from taskslib.stacks.watchdog.process import Watchdog
from tests.engine.stacks.bench import Bench

folder = Path(sys.argv[1])
bench = Bench(folder, (folder / "docker-compose.yml").read_text())
locks = bench.lifetime.locks
with Watchdog(locks, os.environ, bench.cancellation).watching() as guard:
    lifetime = replace(bench.lifetime, step=lambda name: print(name, flush=True), guard=guard)
    with lifetime.running(bench.spec()):
        sleep = "import sys, time; print(sys.argv[1]); time.sleep(300)"
        print("up", flush=True)
        run(Command((sys.executable, "-c", sleep, f"{folder.name}-tests")), bench.cancellation)
"""


def processes(folder: Path) -> bool:
    """Tell whether the run's tests, or its build's steps, are still there."""
    mark = folder.name.encode()
    for process in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            words = process.read_bytes().split(b"\0")
        except OSError:
            continue
        if any(word in (mark + b"-tests", mark + b"-builds") for word in words):
            return True
    return False


@pytest.mark.parametrize(
    ("text", "there", "steps"),
    [
        pytest.param(BUILDS, builds, "build", id="build"),
        pytest.param(STARTS, starts, "build start", id="start"),
        pytest.param(WAITS, waits, "build start wait", id="wait"),
        pytest.param(TESTS, is_up, "build start wait up", id="tests"),
    ],
)
def test_nothing_is_left(
    shop: Path,
    text: str,
    there: Callable[[Path], bool],
    steps: str,
    record_property: Callable[[str, object], None],
) -> None:
    bench = Bench(shop, text.replace("IMAGE", IMAGE))
    endless = f'["sh", "-c", "sleep 300", "{shop.name}-builds"]'
    (shop / "Dockerfile").write_text(f"FROM {IMAGE}\nRUN {endless}\n")
    with subprocess.Popen(
        [sys.executable, "-c", SCRIPT, str(shop)],
        cwd=Path(__file__).parents[3],
        stdout=subprocess.PIPE,
        text=True,
    ) as child:
        assert child.stdout is not None
        assert [child.stdout.readline().strip() for _ in steps.split()] == steps.split()
        wait_for(lambda: there(shop), timeout=60)
        child.kill()
    killed = time.monotonic()
    locks = bench.lifetime.locks

    def gone() -> bool:
        guarded = is_held(watchdog_lock(locks, bench.spec().name))
        return not guarded and not processes(shop) and not leftovers(shop.name)

    wait_for(gone, timeout=60, message="nothing left")
    record_property("seconds until clean", round(time.monotonic() - killed, 1))
    assert bench.of_compose() == []
