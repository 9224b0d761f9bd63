"""Several at once, and environments that broke meanwhile."""

from __future__ import annotations

import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from tests.unit.frameworks.environments.repo import (
    layers,
    made,
    ready,
    run_uv,
    versions,
    write_project,
)

_PREPARE = """
import sys
from pathlib import Path
from taskslib.frameworks.environments.prepare import prepare
from taskslib.cancellation import Cancellation
print(prepare(Path(sys.argv[1]), ("iniconfig<2.1",), Cancellation()).python)
"""


def test_processes_and_threads_that_need_one_environment_at_once(cache: Path, repo: Path) -> None:
    app = write_project(repo / "app", dependencies=["pluggy"])
    run_uv(app, "lock")
    processes = [
        subprocess.Popen([sys.executable, "-c", _PREPARE, str(app)], stdout=subprocess.PIPE)
        for _ in range(2)
    ]
    with ThreadPoolExecutor(2) as threads:
        mine = list(threads.map(lambda _: made(app, "iniconfig<2.1"), range(2)))
    theirs = [Path(process.communicate()[0].decode().strip()) for process in processes]

    assert {*theirs, *(environment.python for environment in mine)} == {mine[0].python}
    assert layers(cache) == {"base": 1, "overlay": 1}
    assert versions(mine[0], "app", "iniconfig") == {"app": "1.0", "iniconfig": "2.0.0"}


@pytest.mark.parametrize("gone", ["python", "marker"])
def test_a_broken_environment_is_made_anew(cache: Path, repo: Path, gone: str) -> None:
    environment = made(repo, "iniconfig<2.1")
    home = Path(environment.variables["VIRTUAL_ENV"])
    left = home / "left over"
    left.touch()
    if gone == "python":  # as after an upgrade of the interpreter: a link to nothing
        environment.python.unlink()
        environment.python.symlink_to(repo / "gone")
    else:
        next(home.glob("*.json")).unlink()

    assert made(repo, "iniconfig<2.1") == environment
    assert versions(environment, "iniconfig") == {"iniconfig": "2.0.0"}
    assert not left.exists()
    assert ready(repo, "iniconfig<2.1") == environment
    assert layers(cache) == {"own": 1}
