"""A signal in the middle of whatever step: the run ends by it, and nothing is left."""

from __future__ import annotations

import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

from taskslib.testing import wait_for
from tests.engine.stacks.bench import IMAGE, Bench
from tests.support.leftovers import docker, leftovers

pytestmark = pytest.mark.skipif(
    sys.platform == "win32", reason="Windows has no signals between processes"
)
SCRIPT = """\
import sys
from dataclasses import replace
from pathlib import Path
from taskslib.errors import Interrupted
from tests.engine.stacks.bench import Bench

folder = Path(sys.argv[1])
bench = Bench(folder, (folder / "docker-compose.yml").read_text())
lifetime = replace(bench.lifetime, step=lambda name: print(name, flush=True))
with bench.cancellation.on_signals():
    try:
        with lifetime.running(bench.spec()):
            print("up", flush=True)
            while True:
                bench.cancellation.pause(60)
    except Interrupted as ended:
        sys.exit(ended.exit_code)
"""
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


@contextmanager
def started(folder: Path) -> Iterator[subprocess.Popen[str]]:
    """Run the script; however the test ends, the script ends too."""
    with subprocess.Popen(
        [sys.executable, "-c", SCRIPT, str(folder)],
        cwd=Path(__file__).parents[3],
        stdout=subprocess.PIPE,
        text=True,
    ) as child:
        try:
            yield child
        finally:
            if child.poll() is None:
                child.terminate()


def containers(folder: Path, *filters: str) -> bool:
    chosen = (part for one in filters for part in ("--filter", one))
    return bool(docker("ps", "-q", "--filter", f"label=taskslib.project={folder.name}", *chosen))


def builds(folder: Path) -> bool:
    """Tell whether the build is at its endless line: the daemon's processes are visible here."""
    mark = f"{folder.name}-builds".encode()
    for process in Path("/proc").glob("[0-9]*/cmdline"):
        with suppress(OSError):
            if process.read_bytes().split(b"\0")[-2:-1] == [mark]:
                return True
    return False


def starts(folder: Path) -> bool:
    return containers(folder)


def waits(folder: Path) -> bool:
    return containers(folder, "health=starting")


def is_up(folder: Path) -> bool:
    return containers(folder)


@pytest.mark.parametrize(
    ("text", "there", "signals", "code", "steps"),
    [
        pytest.param(BUILDS, builds, ["SIGINT"], 130, "build", id="build"),
        pytest.param(STARTS, starts, ["SIGTERM"], 143, "build start", id="start"),
        pytest.param(STARTS, starts, ["SIGHUP", "SIGINT"], 129, "build start", id="start, twice"),
        pytest.param(WAITS, waits, ["SIGINT"], 130, "build start wait", id="wait"),
        pytest.param(TESTS, is_up, ["SIGTERM", "SIGTERM"], 143, "build start wait up", id="tests"),
    ],
)
def test_nothing_is_left(
    shop: Path,
    text: str,
    there: Callable[[Path], bool],
    signals: list[str],
    code: int,
    steps: str,
) -> None:
    bench = Bench(shop, text.replace("IMAGE", IMAGE))
    endless = f'["sh", "-c", "sleep 300", "{shop.name}-builds"]'
    (shop / "Dockerfile").write_text(f"FROM {IMAGE}\nRUN {endless}\n")
    with started(shop) as child:
        assert child.stdout is not None
        assert [child.stdout.readline().strip() for _ in steps.split()] == steps.split()
        wait_for(lambda: there(shop), timeout=60)
        child.send_signal(getattr(signal, signals[0]))
        assert child.stdout.readline() == "stop\n"
        for name in signals[1:]:  # in the middle of the end, which goes on
            child.send_signal(getattr(signal, name))
        out, _ = child.communicate(timeout=60)
    assert (child.returncode, out) == (code, "")
    assert leftovers(shop.name) == []
    assert bench.of_compose() == []
    wait_for(lambda: not builds(shop))
