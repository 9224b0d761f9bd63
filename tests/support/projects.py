"""Temporary projects, and the real command line run in them."""

from __future__ import annotations

import atexit
import functools
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import git

TASKS = {"tasks.py": "from taskslib import ns\n"}
SERVES = """\
FROM python:3.13-slim
HEALTHCHECK --interval=5s --start-period=30s --start-interval=200ms \\
  CMD python -c "import urllib.request as u; u.urlopen('http://127.0.0.1:8000')"
CMD ["python", "-m", "http.server", "8000"]
"""
COMPOSE = """\
services:
  web:
    build: {context}
    init: true
    ports: ["8000"]
"""
PASSES = "def test_one():\n    assert 1\n"
ANSWERS = """\
import os, urllib.request

def test_answers():
    assert urllib.request.urlopen(os.environ["TEST_WEB_URL"]).status == 200
"""


@dataclass(frozen=True)
class Ran:
    """How a command ended, with everything that varies from run to run replaced."""

    code: int
    out: str
    err: str


def write(root: Path, files: Mapping[str, str]) -> Path:
    """Write a project's files and return its root."""
    for name, text in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")
    return root


def multi(**changes: str) -> dict[str, str]:
    """Return a project by convention, of one service, with no configuration at all."""
    web = "services/web"
    return {
        **TASKS,
        f"{web}/Dockerfile": SERVES,
        f"{web}/deploy/test/docker-compose.yml": COMPOSE.format(context="../.."),
        f"{web}/tests/unit/test_unit.py": PASSES,
        f"{web}/tests/integration/test_service.py": ANSWERS,
        **changes,
    }


def single(**changes: str) -> dict[str, str]:
    """Return a flat project of one service."""
    return {
        **TASKS,
        "Dockerfile": SERVES,
        "deploy/test/docker-compose.yml": COMPOSE.format(context="../.."),
        "tests/unit/test_unit.py": PASSES,
        "tests/integration/test_web.py": ANSWERS,
        **changes,
    }


def repository(root: Path, branch: str = "main") -> git.Repo:
    """Make a git repository of a folder, with all of it committed."""
    repo = git.Repo.init(root, initial_branch=branch)
    with repo.config_writer() as config:
        config.set_value("user", "name", "Ada")
        config.set_value("user", "email", "ada@example.org")
    repo.git.add("-A")
    repo.git.commit("-m", "Begin", "--allow-empty")
    return repo


def argv(*arguments: str, program: str = "inv") -> list[str]:
    """Return the command line of the `inv` (or `taskslib`) that is installed with us."""
    module = {"inv": "invoke", "taskslib": "taskslib"}[program]
    return [sys.executable, "-m", module, *arguments]


def environment(**changes: str) -> dict[str, str]:
    """Return our own environment without what a run of taskslib hands to tests."""
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("TEST_", "PYTEST_", "GITHUB"))}
    # Narrow terminals of the outer world must not fold what is compared.
    ours = {"COLUMNS": "80", "NO_COLOR": "1", "TASKSLIB_CACHE_DIR": cache()}
    return {**kept, **ours, **changes}


@functools.cache
def cache() -> str:
    """Return a folder for environments and locks: one a test process, gone with it."""
    folder = tempfile.mkdtemp(prefix="taskslib-cache-")
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return folder


def inv(root: Path, *arguments: str, program: str = "inv", **variables: str) -> Ran:
    """Run the real command line in a project, to its end."""
    ran = unredacted(root, *arguments, program=program, **variables)
    return Ran(ran.code, redact(ran.out, root), redact(ran.err, root))


def unredacted(root: Path, *arguments: str, program: str = "inv", **variables: str) -> Ran:
    """Run it likewise, and return what it printed as it is."""
    done = subprocess.run(
        argv(*arguments, program=program),
        cwd=root,
        env=environment(**variables),
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=300,
        check=False,
    )
    return Ran(done.returncode, done.stdout, done.stderr)


def redact(text: str, root: Path) -> str:
    """Replace what varies: the root, ids, times, ports, the run's folder."""
    text = text.replace(str(root.resolve()), "ROOT").replace(str(root), "ROOT")
    text = re.sub(r"^(waited for|slow:) .*\n", "", text, flags=re.MULTILINE)  # on a busy machine
    text = re.sub(r"\.taskslib/runs/[\w-]+", ".taskslib/runs/RUN", text)
    text = re.sub(
        r"cached, (up to )?\d+ (s|min|h|days) ago$", r"cached, \1AGE", text, flags=re.MULTILINE
    )
    text = re.sub(r" +\d+(\.\d+s|m\d\ds)$", " TIME", text, flags=re.MULTILINE)
    text = re.sub(r"in (\d+\.\d+s|\d+m\d\ds)$", "in TIME", text, flags=re.MULTILINE)
    text = re.sub(r"-[0-9a-f]{8}\b", "-ID", text)
    return re.sub(r"127\.0\.0\.1:\d+", "127.0.0.1:PORT", text)
