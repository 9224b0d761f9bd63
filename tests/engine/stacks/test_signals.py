"""A signal in the middle of whatever step: the run ends by it, and nothing is left."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
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
from pathlib import Path
from taskslib.errors import Interrupted
from tests.engine.stacks.bench import Bench

folder = Path(sys.argv[1])
bench = Bench(folder, (folder / "docker-compose.yml").read_text())
with bench.cancellation.on_signals():
    try:
        with bench.lifetime.running(bench.spec()):
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


def containers(folder: Path, *filters: str) -> bool:
    chosen = (part for one in filters for part in ("--filter", one))
    return bool(docker("ps", "-q", "--filter", f"label=taskslib.project={folder.name}", *chosen))


def builds(folder: Path) -> bool:
    """Tell whether the build is at its endless line; it says so in the cache that it writes."""
    return f"{folder.name}-building" in docker("ps", "--format", "{{.Names}}") or bool(
        subprocess.run(
            ["pgrep", "-f", f"sleep 300.{folder.name}"], check=False, capture_output=True
        ).stdout
    )


def starts(folder: Path) -> bool:
    return containers(folder)


def waits(folder: Path) -> bool:
    return containers(folder, "health=starting")


@pytest.mark.parametrize(
    ("text", "there", "signals", "code"),
    [
        pytest.param(BUILDS, builds, ["SIGINT"], 130, id="build"),
        pytest.param(STARTS, starts, ["SIGTERM"], 143, id="start"),
        pytest.param(STARTS, starts, ["SIGINT", "SIGINT"], 130, id="start, twice"),
        pytest.param(WAITS, waits, ["SIGINT"], 130, id="wait"),
        pytest.param(TESTS, None, ["SIGTERM", "SIGINT"], 143, id="tests"),
    ],
)
def test_nothing_is_left(
    shop: Path,
    text: str,
    there: Callable[[Path], bool] | None,
    signals: list[str],
    code: int,
) -> None:
    bench = Bench(shop, text.replace("IMAGE", IMAGE))
    (shop / "Dockerfile").write_text(f"FROM {IMAGE}\nRUN sh -c 'sleep 300' {shop.name}\n")
    with subprocess.Popen(
        [sys.executable, "-c", SCRIPT, str(shop)],
        cwd=Path(__file__).parents[3],
        stdout=subprocess.PIPE,
        text=True,
    ) as child:
        assert child.stdout is not None
        if there is None:
            assert child.stdout.readline() == "up\n"
        else:
            wait_for(lambda: there(shop), timeout=60)
        for number, name in enumerate(signals):
            child.send_signal(SIGNALS[name])
            if number == 0 and len(signals) > 1:
                pass
        out, _ = child.communicate(timeout=60)
    assert (child.returncode, out) == (code, "")
    assert leftovers(shop.name) == []
    assert bench.of_compose() == []
