"""The interpreters of this machine, by version: where uv finds them, or pyenv keeps them."""

from __future__ import annotations

import functools
import os
import subprocess
import sys
from pathlib import Path

from taskslib.frameworks.environments.build import uv_program


@functools.cache
def interpreter(version: str) -> str | None:
    """Return a Python of a version such as `3.13`; None where this machine has none."""
    if sys.version_info[:2] == tuple(map(int, version.split("."))):
        return sys.executable
    asked = [uv_program(), "python", "find", "--quiet", "--no-project", "--no-python-downloads"]
    done = subprocess.run([*asked, version], capture_output=True, text=True, check=False)
    if done.returncode == 0:
        return done.stdout.strip()
    # pyenv's own are on no PATH: its shims run the version that is chosen.
    home = Path(os.environ.get("PYENV_ROOT") or Path.home() / ".pyenv") / "versions"
    found = sorted(home.glob(f"{version}.*/bin/python"))
    return str(found[-1]) if found else None
