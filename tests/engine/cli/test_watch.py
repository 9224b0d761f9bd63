"""`inv test --watch` with containers: the stack stays between rounds, and is gone at the end."""

from __future__ import annotations

import signal
import subprocess
from pathlib import Path

from taskslib.testing import wait_for
from tests.support.leftovers import docker, leftovers
from tests.support.projects import argv, environment, multi, write

TEST = "services/web/tests/integration/test_service.py"
WORDS = "watching for changes; Ctrl-C ends"


def test_the_stack_stays_between_rounds_and_goes_at_the_end(shop: Path) -> None:
    write(shop, multi())
    said = shop.parent / "said.txt"
    with said.open("wb") as file:
        child = subprocess.Popen(
            argv("test", TEST, "--watch"),
            cwd=shop,
            env=environment(),
            stdin=subprocess.DEVNULL,
            stdout=file,
            stderr=file,
        )
    try:
        rounds(said, 1)
        first = containers(shop)
        assert first
        write(shop, {TEST: f"{(shop / TEST).read_text()}\n\ndef test_more(): pass\n"})
        rounds(said, 2)
        assert containers(shop) == first
        child.send_signal(signal.SIGINT)
        assert child.wait(timeout=60) == 130
    finally:
        child.kill()
    told = said.read_text("utf-8")
    assert "\n1 passed, 0 failed, 0 skipped\n" in told
    assert "\n2 passed, 0 failed, 0 skipped\n" in told
    assert leftovers(shop.name) == []


def containers(shop: Path) -> str:
    return docker("ps", "-q", "--filter", f"label=taskslib.project={shop.name}")


def rounds(said: Path, count: int) -> None:
    wait_for(lambda: said.read_text("utf-8").count(WORDS) == count, timeout=120)
