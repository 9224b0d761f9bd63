"""A run in a container that has the machine's socket, as CI's jobs often are."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from taskslib.stacks.surroundings import gateway
from tests.support.projects import argv, cache, environment, single, write

ROOT = Path(__file__).parents[3]
SOCKET = "/var/run/docker.sock"
PASSED = ("PATH", "HOME", "COLUMNS", "NO_COLOR", "TASKSLIB_CACHE_DIR", "SSL_CERT_FILE")
"""Variables that the run has in there, too, besides those of package indexes."""
# What is reached is the gateway, where the machine's loopback can't be.
SEES = """\
import os, urllib.request

def test_it_answers():
    assert os.environ["TEST_WEB_HOST"] not in {"127.0.0.1", "localhost"}
    assert urllib.request.urlopen(os.environ["TEST_WEB_URL"]).status == 200
"""


@pytest.mark.skipif(
    not Path(SOCKET).exists() or bool(gateway()), reason="needs the engine's socket"
)
def test_its_stack_is_reached_at_the_gateway(shop: Path) -> None:
    """This machine's programs and files, in a container's network."""
    write(shop, single(**{"tests/integration/test_web.py": SEES}))
    places = {"/usr", "/etc", "/opt", str(ROOT), sys.prefix, sys.base_prefix, str(shop.parent)}
    places |= {cache(), str(Path(sys.executable).resolve().parent.parent)}
    places |= {one for one in sys.path if Path(one).is_dir()}  # an environment of two layers
    mounts = [
        part for one in sorted(filter(os.path.exists, places)) for part in ("-v", f"{one}:{one}")
    ]
    environ = environment()
    passed = {key: value for key, value in environ.items() if key.startswith(("PIP_", "UV_"))}
    passed |= {key: environ[key] for key in PASSED if key in environ}
    variables = [part for one in passed.items() for part in ("-e", "=".join(one))]
    container = ["docker", "run", "--rm", "-v", f"{SOCKET}:{SOCKET}", *mounts, *variables]
    command = [*container, "-e", f"PYTHONPATH={ROOT}", "-w", str(shop), "python:3.13-slim"]
    done = subprocess.run(
        [*command, *argv("test-integration")],
        capture_output=True,
        text=True,
        env={**os.environ},
        timeout=300,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, ""), done.stderr
    assert "1 passed, 0 failed, 0 skipped" in done.stdout
