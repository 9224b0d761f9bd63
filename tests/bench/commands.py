"""The commands that are measured, and whether this version has them."""

from __future__ import annotations

import compileall
import functools
import sys
from importlib.util import find_spec
from pathlib import Path

from taskslib.cancellation import Cancellation
from tests.bench.measure import run

ROOT = Path(__file__).parents[2]
_WARM = ("taskslib", "invoke", "rich", "msgspec", "filelock", "platformdirs", "ruamel")


def program(name: str) -> str:
    """Return the path of a program of our own environment."""
    return str(Path(sys.executable).with_name(name))


INV = program("inv")
TASKSLIB = program("taskslib")
NOOP = "noop0"
"""The first task of `bare_tasks`."""
_TASK = '''

@task
def noop{number}(context):
    """Do nothing."""
'''


def bare_tasks(folder: Path, count: int) -> None:
    """Make a folder with a tasks.py of so many tasks that owes us nothing."""
    folder.mkdir(exist_ok=True)
    tasks = "".join(_TASK.format(number=number) for number in range(count))
    (folder / "tasks.py").write_text(f"from invoke.tasks import task\n{tasks}", "utf-8")


def warm_bytecode() -> None:
    """Compile what the commands import: `inv` writes no bytecode itself."""
    for name in _WARM:
        found = find_spec(name)
        for folder in (found.submodule_search_locations or ()) if found else ():
            compileall.compile_dir(folder, quiet=2)


@functools.cache
def _told(cancellation: Cancellation, *arguments: str) -> str:
    return run((TASKSLIB, *arguments), ROOT, cancellation, codes=(0, 1, 2)).output


def has_task(name: str, cancellation: Cancellation) -> bool:
    """Return whether there is a task of a name."""
    lines = _told(cancellation, "--list").splitlines()
    return name in {word for line in lines for word in line.split()[:1]}


def forced(cancellation: Cancellation) -> tuple[str, ...]:
    """Return the flag that runs what has not changed, where there is one."""
    return ("--force",) if "--force" in _told(cancellation, "test", "--help") else ()
