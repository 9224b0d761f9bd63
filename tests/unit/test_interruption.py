"""Ctrl-C while a command is still being loaded."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from taskslib.testing import wait_for
from tests.support.projects import TASKS, Ran, argv, environment, inv, write

# Loaded by Python itself, before everything: Ctrl-C comes when a module is looked for.
PRESSES = f"""\
import os, sys

class Presses:
    def find_spec(self, name, path=None, target=None):
        if name == os.environ["PRESSED_AT"]:
            os.kill(os.getpid(), {int(signal.SIGINT)})

sys.meta_path.insert(0, Presses())
"""
LOADED = "taskslib.cli.report_tasks"


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no signals to oneself")
@pytest.mark.parametrize(
    ("program", "module"),
    [
        ("inv", "taskslib.cli.namespace"),
        ("inv", LOADED),
        ("taskslib", "taskslib.quick"),
        ("taskslib", "taskslib.tree"),
        ("taskslib", "taskslib.cli.program"),
        ("taskslib", "invoke.program"),
        ("taskslib", LOADED),
    ],
)
def test_it_ends_as_any_command_that_is_interrupted(
    tmp_path: Path, program: str, module: str
) -> None:
    shop = write(tmp_path / "shop", TASKS)
    site = write(tmp_path / "site", {"sitecustomize.py": PRESSES})
    path = os.pathsep.join(filter(None, (str(site), os.environ.get("PYTHONPATH", ""))))
    own = {"PYTHONPATH": path, "PRESSED_AT": module}
    ran = inv(shop, "services", program=program, **own)
    assert ran == Ran(130, "", "interrupted by signal 2\n")
    # So it is with the module that nobody looks for, which shows that it was pressed.
    assert inv(shop, "services", program=program, **own | {"PRESSED_AT": "nothing"}).code == 0


WAITS = """\
import pathlib, time

def test_waits():
    pathlib.Path(__file__).with_name("begun").touch()
    time.sleep(600)
"""


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no signals to oneself")
def test_who_presses_again_and_again_gets_the_same_exit_code(tmp_path: Path) -> None:
    """Also where Python itself is ending already, to which a signal would be the end at once."""
    tests = "services/api/tests/unit"
    own = {"services/api/pyproject.toml": "[project]\nname = 'api'\nversion = '0'\n"}
    shop = write(tmp_path / "shop", {**TASKS, **own, f"{tests}/test_waits.py": WAITS})
    began = subprocess.Popen(
        argv("test"),
        cwd=shop,
        env=environment(),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    wait_for((shop / tests / "begun").exists, timeout=120)

    def pressed() -> bool:
        began.send_signal(signal.SIGINT)
        return began.poll() is not None

    wait_for(pressed, timeout=60, interval=0.005)
    assert began.returncode == 130
