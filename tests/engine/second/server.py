"""A stack for engines that can pull nothing: one server, and tests of it."""

from __future__ import annotations

from tests.engine.second.images import load

SERVER = "registry-server:1"
"""Debian's registry: a program that answers over HTTP, and needs no more than its libraries."""
PROGRAM = "docker-registry"
COMPOSE = f"""\
services:
  web:
    image: {SERVER}
    pull_policy: never
    init: true
    configs: [{{source: settings, target: /settings.yml}}]
    ports: ["127.0.0.1::5000"]
configs:
  settings:
    content: |
      version: 0.1
      storage: {{inmemory: {{}}}}
      http: {{addr: ":5000"}}
"""
ANSWERS = """\
import os
from urllib.request import urlopen

def test_it_answers():
    assert urlopen(os.environ["TEST_WEB_URL"] + "/v2/", timeout=9).status == 200
"""
HANGS = "import time\n\ndef test_it():\n    time.sleep(99)\n"
STACK = {"deploy/test/docker-compose.yml": COMPOSE, "tests/integration/test_web.py": ANSWERS}
"""The files of a project that tests the server."""


def load_server(host: str) -> None:
    """Give an engine, named as in DOCKER_HOST, the server's image."""
    load(host, SERVER, [PROGRAM], [PROGRAM, "serve", "/settings.yml"])
