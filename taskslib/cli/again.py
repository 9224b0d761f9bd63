"""How the tasks are run once more, from the shell that a person has before them."""

from __future__ import annotations

import os
import sys
from functools import partial
from pathlib import Path

from taskslib.typed import typed_as

_NAME, _INV = "taskslib", "inv"


def called(name: str, prefix: str = "") -> None:
    """Let words for people name tasks as they are typed: by a program, and with a prefix."""
    typed_as(partial(program, name), prefix)


def program(name: str) -> str:
    """Return what is typed before a task.

    Args:
        name: Of the program that runs now. `inv` is there; `taskslib` may be started by its path,
            or by uvx, which takes it from PATH again when it ends.
    """
    if name != _NAME:
        return name
    from shutil import which

    from taskslib.frameworks.base import command_line

    if _by_uvx():
        return command_line("uvx", *_origin(), _NAME)
    return name if which(_NAME) else command_line(sys.executable, "-m", _NAME)


def tasks_program(name: str, *, in_tasks: bool = False) -> str:
    """Return what is typed before a task of a repo that has a tasks.py.

    Args:
        name: Of the program that runs now.
        in_tasks: Whether tasks.py has the configuration, which `taskslib` does not read.
    """
    if name != _NAME or (_has_inv() and not _by_uvx()):
        return _INV
    if not in_tasks:
        return program(name)
    from taskslib.frameworks.base import command_line

    if _by_uvx():
        _, *origin = _origin() or ("", _NAME)
        return command_line("uvx", "--with", *origin, "--from", "invoke", _INV)
    return command_line(sys.executable, "-m", "invoke")


def _has_inv() -> bool:
    """Return whether the `inv` of PATH is that of this environment: another one lacks us."""
    from shutil import which

    found = which(_INV)
    here = Path(sys.executable).parent.resolve()
    return found is not None and Path(found).resolve().parent == here  # a link may lead here


def _by_uvx() -> bool:
    """Return whether uvx runs us, in an environment that is nobody's."""
    # uv tells all that it starts where it is; of a project's environment also which that is.
    return "UV" in os.environ and os.environ.get("VIRTUAL_ENV") != sys.prefix


def _origin() -> tuple[str, ...]:
    """Return where uvx has this package from, where that is no index."""
    import json
    from importlib.metadata import PackageNotFoundError, distribution
    from urllib.parse import urlsplit
    from urllib.request import url2pathname

    try:
        told = distribution(_NAME).read_text("direct_url.json")  # PEP 610
    except PackageNotFoundError:
        told = None
    if told is None:
        return ()
    url = str(json.loads(told)["url"])
    parts = urlsplit(url)
    return ("--from", url2pathname(parts.path) if parts.scheme == "file" else url)
