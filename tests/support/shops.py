"""The projects that pages of the documentation start from."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

from tests.bench.pipeline import PATTERN
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
    "services/worker/Dockerfile": "FROM python:3.13-slim\nUSER nobody\n"
    'CMD ["python", "-m", "http.server", "8000"]\n',
    "services/worker/deploy/test/docker-compose.yml": _COMPOSE.format(
        name="worker", context="../.."
    ),
    "services/worker/tests/integration/test_worker.py": "import os\n"
    "from urllib.request import urlopen\n\n\ndef test_it_is_up():\n"
    '    assert urlopen(os.environ["TEST_WORKER_URL"]).status == 200\n',
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
    """Return the files that a reader of the first page has before breaking one of them."""
    [page] = [one for one in pages() if one.path.name == STARTED]
    return {
        block.title: block.text
        for block in reversed(page.blocks)
        if block.title and not block.reason
    }


def _with_make() -> dict[str, str]:
    """Return the shop with the pattern's Makefile and scripts, and a stack as people have it."""
    files = {**started(), **_WORKER, **_STACK}
    stack = "services/worker/deploy/test/docker-compose.yml"
    fixed = "    container_name: worker-test-${TEST_INSTANCE_ID}\n    init:"
    files[stack] = files[stack].replace("127.0.0.1::8000", "8001:8000").replace("    init:", fixed)
    for path in (PATTERN / "Makefile", *PATTERN.glob("scripts/*.sh")):
        files[path.relative_to(PATTERN).as_posix()] = path.read_text("utf-8")
    files["Makefile"] += "\ntest-load:\n\t@echo 100 requests a second\n"
    del files["tasks.py"]
    return files


PROJECTS: Mapping[str, Callable[[], dict[str, str]]] = {
    "empty": lambda: {".gitignore": ".taskslib/\n__pycache__/\n"},
    "library": lambda: {
        **TASKS,
        "services/prices/prices.py": "def total(price: int, count: int) -> int:\n"
        "    return price * count\n",
        "services/prices/pyproject.toml": started()["services/api/pyproject.toml"].replace(
            '"api"', '"prices"'
        ),
    },
    "make": _with_make,
    "shop": lambda: {**started(), **_WORKER, **_STACK, **TASKS},
}
"""By the name that a page's front matter says."""


def prepared(name: str, root: Path) -> Path:
    """Make a project, all of it committed."""
    root.mkdir(exist_ok=True)
    repository(write(root, PROJECTS[name]()))
    return root
