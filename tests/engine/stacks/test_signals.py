"""A signal in the middle of whatever step: the run ends by it, and nothing is left."""

from __future__ import annotations

import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from taskslib.testing import wait_for
from tests.engine.stacks.moments import (
    BUILDS,
    STARTS,
    TESTS,
    WAITS,
    builds,
    is_up,
    reach,
    slow_stack,
    starts,
    waits,
)
from tests.support.leftovers import leftovers

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
    bench = slow_stack(shop, text)
    with started(shop) as child:
        reach(child, steps, there, shop)
        assert child.stdout is not None
        child.send_signal(getattr(signal, signals[0]))
        assert child.stdout.readline() == "stop\n"
        for name in signals[1:]:  # in the middle of the end, which goes on
            child.send_signal(getattr(signal, name))
        out, _ = child.communicate(timeout=60)
    assert (child.returncode, out) == (code, "")
    assert leftovers(shop.name) == []
    assert bench.of_compose() == []
    wait_for(lambda: not builds(shop))
