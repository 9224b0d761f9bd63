"""A run that is killed without a word: nothing of it is left a few seconds later."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from taskslib.stacks.reap import candidates, reap
from taskslib.stacks.watchdog.process import is_held, watchdog_lock
from taskslib.testing import wait_for
from tests.engine.stacks.bench import HOST, IMAGE, Bench
from tests.engine.stacks.moments import (
    BUILDS,
    GUARDED,
    STARTS,
    TESTS,
    WAITS,
    builds,
    command_lines,
    is_up,
    reach,
    slow_stack,
    starts,
    waits,
)
from tests.support.leftovers import leftovers

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="kills by POSIX signals")


def processes(folder: Path) -> bool:
    """Tell whether the run's tests, or its build's steps, are still there."""
    marks = {f"{folder.name}-{what}".encode() for what in ("tests", "builds")}
    return any(marks.intersection(words) for _, words in command_lines())


def started(folder: Path, **variables: str) -> subprocess.Popen[str]:
    child = subprocess.Popen(
        [sys.executable, "-c", GUARDED, str(folder), "300"],
        cwd=Path(__file__).parents[3],
        env={**os.environ, **variables},
        stdout=subprocess.PIPE,
        text=True,
    )
    assert child.stdout is not None
    assert child.stdout.readline() == "begin\n"
    return child


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
    bench = slow_stack(shop, text)
    with started(shop) as child:
        reach(child, steps, there, shop)
        child.kill()
    killed = time.monotonic()

    def gone() -> bool:
        guarded = is_held(watchdog_lock(bench.locks, bench.spec().name))
        return not guarded and not processes(shop) and not leftovers(shop.name)

    wait_for(gone, timeout=60, message="nothing left")
    record_property("seconds until clean", round(time.monotonic() - killed, 1))
    assert bench.of_compose() == []


def test_a_second_signal_in_the_middle_of_the_end_returns_at_once(shop: Path) -> None:
    """The first removal hangs, as one does on an engine that is busy."""
    slow_stack(shop, TESTS)
    real, began = shutil.which("docker"), shop / "removal-began"
    client = shop / "docker"
    hangs = f"[ -e '{began}' ] || {{ touch '{began}'; sleep 300; }}"
    client.write_text(f'#!/bin/sh\ncase "$*" in "rm -f "*) {hangs};; esac\nexec {real} "$@"\n')
    client.chmod(0o755)
    with started(shop, PATH=f"{shop}{os.pathsep}{os.environ['PATH']}") as child:
        reach(child, "build start wait up", is_up, shop)
        child.send_signal(signal.SIGINT)
        wait_for(began.exists, timeout=60)
        assert child.poll() is None
        child.send_signal(signal.SIGINT)
        assert child.wait(timeout=60) == 130
    wait_for(lambda: not leftovers(shop.name), timeout=60, message="nothing left")


def test_what_lost_its_watchdog_too_is_reaped_by_the_next_run(shop: Path) -> None:
    text = "services: {web: {build: ., init: true, command: [sleep, '300']}}\nvolumes: {a: }\n"
    bench = Bench(shop, text)
    (shop / "Dockerfile").write_text(f"FROM {IMAGE}\nRUN touch /{shop.name}\n")
    kept = bench.spec("kept", kind="kept")
    bench.lifetime.start(kept)
    with started(shop) as child:
        assert child.stdout is not None
        assert [child.stdout.readline().strip() for _ in range(4)][-1] == "up"
        wait_for(lambda: is_up(shop), timeout=60)
        # The watchdog's group is its own; it is the one that has our child's pid for a parent.
        for pid in children(child.pid):
            os.kill(pid, signal.Signals["SIGKILL"])
        child.kill()
    found = candidates(bench.engine.belongings(), HOST, bench.locks)
    assert found == (bench.spec().name,)
    assert {one.split()[0] for one in bench.engine.leftovers(found[0])} == {
        "container",
        "network",
        "image",
    }
    assert reap(bench.lifetime, found) == found
    assert bench.engine.leftovers(found[0]) == ()
    assert len(bench.engine.containers(kept.name)) == 1
    bench.lifetime.stop(kept.name)


def children(pid: int) -> list[int]:
    """Return the pids of a process's children, the watchdog among them."""
    tasks = Path(f"/proc/{pid}/task").glob("*/children")
    return [int(child) for task in tasks for child in task.read_text().split()]
