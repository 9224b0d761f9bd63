"""Runs that meet: one waits for the other; and runs that are ended before their tests begin."""

from __future__ import annotations

import signal
import subprocess
import sys
from pathlib import Path

import pytest

from taskslib.testing import wait_for
from tests.support.leftovers import docker, leftovers
from tests.support.projects import argv, environment, multi, redact, write

WEB = "services/web"
WAITS = """\
import pathlib, time

def test_waits():
    pathlib.Path("up").touch()
    until = time.monotonic() + 60
    while not pathlib.Path("go").exists() and time.monotonic() < until:
        time.sleep(0.05)
    assert pathlib.Path("go").exists()
"""
NEVER_HEALTHY = """\
FROM python:3.13-slim
HEALTHCHECK --interval=5s --start-period=60s --start-interval=200ms CMD exit 1
CMD ["sleep", "300"]
"""


def started(root: Path, *arguments: str, output: Path) -> subprocess.Popen[bytes]:
    """Start a command whose stdout goes to a file, and its stderr beside it."""
    with output.open("wb") as out, output.with_suffix(".err").open("wb") as err:
        return subprocess.Popen(
            argv(*arguments), cwd=root, env=environment(), stdout=out, stderr=err
        )


def test_the_second_run_of_one_instance_waits_for_the_first(shop: Path, tmp_path: Path) -> None:
    root = write(shop, multi(**{f"{WEB}/tests/integration/test_service.py": WAITS}))
    go = root / WEB / "go"
    first, second = tmp_path / "first.txt", tmp_path / "second.txt"
    with started(root, "test-service", "web", output=first) as one:
        try:
            wait_for((root / WEB / "up").exists, timeout=60)
            with started(root, "test-service", "web", output=second) as two:
                try:
                    wait_for(lambda: f"pid {one.pid}" in second.read_text("utf-8"), timeout=30)
                finally:
                    go.touch()
                assert two.wait(timeout=60) == 0
        finally:
            go.touch()
        assert one.wait(timeout=60) == 0
    green = "  ✓ web              1 passed TIME\n\n1 suite in TIME\n1 passed, 0 failed, 0 skipped\n"
    assert redact(first.read_text("utf-8"), root) == f"Service Tests\n{green}"
    words = redact(second.read_text("utf-8"), root).replace(f"pid {one.pid}", "pid PID")
    assert words.startswith("Service Tests\n  web:service: ")
    assert words.endswith(green)


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no signals between processes")
@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (
            ("test-service", "web"),
            "Service Tests\n"
            "  ○ web              interrupted TIME\n"
            "    during wait\n"
            "\n"
            "web:service: interrupted: during wait\n"
            "full output: .taskslib/runs/RUN\n"
            "1 suite in TIME\n"
            "0 passed, 0 failed, 0 skipped\n",
        ),
        (("infra-up", "--service", "web"), ""),
    ],
)
def test_a_signal_while_a_stack_is_starting(
    shop: Path, tmp_path: Path, arguments: tuple[str, ...], words: str
) -> None:
    root = write(shop, multi(**{f"{WEB}/Dockerfile": NEVER_HEALTHY}))
    output = tmp_path / "output.txt"

    def running() -> str:
        return docker("ps", "-q", "--filter", f"label=taskslib.project={shop.name}")

    with started(root, *arguments, output=output) as child:
        wait_for(running, timeout=60)
        child.send_signal(signal.SIGTERM)
        assert child.wait(timeout=60) == 143
    assert redact(output.read_text("utf-8"), root) == words
    told = output.with_suffix(".err").read_text("utf-8")
    assert told.endswith("interrupted by signal 15\n") is (not words)
    assert leftovers(shop.name) == []
