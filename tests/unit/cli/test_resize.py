"""The live display while its terminal gets another size: a real one, which breaks lines anew."""

from __future__ import annotations

import os
import shlex
import shutil
import subprocess
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest

from taskslib.testing import wait_for
from tests.support.projects import TASKS, argv, environment, write

pytestmark = pytest.mark.skipif(shutil.which("tmux") is None, reason="tmux is not installed")

NAMES = ("accounts", "billing", "catalogue")
WAITS = """\
import os, pathlib, time

def test_first():
    pass

def test_that_waits_until_somebody_says_that_it_is_to_go_on():
    while not pathlib.Path(os.environ["GO"]).exists():
        time.sleep(0.01)
"""


class Tmux:
    """A terminal of a server of its own."""

    def __init__(self, socket: str) -> None:
        self._argv = ("tmux", "-L", socket, "-f", os.devnull)

    def run(self, *words: str, env: dict[str, str] | None = None) -> str:
        done = subprocess.run(
            [*self._argv, *words], capture_output=True, encoding="utf-8", check=False, env=env
        )
        return done.stdout

    def screen(self) -> list[str]:
        """Return all lines that are to be seen, also by scrolling back."""
        lines = self.run("capture-pane", "-p", "-S", "-").splitlines()
        return [line.rstrip() for line in lines if line.strip()]


@pytest.fixture
def tmux(tmp_path: Path) -> Iterator[Tmux]:
    found = Tmux(f"taskslib-{os.getpid()}-{tmp_path.name[-8:]}")
    yield found
    found.run("kill-server")


def test_nothing_stale_is_left_when_the_terminal_gets_narrower(tmux: Tmux, tmp_path: Path) -> None:
    files = {f"services/{name}/tests/unit/test_a.py": WAITS for name in NAMES}
    config = "[tool.taskslib]\nproject = 'shop'\npass_env = ['GO']\njobs = 3\n"
    shop = write(tmp_path / "shop", {**TASKS, **files, "pyproject.toml": config})
    env = environment(GO=str(tmp_path / "go"), PYTHONUTF8="1")
    for name in ("COLUMNS", "LINES", "CI", "TMUX"):
        env.pop(name, None)
    # What is above it is somebody's, and stays.
    above = [str(number) for number in range(100, 140)]
    command = f"seq 100 139; {shlex.join(argv('test', '--stage', 'unit'))}; echo ended; sleep 60"
    words = ("new-session", "-d", "-x", "100", "-y", "60", "-c", str(shop), command)
    tmux.run("-u", *words, env=env)

    def shown(width: int) -> bool:
        """Tell whether the picture is the one that this width has, and nothing else is there."""
        there = tmux.screen()
        lines = there[len(above) :]
        bars = sum("━" in line for line in lines)
        rows = [line for line in lines if "1/2" in line]
        return (
            there[: len(above)] == above
            and len(rows) == len(NAMES)
            and bars == (len(NAMES) if width >= 72 else 0)
            and len(lines) == 1 + 2 * len(NAMES)
            and all(len(line) < width for line in lines)
        )

    wait_for(lambda: shown(100), timeout=60, message="the first picture")
    for width in (60, 45, 120, 30):
        tmux.run("resize-window", "-x", str(width))
        wait_for(partial(shown, width), timeout=20, message=f"{width} columns alone")
    (tmp_path / "go").touch()
    wait_for(lambda: "ended" in tmux.screen(), timeout=60, message="the end")
    lines = tmux.screen()[len(above) :]
    assert lines[0] == "Unit Tests"
    assert [line.split()[1] for line in lines[1:4]] == list(NAMES)
    assert "→" not in "".join(lines)
