"""How the tasks are run once more, from the shell that a person has before them."""

from __future__ import annotations

import os
import sys
from functools import partial
from pathlib import Path

from taskslib.typed import typed_as

_NAME = "taskslib"


def called(name: str, prefix: str = "") -> None:
    """Let words for people name tasks as they are typed: by a program, and with a prefix."""
    typed_as(partial(program, name), prefix)


def program(name: str, *, tasks: bool = False) -> str:
    """Return what is typed before a task.

    Args:
        name: Of the program that runs now. `inv` is there; `taskslib` may be started by its path,
            or by uvx, which takes it from PATH again when it ends.
        tasks: Whether there is a tasks.py, and so `inv` does as well, where it is ours on PATH.
    """
    if name != _NAME:
        return name
    from shutil import which

    from taskslib.frameworks.base import command_line

    # uv tells all that it starts where it is; of a project's environment also which that is.
    if "UV" in os.environ and os.environ.get("VIRTUAL_ENV") != sys.prefix:
        return command_line("uvx", *_origin(), _NAME)
    inv = which("inv") if tasks else None
    if inv is not None and Path(inv).parent == Path(sys.executable).parent:
        return "inv"
    return name if which(_NAME) else command_line(sys.executable, "-m", _NAME)


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
