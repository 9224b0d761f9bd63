"""The moments of an instance's life: a stack that stays in each, and how a test gets there."""

from __future__ import annotations

import subprocess
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

from taskslib.testing import wait_for
from tests.engine.stacks.bench import IMAGE, Bench
from tests.support.leftovers import docker

GUARDED = """\
import os, sys
from dataclasses import replace
from pathlib import Path
from taskslib.errors import Interrupted
from taskslib.processes import Command, run
from taskslib.stacks.watchdog.process import Watchdog
from tests.engine.stacks.bench import Bench

folder, seconds = Path(sys.argv[1]), sys.argv[2]
bench = Bench(folder, (folder / "docker-compose.yml").read_text())
guards = Watchdog(bench.locks, os.environ, bench.cancellation).watching()
try:
    with bench.cancellation.on_signals(), guards as guard:
        print("begin", flush=True)
        lifetime = replace(bench.lifetime, step=lambda name: print(name, flush=True), guard=guard)
        with lifetime.running(bench.spec()):
            sleep = "import sys, time; print(sys.argv[1]); time.sleep(float(sys.argv[2]))"
            print("up", flush=True)
            tests = (sys.executable, "-c", sleep, f"{folder.name}-tests", seconds)
            run(Command(tests), bench.cancellation)
except Interrupted as ended:
    sys.exit(ended.exit_code)
"""
"""A whole run of a stack: prints its steps; its tests take a number of seconds."""
BUILDS = "services: {web: {build: .}}\n"
STARTING = """\
  db:
    image: IMAGE
    init: true
    command: [sleep, "300"]
    healthcheck: {test: "exit 1", interval: 60s, retries: 99}
"""
STARTS = f"""\
services:
{STARTING}
  web: {{image: IMAGE, init: true, depends_on: {{db: {{condition: service_healthy}}}}}}
"""
WAITS = f"services:\n{STARTING}"
TESTS = "services: {web: {image: IMAGE, init: true, command: [sleep, '300']}}\n"


def slow_stack(folder: Path, text: str, image: str = IMAGE) -> Bench:
    """Return a bench on one of these stacks; a build of it never ends."""
    bench = Bench(folder, text.replace("IMAGE", image))
    # Some shells become their last command, which has another name than they were given.
    endless = f'["sh", "-c", "sleep 300; exit", "{folder.name}-builds"]'
    (folder / "Dockerfile").write_text(f"FROM {image}\nRUN {endless}\n")
    return bench


def reach(
    child: subprocess.Popen[str], steps: str, there: Callable[[Path], bool], folder: Path
) -> None:
    """Wait until a child that prints its steps is in the last of them."""
    assert child.stdout is not None
    assert [child.stdout.readline().strip() for _ in steps.split()] == steps.split()
    wait_for(lambda: there(folder), timeout=60)


def containers(folder: Path, *filters: str) -> bool:
    chosen = (part for one in filters for part in ("--filter", one))
    return bool(docker("ps", "-q", "--filter", f"label=taskslib.project={folder.name}", *chosen))


def command_lines() -> Iterator[tuple[str, list[bytes]]]:
    """Yield each process by its pid, with the words of its command; the daemon's too."""
    for process in Path("/proc").glob("[0-9]*/cmdline"):
        with suppress(OSError):  # it has ended meanwhile
            yield process.parent.name, process.read_bytes().split(b"\0")


def builds(folder: Path) -> bool:
    """Tell whether the build is at its endless line."""
    mark = f"{folder.name}-builds".encode()
    return any(words[-2:-1] == [mark] for _, words in command_lines())


def starts(folder: Path) -> bool:
    return containers(folder)


def waits(folder: Path) -> bool:
    return containers(folder, "health=starting")


def is_up(folder: Path) -> bool:
    return containers(folder)
