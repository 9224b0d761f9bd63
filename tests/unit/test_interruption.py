"""Ctrl-C while a command is still being loaded."""

from __future__ import annotations

import os
import signal
import sys
from pathlib import Path

import pytest

from tests.support.projects import TASKS, Ran, inv, write

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
