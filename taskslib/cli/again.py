"""How the tasks are run once more, from the shell that a person has before them."""

from __future__ import annotations

import json
import os
import sys
from importlib.metadata import PackageNotFoundError, distribution
from shutil import which
from urllib.parse import urlsplit
from urllib.request import url2pathname

from taskslib.frameworks.base import command_line

_NAME = "taskslib"


def program(name: str) -> str:
    """Return what is typed before a task.

    Args:
        name: Of the program that runs now. `inv` is there; `taskslib` may be started by its path,
            or by uvx, which takes it from PATH again when it ends.
    """
    if name != _NAME:
        return name
    # uv tells all that it starts where it is; of a project's environment also which that is.
    if "UV" in os.environ and os.environ.get("VIRTUAL_ENV") != sys.prefix:
        return command_line("uvx", *_origin(), _NAME)
    return name if which(_NAME) else command_line(sys.executable, "-m", _NAME)


def _origin() -> tuple[str, ...]:
    """Return where uvx has this package from, where that is no index."""
    try:
        told = distribution(_NAME).read_text("direct_url.json")  # PEP 610
    except PackageNotFoundError:
        told = None
    if told is None:
        return ()
    url = str(json.loads(told)["url"])
    parts = urlsplit(url)
    return ("--from", url2pathname(parts.path) if parts.scheme == "file" else url)
