"""A stack with all of the pattern's mistakes runs when `inv lint --fix` has been over it."""

from __future__ import annotations

import json
import subprocess
import uuid
from pathlib import Path
from urllib.request import urlopen

import pytest

from tests.support.mistakes import FIXED, LEFT, PATH, mistaken
from tests.support.projects import TASKS, Ran, argv, environment, inv, repository, unredacted, write


def test_the_fixed_stack_comes_up(shop: Path) -> None:
    write(shop, mistaken())
    repository(shop)
    assert inv(shop, "lint", "--fix") == Ran(0, f"fixed {PATH}\n{LEFT}", "")
    assert (shop / PATH).read_text("utf-8") == FIXED
    try:
        up = inv(shop, "infra-up")
        # Not a word of what had to be replaced for the branch's sake.
        assert (up.code, up.err) == (0, "")
        told = subprocess.run(
            argv("ports", "--format", "json"),
            cwd=shop,
            env=environment(),
            capture_output=True,
            text=True,
            check=True,
        )
        variables = json.loads(told.stdout)["variables"]
        assert variables["TEST_DATABASE_URL"].startswith("postgresql://postgres:test@127.0.0.1:")
        with urlopen(variables["TEST_WEB_URL"], timeout=10) as answer:  # noqa: S310 — it is our own
            assert answer.status == 200
    finally:
        assert inv(shop, "infra-down").code == 0


STAYS = "web: {image: 'python:3.13-slim', command: [sleep, '300'], restart: always}"
ONCE = "once: {image: 'python:3.13-slim', command: [\"true\"]MORE}"
WAITS = (
    "waits: {image: 'python:3.13-slim', command: [sleep, '300'], restart: always, "
    "depends_on: {once: {condition: service_completed_successfully}}}"
)


@pytest.mark.parametrize(
    ("services", "code"),
    [
        ((STAYS,), 0),
        ((STAYS, ONCE.replace("MORE", "")), 1),
        ((STAYS, ONCE.replace("MORE", ", restart: on-failure")), 1),
        ((STAYS, ONCE.replace("MORE", ""), WAITS), 0),
    ],
    ids=["servers", "a one-shot", "one that is repeated", "one that is waited for"],
)
def test_wait_is_added_where_compose_itself_exits_0(
    tmp_path: Path, services: tuple[str, ...], code: int
) -> None:
    path = "deploy/test/compose.yml"
    text = "services:\n" + "".join(f"  {one}\n" for one in services)
    command = f"docker compose -f {path} up -d\n"
    root = write(tmp_path, {**TASKS, path: text, "scripts/test.sh": f"#!/bin/sh\n{command}"})
    assert inv(root, "lint", "--fix", "--rule", "TL704").code == 0
    is_added = "up --wait -d" in (root / "scripts/test.sh").read_text("utf-8")
    compose = (
        "docker",
        "compose",
        "-p",
        f"taskslib-wait-{uuid.uuid4().hex[:8]}",
        "-f",
        path,
    )
    try:
        up = subprocess.run((*compose, "up", "-d", "--wait"), cwd=root, check=False, timeout=60)
    finally:
        down = (*compose, "down", "-v", "-t", "0")
        subprocess.run(down, cwd=root, check=True, capture_output=True, timeout=60)
    assert (up.returncode, is_added) == (code, code == 0)


ASKED = {
    "python": ("python:3.13-slim", "python -m http.server 8000", 8000),
    "node": ("node:22-slim", "node -e \"require('net').createServer().listen(3000)\"", 3000),
    "nginx": (
        "nginx:1.29-alpine",
        "sh -c \"echo 'server { listen 80; }' > /etc/nginx/conf.d/a.conf; "
        "exec nginx -g 'daemon off;'\"",
        80,
    ),
}


def test_suggested_healthchecks_are_healthy_as_they_stand(tmp_path: Path) -> None:
    path = "deploy/test/compose.yml"
    text = "services:\n"
    for name, (image, command, port) in ASKED.items():
        text += f"  {name}:\n    image: {image}\n    expose: [{port}]\n    init: true\n"
        text += f"    command: {command}\n"
    last = "  waits:\n    image: python:3.13-slim\n    command: sleep 300\n    init: true\n"
    text += f"{last}    depends_on: [{', '.join(ASKED)}]\n"
    root = write(tmp_path, {**TASKS, path: text})
    ran = unredacted(root, "lint", "--rule", "TL301", "--format", "json")
    told = json.loads(ran.out)["findings"]
    for one in told:
        name = one["message"].partition(":")[0]
        text = text.replace(f"  {name}:\n", f"  {name}:\n    {one['hint']}\n")
    write(root, {path: text})
    assert inv(root, "lint", "--fix", "--rule", "TL303").code == 0
    assert len(told) == (root / path).read_text("utf-8").count("service_healthy") == len(ASKED)
    compose = ("docker", "compose", "-p", f"taskslib-asks-{uuid.uuid4().hex[:8]}", "-f", path)
    try:
        up = (*compose, "up", "-d", "--wait")
        done = subprocess.run(up, cwd=root, check=False, timeout=120, capture_output=True)
        assert done.returncode == 0, done.stderr
    finally:
        down = (*compose, "down", "-v", "-t", "0")
        subprocess.run(down, cwd=root, check=True, capture_output=True, timeout=60)
