"""The projects that pages of the documentation start from."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

from tests.support.pages import pages
from tests.support.projects import TASKS, repository, write

STARTED = "getting-started.md"
_COMPOSE = """\
services:
  {name}:
    build: {context}
    init: true
    ports: ["127.0.0.1::8000"]
    healthcheck:
      test: ["CMD", "python", "-c", "import urllib.request as u; u.urlopen('http://127.0.0.1:8000')"]
      interval: 5s
      start_period: 30s
      start_interval: 200ms
"""
_WORKER = {
    "services/worker/Dockerfile": "FROM python:3.13-slim\n"
    'CMD ["python", "-m", "http.server", "8000"]\n',
    "services/worker/deploy/test/docker-compose.yml": _COMPOSE.format(
        name="worker", context="../.."
    ),
    "services/worker/tests/unit/test_worker.py": "def test_idle():\n    assert not []\n",
}
_STACK = {
    "deploy/test/docker-compose.yml": _COMPOSE.format(name="api", context="../../services/api")
    + _COMPOSE.format(name="worker", context="../../services/worker").removeprefix("services:\n"),
    "tests/integration/test_shop.py": "import os\nfrom urllib.request import urlopen\n\n\n"
    "def test_all_are_up():\n"
    '    for name in ("TEST_API_URL", "TEST_WORKER_URL"):\n'
    "        assert urlopen(os.environ[name]).status == 200\n",
}


def started() -> dict[str, str]:
    """Return the files that a reader of the first page has at its end."""
    [page] = [one for one in pages() if one.path.name == STARTED]
    return {block.title: block.text for block in page.blocks if block.language not in {"sh", ""}}


PROJECTS: Mapping[str, Callable[[], dict[str, str]]] = {
    "empty": lambda: {".gitignore": ".taskslib/\n__pycache__/\n"},
    "shop": lambda: {**started(), **_WORKER, **_STACK, **TASKS},
}
"""By the name that a page's front matter says."""


def prepared(name: str, root: Path) -> Path:
    """Make a project, all of it committed."""
    root.mkdir(exist_ok=True)
    repository(write(root, PROJECTS[name]()))
    return root
