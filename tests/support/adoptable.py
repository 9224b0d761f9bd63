"""A repo as others have them, for `taskslib adopt`: apps/, docker/, a Makefile with variables."""

from __future__ import annotations

import tomllib
from pathlib import Path

from tests.support.projects import PASSES, Ran, inv, write
from tests.support.scaffolds import contents

MAKEFILE = """\
PYTHON ?= python
PYTEST ?= $(PYTHON) -m pytest
COMPOSE := docker compose -f docker/docker-compose.test.yml

.PHONY: test test-unit test-e2e up
test: test-unit test-e2e

test-unit:
\tCURRENCY=EUR PYTHONPATH=apps $(PYTEST) -v apps/catalog/test
\tCURRENCY=EUR PYTHONPATH=apps ${PYTEST} -v apps/orders/test

test-e2e:
\t$(COMPOSE) up -d --wait
\tCATALOG_URL=http://localhost:8081 CURRENCY=EUR $(PYTEST) test/e2e

up:
\tdocker compose -f docker/docker-compose.yml up -d
"""
COMPOSE = """\
services:
  catalog:
    build: {context: .., dockerfile: docker/catalog.Dockerfile}
    container_name: catalog
    restart: always
    ports: ["8081:8000"]
  orders:
    build: {context: .., dockerfile: docker/orders.Dockerfile}
    ports: ["8082:8000"]
"""
NEEDS_ALL = """\
import os
from NAME.core import one

def test_one():
    assert one() == 1
    assert os.environ["CURRENCY"] == "EUR"
"""
END_TO_END = """\
import os
from urllib.request import urlopen

def test_all():
    assert b"def one" in urlopen(os.environ["CATALOG_URL"] + "/catalog/core.py").read()
"""


def repo(**changes: str) -> dict[str, str]:
    """Return a repo whose services are packages in apps/, with one Docker context for all."""
    image = "FROM python:3.13-slim\nWORKDIR /app\nCOPY apps/{0} {0}\n"
    image += 'CMD ["python", "-m", "http.server", "8000"]\n'
    apps = {
        path: text
        for name in ("catalog", "orders")
        for path, text in {
            f"apps/{name}/__init__.py": "",
            f"apps/{name}/core.py": "def one():\n    return 1\n",
            f"apps/{name}/test/test_core.py": NEEDS_ALL.replace("NAME", name),
            f"docker/{name}.Dockerfile": image.format(name),
        }.items()
    }
    return {
        "Makefile": MAKEFILE,
        "requirements.txt": "pytest\n",
        "docker/docker-compose.yml": COMPOSE,
        "docker/docker-compose.test.yml": COMPOSE,
        "test/e2e/test_all.py": END_TO_END,
        **apps,
        **changes,
    }


def one_service(**changes: str) -> dict[str, str]:
    """Return a repo of one service, with tests in `test/`."""
    return {"Dockerfile": "FROM scratch\n", "test/test_a.py": PASSES, **changes}


def adopted(root: Path, *options: str) -> Ran:
    """Adopt a repo, and return what was said; its own files are as they were."""
    before = contents(root)
    ran = inv(root, "adopt", *options, program="taskslib")
    after = contents(root)
    assert {path: after.get(path) for path in before} == before
    return ran


def told(root: Path, files: dict[str, str]) -> tuple[Ran, dict[str, object]]:
    """Write a repo and adopt it; return what was said and the configuration."""
    ran = adopted(write(root, files))
    assert ran.code == 0, ran.err
    return ran, tomllib.loads((root / "pyproject.toml").read_text("utf-8"))["tool"]["taskslib"]
